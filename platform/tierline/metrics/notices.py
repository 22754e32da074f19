"""What higher layers add to a metric's page, in their own `panels.py`:

metric_notice("uses", render_uses)
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

Render = Callable[[str], Markup | None]
"""Return what is said of the metric of this id; None where there is nothing to say."""

_renders: dict[str, Render] = {}


def metric_notice(key: str, render: Render) -> None:
    """Add a notice; the same key stands for the same notice, however often it is added."""
    _renders[key] = render


def notices_of(metric_id: str) -> list[Markup]:
    """Return what there is to say of a metric."""
    found = [render(metric_id) for render in _renders.values()]
    return [notice for notice in found if notice is not None]
