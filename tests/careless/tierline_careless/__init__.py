"""An extension as a hurried author writes it: no statement names a tenant.

It reads and writes through the ORM, Core, plain text and the driver. It belongs to the tests, which
show that it reaches nobody else's rows all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import marshmallow as ma
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Mapped, aliased

from tierline.access.permissions import EVERYONE, permission
from tierline.accounts.models import Account
from tierline.api import Schema
from tierline.db import Base, Tenanted, db
from tierline.plugins.hooks import hookimpl
from tierline.plugins.routes import ExtensionApi, ExtensionPages
from tierline.web import page

PACK = Path(__file__).parent / "pack"
READ = permission("careless.read", "Read carelessly", EVERYONE)
WRITE = permission("careless.write", "Write carelessly", EVERYONE)

Read = Callable[[], Iterable[str]]


class Note(Tenanted, Base):
    """A note of a tenant."""

    __tablename__ = "x_careless__note"

    text: Mapped[str]


TABLE: Any = Note.__table__

READS: dict[str, Read] = {
    "orm": lambda: [note.text for note in db.session.scalars(select(Note))],
    "orm query": lambda: [note.text for note in db.session.query(Note).all()],
    "alias": lambda: db.session.scalars(select(aliased(Note).text)).all(),
    "core": lambda: db.session.scalars(select(TABLE.c.text)).all(),
    "core aggregate": lambda: db.session.scalar(select(func.array_agg(TABLE.c.text))) or [],
    "plain text": lambda: db.session.scalars(text("SELECT text FROM x_careless__note")).all(),
    "text that is always true": lambda: db.session.scalars(
        text("SELECT text FROM x_careless__note WHERE tenant_id > 0 OR true")
    ).all(),
    "from text": lambda: [
        note.text
        for note in db.session.scalars(
            select(Note).from_statement(text("SELECT * FROM x_careless__note"))
        )
    ],
    "driver": lambda: (
        db.session.connection().exec_driver_sql("SELECT text FROM x_careless__note").scalars().all()
    ),
    "core's table": lambda: db.session.scalars(text("SELECT name FROM account")).all(),
    "core's model": lambda: db.session.scalars(select(Account.name)).all(),
}

WRITES: dict[str, Callable[[], Any]] = {
    "orm update": lambda: db.session.execute(update(Note).values(text="overwritten")),
    "core update": lambda: db.session.execute(TABLE.update().values(text="overwritten")),
    "text update": lambda: db.session.execute(
        text("UPDATE x_careless__note SET text = 'overwritten'")
    ),
    "orm delete": lambda: db.session.execute(delete(Note)),
    "text delete": lambda: db.session.execute(text("DELETE FROM x_careless__note")),
    "text update of the core's": lambda: db.session.execute(
        text("UPDATE account SET name = 'overwritten'")
    ),
}

pages = ExtensionPages("careless", __name__, PACK)
api = ExtensionApi("careless", __name__, description="Everything")


class Everything(Schema):
    """What every way of reading finds."""

    found = ma.fields.Dict(required=True)


def everything() -> dict[str, list[str]]:
    """Return what every way of reading finds."""
    return {way: list(read()) for way, read in READS.items()}


@pages.get("/everything", permission=READ)
def show_everything() -> Any:
    """Show whatever can be read."""
    return page("careless/everything.html", found=everything())


@pages.post("/everything", permission=WRITE)
def add_note() -> Any:
    """Add a note."""
    db.session.execute(insert(Note).values(text="added"))
    return page("careless/everything.html", found=everything())


@api.get("/everything", permission=READ)
@api.response(200, Everything)
def list_everything() -> dict[str, Any]:
    """Show whatever can be read."""
    return {"found": everything()}


@hookimpl
def blueprints() -> Iterable[ExtensionPages | ExtensionApi]:
    """Return the pages and the API."""
    return [pages, api]
