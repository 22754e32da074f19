"""A risk model in Python, for one account: the same answer as the SQL's, with every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tierline.metrics.source import Source
from tierline.metrics.units import from_stored
from tierline.packs.contributions import Field
from tierline.packs.risks import ResponsePlan, RiskModel, Threshold
from tierline.risk.reading import EXACT, Model, Sign
from tierline.rules.conditions import Condition
from tierline.rules.evaluate import condition_holds
from tierline.rules.population import AccountValues


@dataclass(frozen=True)
class SignStep:
    """An indicator: its value and threshold, and its level, 0 green to 2 red; None is unknown."""

    sign: Sign
    judged: bool
    value: Decimal | None
    threshold: Threshold | None
    level: int | None


@dataclass(frozen=True)
class RiskOutcome:
    """Stage, score from 0 to 100 and band of an account, and the way to them."""

    stage: str | None
    signs: tuple[SignStep, ...]
    score: Fraction | None
    present: Fraction  # percent of the weight judged in this stage that is known
    incomplete: bool
    band: str | None
    floors: tuple[str, ...]  # those that hold


def evaluate_risk(
    model: Model, source: Source, account: AccountValues, known_fields: Mapping[str, Field]
) -> RiskOutcome:
    """Return the risk of an account that is in the model's group."""
    scheme = model.as_scheme()

    def holds(when: Condition) -> bool | None:
        return condition_holds(when, scheme, source, account, known_fields)

    stage = next((id for id, when in model.stages if when is None or holds(when)), None)
    steps = []
    for sign in model.signs:
        value = None
        if sign.metric is not None:
            value = from_stored(account.metrics.get(sign.metric), source.units[sign.metric])
            level = _measured(sign, sign.threshold(stage), value)
        else:
            said = {n: holds(when) for n, when in ((2, sign.red), (1, sign.yellow)) if when}
            raised = [n for n, held in said.items() if held]
            level = max(raised) if raised else None if None in said.values() else 0
        steps.append(SignStep(sign, sign.is_judged(stage), value, sign.threshold(stage), level))
    known = sum(step.sign.weight for step in steps if step.level is not None)
    judged = sum(step.sign.weight for step in steps if step.judged)
    raised_by = sum(step.sign.weight * (step.level or 0) for step in steps)
    score = Fraction(50 * raised_by, known) if known else None
    present = Fraction(100 * known, judged) if judged else Fraction(0)
    incomplete = score is None or present * EXACT < model.minimum
    held = [(id, place) for id, when, place in model.floors if holds(when)]
    band = None
    if score is not None and not incomplete:
        reached = (
            n for n, (_, least) in enumerate(model.bands) if least is None or score * EXACT >= least
        )
        band = model.bands[min([next(reached), *(place for _, place in held)])][0]
    floors = tuple(id for id, _place in held)
    return RiskOutcome(stage, tuple(steps), score, present, incomplete, band, floors)


def _measured(sign: Sign, given: Threshold | None, value: Decimal | None) -> int | None:
    if given is None or value is None:
        return None
    for edge, level in ((given.red, 2), (given.yellow, 1)):
        if edge is not None:
            border = Decimal(str(edge))
            if value >= border if sign.worse == "higher" else value <= border:
                return level
    return 0


def plans_for(model: RiskModel, outcome: RiskOutcome) -> tuple[ResponsePlan, ...]:
    """Return the response plans that apply: by band and raised indicators."""
    raised = {step.sign.id for step in outcome.signs if step.level}
    return tuple(
        plan
        for plan in model.plans
        if outcome.band in plan.bands and (not plan.indicators or raised & {*plan.indicators})
    )
