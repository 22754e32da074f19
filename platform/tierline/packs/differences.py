"""What a tenant changed in a plugin's document: sparse operations, addressed by id.

`difference` finds them, `apply` carries them out: apply(base, difference(base, mine)) == mine.
An address is `folder/item#/path`, such as `tiering/weighted_score#/rule/criteria/[sales]/weight`.
The manifest and the golden examples are the release's own and can't be changed; the examples in a
company's own pack can.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.marking import N_
from tierline.packs.leaves import (
    ORDER,
    WHOLE,
    Leaves,
    Path,
    is_element,
    leaves,
    plain,
    together,
)
from tierline.packs.names import OWN
from tierline.packs.problems import did_you_mean

Kind = Literal["set", "add", "remove", "move", "hide"]
KINDS: tuple[Kind, ...] = ("hide", "remove", "add", "move", "set")
"""Every kind of operation, in the order in which they are carried out."""

FIXED = ("manifest", "tests")


def fixed_in(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is a release's own in a document; of a company's own pack the manifest only."""
    return FIXED[:1] if document.get("manifest", {}).get("id") == OWN else FIXED


class AddressInvalid(Invalid):
    """A change must name something that the plugin has."""

    code = "address_invalid"
    title = N_("There is nothing at this address")


@dataclass(frozen=True)
class Operation:
    """One change to a document.

    `set` gives what stands at an address a value, `remove` takes it away, `add` gives an element to
    a list (behind those that are there) or a new item, `move` gives a list another order, `hide`
    leaves an item out.
    """

    address: str
    kind: Kind
    value: Any = None


def address_of(folder: str, name: str, path: Path = ()) -> str:
    """Return the address of an item, or of something in it."""
    inside = "/".join(path)
    return f"{folder}/{name}#/{inside}" if path else f"{folder}/{name}"


def read_address(address: str) -> tuple[str, str, Path]:
    """Return an address's folder, item and path; raises AddressInvalid."""
    parts = re.fullmatch(r"([a-z_]+)/([a-z0-9_]+)(?:#/(.+))?", address)
    if parts is None:
        raise _invalid(address, _("is not an address like folder/item#/path"))
    return parts[1], parts[2], tuple(parts[3].split("/")) if parts[3] else ()


def difference(base: Mapping[str, Any], mine: Mapping[str, Any]) -> list[Operation]:
    """Return what must be done to the document `base` to make it `mine`."""
    return sorted(_differences(base, mine), key=lambda each: each.address)


def _differences(base: Mapping[str, Any], mine: Mapping[str, Any]) -> Iterator[Operation]:
    for folder in base:
        if folder in fixed_in(base):
            continue
        for name in {**base[folder], **mine[folder]}:
            if name not in mine[folder]:
                yield Operation(address_of(folder, name), "hide")
            elif name not in base[folder]:
                yield Operation(address_of(folder, name), "add", plain(mine[folder][name]))
            elif base[folder][name] != mine[folder][name]:
                old, new = leaves(base[folder][name]), leaves(mine[folder][name])
                by_path = {path: (kind, value) for path, kind, value in _changes(old, new)}
                for path, (kind, value) in by_path.items():
                    yield Operation(address_of(folder, name, path), kind, value)


def _changes(base: Leaves, mine: Leaves) -> Iterator[tuple[Path, Kind, Any]]:
    came, gone = _lists(mine) - _lists(base), _lists(base) - _lists(mine)
    added, removed = elements(mine) - elements(base), elements(base) - elements(mine)
    new, old = came | added, gone | removed
    for path in sorted(old):
        if not _is_inside(path, old):
            yield path, "remove", None
    for path in sorted(new):
        if not _is_inside(path, new):
            yield path, "add" if path in added else "set", _below(mine, path)
    for path, order in mine.items():
        if path[-1] == ORDER and path in base and not _is_inside(path, new):
            kept = [id for id in base[path] if id in order]
            if order != [*kept, *sorted(set(order) - set(kept), key="[{}]".format)]:
                yield path, "move", order
    for path in {**base, **mine}:
        if path[-1] == ORDER or _is_inside(path, new) or _is_inside(path, old):
            continue
        if path not in mine and path not in new:
            yield path, "remove", None
        elif path not in mine:
            continue  # given another form above
        elif path not in base or base[path] != mine[path]:
            yield path, "set", mine[path]


def _lists(found: Leaves) -> set[Path]:
    """Return the paths of all lists whose elements have ids."""
    return {path[:-1] for path in found if path and path[-1] == ORDER}


