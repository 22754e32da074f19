"""The reference for authors says what the code says, and every hook is documented, tested, used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tierline.authoring.reference import hook_classes, page, specified
from tierline.config import home_folder

HOME = home_folder()
HOOKS = [name for each in hook_classes() for name in specified(each)]


def sources(*folders: Path) -> str:
    """Return the text of every Python file below the folders, this one apart."""
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path != Path(__file__))


TESTS = sources(HOME / "tests")
USERS = sources(HOME / "plugins") + sources(HOME / "platform" / "tierline" / "plugins")


def test_the_reference_is_up_to_date() -> None:
    stored = (HOME / "docs" / "reference.md").read_text(encoding="utf-8")
    assert stored == page(), "run: tierline plugins docs"


def test_there_are_hooks() -> None:
    assert {"fields", "metrics", "tiering_schemes"} <= set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_tested_and_used(hook: str) -> None:
    assert f"#### `{hook}`" in page()
    assert re.search(rf"\b{hook}\b", TESTS), "no test names it"
    assert re.search(rf"@hookimpl[^\n]*\n\s*def {hook}\(", USERS), "no plugin implements it"
