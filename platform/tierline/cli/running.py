"""The application around a command: the instance's servers answer, its context is entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tierline.app import create_app
from tierline.db.prepare import prepare
from tierline.instance.connections import disconnect
from tierline.instance.opening import open_instance
from tierline.instance.wish import Wish
from tierline.plugins.manager import histories


@contextmanager
def application(wish: Wish) -> Iterator[None]:
    """Run the block inside the application's context.

    An embedded database that was not running is migrated first; any other one must have been.
    """
    with open_instance(wish) as opened:
        if opened.fresh:
            prepare(opened.settings, histories(opened.settings))
        app = create_app(opened.settings)
        with app.app_context():
            try:
                yield
            finally:
                disconnect(app)