def elements(found: Leaves) -> set[Path]:
    """Return the paths of all elements of lists."""
    return {
        (*path[:-1], f"[{id}]")
        for path, order in found.items()
        if path and path[-1] == ORDER
        for id in order
    }


def _is_inside(path: Path, elements: set[Path]) -> bool:
    return any(path[:length] in elements for length in range(1, len(path)))


def _below(found: Leaves, path: Path) -> Any:
    """Return what stands at a path, whole."""
    length = len(path)
    return together({p[length:]: value for p, value in found.items() if p[:length] == path})


def apply(base: Mapping[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the document `base` with the operations carried out; it is not changed itself.

    Raises AddressInvalid for an operation on what is not there.
    """
    fixed = fixed_in(base)
    document = {key: value if key in fixed else dict(value) for key, value in base.items()}
    ordered = sorted(operations, key=lambda each: (KINDS.index(each.kind), each.address))
    taken_apart: dict[tuple[str, str], Leaves] = {}
    for operation in ordered:
        folder, name, path = read_address(operation.address)
        _check_item(document, operation, folder, name, path)
        if operation.kind == "hide":
            del document[folder][name]
        elif not path:
            document[folder][name] = copy.deepcopy(operation.value)
        else:
            key = (folder, name)
            if key not in taken_apart:
                taken_apart[key] = leaves(document[folder][name])
            _CARRY_OUT[operation.kind](taken_apart[key], operation, path)
    for (folder, name), found in taken_apart.items():
        document[folder][name] = together(found)
    return document


def _check_item(
    document: Mapping[str, Any], operation: Operation, folder: str, name: str, path: Path
) -> None:
    known = [each for each in document if each not in fixed_in(document)]
    if folder not in known:
        raise _invalid(
            operation.address, _("begins with none of %(known)s", known=", ".join(known))
        )
    is_new = operation.kind == "add" and not path
    if is_new and name in document[folder]:
        raise _invalid(operation.address, _("is there already"))
    if not is_new and name not in document[folder]:
        hint = did_you_mean(name, document[folder])
        raise _invalid(operation.address, _("names no item of the plugin") + hint)
    if operation.kind != "hide" and not path and not is_new:
        raise _invalid(operation.address, _("names an item, not something in it"))


def _add(found: Leaves, operation: Operation, path: Path) -> None:
    order = (*path[:-1], ORDER)
    if order not in found or not is_element(path[-1]):
        raise _invalid(operation.address, _("is not in a list of elements with an id"))
    if path[-1][1:-1] in found[order]:
        raise _invalid(operation.address, _("is there already"))
    found[order] = [*found[order], path[-1][1:-1]]
    found.update({(*path, *inner): value for inner, value in leaves(operation.value).items()})


def _remove(found: Leaves, operation: Operation, path: Path) -> None:
    gone = [each for each in found if each[: len(path)] == path]
    if not gone:
        raise _invalid(operation.address, _("is not there") + _near(found, path))
    if is_element(path[-1]):
        order = (*path[:-1], ORDER)
        found[order] = [id for id in found[order] if f"[{id}]" != path[-1]]
    for each in gone:
        del found[each]


def _move(found: Leaves, operation: Operation, path: Path) -> None:
    if path[-1] != ORDER or path not in found:
        raise _invalid(operation.address, _("is not the order of a list"))
    if sorted(found[path]) != sorted(operation.value):
        known = ", ".join(found[path])
        raise _invalid(operation.address, _("must name each of %(known)s once", known=known))
    found[path] = list(operation.value)


def _set(found: Leaves, operation: Operation, path: Path) -> None:
    """Give something a value, in place of what stands there or as a new key."""
    there = elements(found)
    for length in range(1, len(path) + 1):
        if is_element(path[length - 1]) and path[:length] not in there:
            raise _invalid(operation.address, _("is not there") + _near(found, path))
    for gone in [each for each in found if each[: len(path)] == path]:
        del found[gone]
    value = leaves(operation.value) if path[-1] not in WHOLE else {(): operation.value}
    found.update({(*path, *inner): copy.deepcopy(each) for inner, each in value.items()})


def _near(found: Leaves, path: Path) -> str:
    return did_you_mean("/".join(path), ["/".join(each) for each in found])


def _invalid(address: str, what: str) -> AddressInvalid:
    return AddressInvalid(f"{address}: {what}", fields={address: [what]})


_CARRY_OUT = {"add": _add, "remove": _remove, "move": _move, "set": _set}
