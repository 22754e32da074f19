"""Which code of the extensions is installed, and which this process has loaded.

Python loads a module once: an extension that is upgraded while processes run is new for those only
that start afterwards. So code has a digest, which a process notes when it loads it, and which is
compared with that of the files as they are now.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points, version
from importlib.util import find_spec
from pathlib import Path

GROUP = "tierline.plugins"
DISTRIBUTION = "tierline"


@dataclass(frozen=True)
class Piece:
    """The code of one extension: its distribution's version, and the digest of its files."""

    version: str
    digest: str


@dataclass(frozen=True)
class Code:
    """The core's version, and the code of the extensions by plugin id."""

    core: str
    extensions: Mapping[str, Piece]

    @property
    def versions(self) -> dict[str, str]:
        """Return the extensions' versions by plugin id."""
        return {plugin: piece.version for plugin, piece in self.extensions.items()}

    @property
    def digest(self) -> str:
        """Return one digest over the versions and files of all extensions."""
        lines = [f"{id} {piece.version} {piece.digest}" for id, piece in self.extensions.items()]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


LOADED_CORE = version(DISTRIBUTION)
_loaded: dict[str, Piece] = {}


def installed_code(plugins: Iterable[str]) -> Code:
    """Return the code of these extensions as it is installed now, whatever is loaded."""
    importlib.invalidate_caches()
    return Code(version(DISTRIBUTION), {point.name: _piece(point) for point in _points(plugins)})


def loaded_code(plugins: Iterable[str]) -> Code:
    """Return the code of these extensions that this process has; what it is about to load counts.

    A forked process has what its parent had loaded, however the files have changed since.
    """
    for point in _points(plugins):
        if point.name not in _loaded or _package(point) not in sys.modules:
            _loaded[point.name] = _piece(point)
    return Code(LOADED_CORE, {id: _loaded[id] for id in sorted(plugins) if id in _loaded})


def _points(plugins: Iterable[str]) -> list[EntryPoint]:
    wanted = set(plugins)
    return [point for point in entry_points(group=GROUP) if point.name in wanted]


def _package(point: EntryPoint) -> str:
    return point.module.partition(".")[0]


def _piece(point: EntryPoint) -> Piece:
    found = hashlib.sha256()
    for path in _files(_package(point)):
        found.update(f"{path.name} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return Piece(point.dist.version if point.dist else "", found.hexdigest())


def _files(package: str) -> list[Path]:
    """Return the Python files of a package or module, in order; none where it is not there."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [Path(spec.origin)] if spec.origin else []
    return sorted(path for place in spec.submodule_search_locations for path in _below(place))


def _below(place: str) -> Iterable[Path]:
    return Path(place).rglob("*.py")
