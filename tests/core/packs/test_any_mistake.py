"""Whatever an author writes, loading answers with problems and never breaks."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tierline.packs.loading import load

TRIAL = Path(__file__).parents[2] / "trial"
FILES = sorted(path.relative_to(TRIAL) for path in TRIAL.rglob("*.yaml"))

Path_ = tuple[str | int, ...]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["x", "size", "trial:rank", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "all", "metric", "op", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the path of every value in a document."""
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    for key, inner in pairs:
        yield from paths(inner, (*path, key))


def document(file: Path) -> Any:
    return yaml.safe_load((TRIAL / file).read_text(encoding="utf-8"))


PLACES = [(file, path) for file in FILES for path in paths(document(file))]


def replaced(value: Any, path: Path_, new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return changed


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_in_any_place_gives_problems_with_places(
    place: tuple[Path, Path_], value: Any
) -> None:
    file, path = place
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial"
        shutil.copytree(TRIAL, trial)
        text = yaml.safe_dump(replaced(document(file), path, value), allow_unicode=True)
        (trial / file).write_text(text, encoding="utf-8")
        loaded = load({"trial": trial})
    problems = loaded.failed["trial"].problems  # essentials is not there, so there is always one
    assert problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
