"""A scheme's history: what changed in words, what ran then, and bringing a version back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.configuration import service
from tierline.configuration.planning import publish_planned
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.packs.differences import Operation
from tierline.plugins.queries import get_scheme
from tierline.schemes import history
from tierline.tiering.explain import explain_account
from tierline.tiering.service import run_now
from trading import Sale, trade

ABC = "essentials:abc_sales_total"
CUTS = "tiering/abc_sales_total#/rule/cuts"
MARCH, APRIL = datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)


def cuts(first: int) -> list[dict[str, Any]]:
    borders = (("a", first), ("b", 95), ("c", 100))
    return [{"tier": tier, "until": until} for tier, until in borders]


def first_border() -> int:
    border: int = get_scheme(ABC).rule["cuts"][0]["until"]
    return border


@pytest.fixture
def changed(app: Flask, tenant: Company) -> Iterator[Company]:
    """A company that ran a scheme in March, changed it, and ran it again in April."""
    with working_in(app, tenant):
        trade([Sale("A", MARCH, Decimal(75)), Sale("B", MARCH, Decimal(25))])
        run_now(ABC, MARCH)
        service.override("essentials", [Operation(CUTS, "set", cuts(70))], reason="Steeper")
        run_now(ABC, APRIL)
        db.session.commit()
        yield tenant


def test_each_version_is_told_against_the_one_before(changed: Company) -> None:
    newest, oldest = history.versions(ABC)
    assert (newest.is_in_force, oldest.is_in_force) == (True, False)
    assert oldest.differences == []
    (difference,) = newest.differences
    assert difference.how == "changed"
    assert "up to: 80" in difference.before
    assert "up to: 70" in difference.after
    assert (oldest.last_run and oldest.last_run.as_of) == MARCH
    assert (newest.last_run and newest.last_run.as_of) == APRIL


def test_only_changes_that_touch_the_scheme_are_its_history(changed: Company) -> None:
    other = Operation("tiering/rfm#/weight", "set", 3)
    service.override("essentials", [other], reason="Further up")
    reasons = [entry.revision.reason for entry in history.changes(ABC)]
    assert "Steeper" in reasons
    assert "Further up" not in reasons


def test_a_version_comes_back_by_a_draft(changed: Company) -> None:
    revision = history.restore(ABC, 1, reason="As it was", source="screen")
    assert revision is not None
    assert revision.state == "draft"
    assert [entry.revision.number for entry in history.drafts(ABC)] == [revision.number]
    assert first_border() == 70
    publish_planned(revision.number)
    assert first_border() == 80
    assert history.drafts(ABC) == []
    assert history.restore(ABC, 1, reason="Again", source="screen") is None


def test_restoring_needs_a_reason_and_a_version(changed: Company) -> None:
    with pytest.raises(Invalid):
        history.restore(ABC, 1, reason=" ", source="screen")
    with pytest.raises(NotFound):
        history.restore(ABC, 9, reason="x", source="screen")
    with pytest.raises(NotFound):
        history.restore("essentials:rfm", 1, reason="x", source="screen")


def test_a_past_decision_is_explained_by_the_version_in_force_then(changed: Company) -> None:
    from sqlalchemy import select

    from tierline.accounts.models import Account

    account = db.session.scalars(select(Account).where(Account.name == "A")).one()
    then, now = (explain_account(ABC, account, day) for day in (MARCH, APRIL))
    assert (then["version"], now["version"]) == (1, 2)
    assert (then["tier"], now["tier"]) == ("a", "a")


def test_the_page_shows_versions_and_restores_one(
    login: Callable[..., FlaskClient], changed: Company
) -> None:
    client, base = login("administrator"), f"/t/{changed.slug}/tiering/{ABC}"
    page = client.get(f"{base}/history").text
    assert "Steeper" in page
    assert "Restore version 1" in page
    assert f"{base}/history" in client.get(base).text
    assert login("viewer").get(f"{base}/history").status_code == 403
