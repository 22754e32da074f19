"""Which function runs a kind of job. Features register theirs in `jobs.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import LazyString

from tierline.access.permissions import Permission

if TYPE_CHECKING:
    from tierline.jobs.running import Running

Handler = Callable[["Running"], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: its handler, and the permission that its subject needs to start and run it."""

    key: str
    title: str | LazyString
    handler: Handler
    permission: Permission


_kinds: dict[str, JobKind] = {}


def job_kind(
    key: str, title: str | LazyString, permission: Permission
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a kind of job.

    It gets a `Running`, does its work in steps that may be repeated, calls `checkpoint` after each,
    and returns the job's result.
    """

    def register(handler: Handler) -> Handler:
        if key in _kinds:
            raise ValueError(f"job kind {key!r} is registered twice")
        _kinds[key] = JobKind(key, title, handler, permission)
        return handler

    return register


def get_kind(key: str) -> JobKind:
    """Return the kind; raises KeyError for one that no feature registered."""
    return _kinds[key]


def kinds() -> dict[str, JobKind]:
    """Return all registered kinds."""
    return dict(_kinds)
