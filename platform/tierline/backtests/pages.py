"""Backtests on the screen."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response as FlaskResponse
from flask import request

from tierline.backtests import queries, service, views
from tierline.backtests.months import MOST
from tierline.backtests.permissions import READ, RUN
from tierline.errors import Invalid
from tierline.web import Pages, page, see

pages = Pages("backtests", __name__, within="tiering")


@pages.get("/tiering/backtests", permission=READ)
def list_backtests() -> Any:
    """Show the latest backtests, and the form that starts one."""
    return _list(
        {"scheme": request.args.get("scheme", ""), "against": request.args.get("against", "")}
    )


@pages.post("/tiering/backtests", permission=RUN)
def start_backtest() -> Any:
    """Start a backtest."""
    given = request.form
    named = [name for name in (given.get("scheme", ""), given.get("against", "")) if name]
    months = given.get("months", "")
    try:
        made = service.start(named, int(months) if months.isdigit() else 0)
    except Invalid as invalid:
        return _list(dict(given), invalid.fields), 422
    return see("backtests.show_backtest", backtest_id=made.id)


def _list(given: dict[str, str], errors: Any = None) -> str:
    return page(
        "backtests/list.html",
        listed=views.listed(queries.recent()),
        choices=views.choices(given.get("scheme", ""), given.get("against", "")),
        most=MOST,
        given=given,
        errors=errors or {},
    )


@pages.get("/tiering/backtests/<uuid:backtest_id>", permission=READ)
def show_backtest(backtest_id: uuid.UUID) -> Any:
    """Show how far a backtest is, or what it found."""
    return page("backtests/show.html", view=views.backtest_view(queries.get_backtest(backtest_id)))


@pages.get("/tiering/backtests/<uuid:backtest_id>.csv", permission=READ)
def export_backtest(backtest_id: uuid.UUID) -> Any:
    """Download what a backtest found."""
    content = "\ufeff" + views.as_csv(queries.get_backtest(backtest_id))
    name = f"backtest-{backtest_id}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FlaskResponse(content, mimetype="text/csv", headers=disposition)
