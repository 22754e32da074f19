"""What pages and API show of risk."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from tierline.accounts.models import Account
from tierline.errors import NotFound
from tierline.packs.risks import RiskModel
from tierline.risk import queries
from tierline.risk.evaluate import RiskOutcome, plans_for
from tierline.risk.queries import Readable
from tierline.web.language import localized

LEVELS = ("green", "yellow", "red")


def overview() -> dict[str, Any]:
    """Return each model with how many accounts are in each band, and the models that wait."""
    readable, waiting = queries.readable_models()
    models = [
        {"model": each.contributed, "counts": queries.count_bands(each), "bands": bands_of(each)}
        for each in readable
    ]
    return {"models": models, "waiting": waiting, "as_of": queries.as_of()}


def find(model_id: str) -> Readable:
    """Return a model that can be evaluated; raises NotFound."""
    readable, _waiting = queries.readable_models()
    for each in readable:
        if each.contributed.id == model_id:
            return each
    raise NotFound(_("There is no such risk model, or it still waits for metrics."))


def bands_of(readable: Readable) -> dict[str, Any]:
    """Return the bands of a model by id."""
    return {band.id: band for band in readable.contributed.bands}


def stage_title(model: RiskModel, stage: str | None) -> str | None:
    """Return what a stage is called."""
    titles = {each.id: localized(each.title) for each in model.stages}
    return titles.get(stage) if stage is not None else None


def explained(account: Account) -> list[dict[str, Any]]:
    """Return an account's risk in each model of its groups, with every step."""
    return [_told(readable, outcome) for readable, outcome in queries.explain(account)]


def _told(readable: Readable, outcome: RiskOutcome) -> dict[str, Any]:
    model = readable.contributed
    indicators = {each.id: each for each in model.indicators}
    steps = [
        {
            "id": step.sign.id,
            "title": localized(indicators[step.sign.id].title),
            "weight": indicators[step.sign.id].weight,
            "judged": step.judged,
            "metric": step.sign.metric,
            "unit": readable.source.units[step.sign.metric] if step.sign.metric else None,
            "value": step.value,
            "yellow": step.threshold.yellow if step.threshold else None,
            "red": step.threshold.red if step.threshold else None,
            "worse": step.sign.worse,
            "level": None if step.level is None else LEVELS[step.level],
        }
        for step in outcome.signs
    ]
    floors = {floor.id: localized(floor.title) for floor in model.floors}
    return {
        "id": model.id,
        "title": localized(model.title),
        "stage": outcome.stage,
        "stage_title": stage_title(model, outcome.stage),
        "score": None if outcome.score is None else float(outcome.score),
        "present": float(outcome.present),
        "minimum_present": model.minimum_present,
        "incomplete": outcome.incomplete,
        "band": outcome.band,
        "shown_band": bands_of(readable).get(outcome.band or ""),
        "steps": steps,
        "floors": [floors[id] for id in outcome.floors],
        "plans": [localized(plan.title) for plan in plans_for(model, outcome)],
    }
