"""The state of a plugin in a tenant as a value: what revisions keep, compare and put back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tierline.packs.differences import Operation


@dataclass(frozen=True)
class Override:
    """A change to a plugin's document, with who made it, when and why."""

    operation: Operation
    author: str
    reason: str
    at: datetime.datetime
    expires_on: datetime.date | None = None  # the first day on which the default holds again

    @property
    def address(self) -> str:
        """Return what the change is made to."""
        return self.operation.address

    def to_document(self) -> dict[str, Any]:
        """Return the change as JSON keeps it."""
        return {
            **vars(self.operation),
            "author": self.author,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "expires_on": str(self.expires_on) if self.expires_on else None,
        }


def read_override(document: Mapping[str, Any]) -> Override:
    """Return the change that `to_document` wrote."""
    operation = Operation(document["address"], document["kind"], document["value"])
    at = datetime.datetime.fromisoformat(document["at"])
    given = document.get("expires_on")
    expires_on = datetime.date.fromisoformat(given) if given else None
    return Override(operation, document["author"], document["reason"], at, expires_on)


@dataclass(frozen=True)
class PluginState:
    """Whether a tenant has a plugin, at which release, and what it changed in it.

    A plugin that was never enabled has no release; a suspended one counts as enabled.
    """

    state: Literal["absent", "enabled", "disabled"]
    digest: str | None = None
    overrides: tuple[Override, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Return the changes without their authors."""
        return tuple(override.operation for override in self.overrides)

    def is_as(self, other: PluginState) -> bool:
        """Return whether both are the same, whoever made the changes."""
        mine = (self.state, self.digest, self.operations)
        return mine == (other.state, other.digest, other.operations)

    def to_document(self) -> dict[str, Any]:
        """Return the state as JSON keeps it."""
        overrides = [override.to_document() for override in self.overrides]
        return {"state": self.state, "digest": self.digest, "overrides": overrides}


ABSENT = PluginState("absent")


def read_state(document: Mapping[str, Any]) -> PluginState:
    """Return the state that `to_document` wrote."""
    overrides = tuple(read_override(each) for each in document["overrides"])
    return PluginState(document["state"], document["digest"], overrides)
