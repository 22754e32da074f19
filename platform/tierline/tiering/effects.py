"""What moving between tiers begins and ends in the company's playbooks: cadences and plays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tierline.packs.contributions import Text
from tierline.packs.playbooks import Cadence, Play, Playbook
from tierline.plugins.queries import playbooks


@dataclass(frozen=True)
class Standing:
    """So many accounts of one lifecycle stage that go from one tier to another (None: none)."""

    previous: str | None
    tier: str | None
    stage: str
    accounts: int


@dataclass(frozen=True)
class Effect:
    """A play (its title) or a cadence (`every_days`) that begins or ends for some accounts."""

    playbook: str
    title: Text  # of the playbook
    play: Text | None
    every_days: int | None
    begins: int
    ends: int


def playbooks_of(scheme_id: str) -> list[Playbook]:
    """Return the company's playbooks that go by a scheme's tiers."""
    return [each for each in playbooks() if each.scheme == scheme_id]


def effects_of(scheme_id: str, moves: Sequence[Standing]) -> list[Effect]:
    """Return what the moves begin and end, playbook by playbook."""
    return [effect for each in playbooks_of(scheme_id) for effect in _effects(each, moves)]


DAYS_A_MONTH = 30.4375


def contacts_a_month(scheme_id: str, accounts: Mapping[str, int]) -> float:
    """Return how many contacts a month the cadences ask for, given active accounts by tier."""
    total = 0.0
    for playbook in playbooks_of(scheme_id):
        for tier, count in accounts.items():
            cadence = _cadence_of(playbook, tier, "active")
            total += count * DAYS_A_MONTH / cadence.every_days if cadence else 0
    return total


Held = int | str
"""What an account gets: contacts every so many days, or the play of an id."""


def _effects(playbook: Playbook, moves: Iterable[Standing]) -> Iterator[Effect]:
    begins: Counter[Held] = Counter()
    ends: Counter[Held] = Counter()
    for move in moves:
        before = _held(playbook, move.previous, move.stage)
        after = _held(playbook, move.tier, move.stage)
        for item in after - before:
            begins[item] += move.accounts
        for item in before - after:
            ends[item] += move.accounts
    for days in sorted({cadence.every_days for cadence in playbook.cadences}):
        if begins[days] or ends[days]:
            yield Effect(playbook.id, playbook.title, None, days, begins[days], ends[days])
    for play in playbook.plays:
        begun, ended = begins[play.id], ends[play.id]
        if begun or ended:
            yield Effect(playbook.id, playbook.title, play.title, None, begun, ended)


def _held(playbook: Playbook, tier: str | None, stage: str) -> set[Held]:
    """Return what an account of this tier and stage gets; who is in no tier gets nothing."""
    if tier is None:
        return set()
    cadence = _cadence_of(playbook, tier, stage)
    plays: set[Held] = {each.id for each in playbook.plays if _fits(each, tier, stage)}
    return plays | ({cadence.every_days} if cadence else set())


def _cadence_of(playbook: Playbook, tier: str, stage: str) -> Cadence | None:
    """Return how often an account of this tier and stage is contacted: the first that fits."""
    return next((each for each in playbook.cadences if _fits(each, tier, stage)), None)


def _fits(item: Cadence | Play, tier: str, stage: str) -> bool:
    return (not item.tiers or tier in item.tiers) and (not item.stages or stage in item.stages)
