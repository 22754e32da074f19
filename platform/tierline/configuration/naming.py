"""Names for what a company makes itself, from the title that it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tierline.accounts.names import normalize, syllables
from tierline.configuration.models import OPEN
from tierline.configuration.queries import document_in_force, revisions
from tierline.configuration.service import states
from tierline.packs.differences import read_address
from tierline.packs.names import OWN

LONGEST = 55  # a name holds 63 characters; a number may follow


def both_languages(text: Mapping[str, str]) -> dict[str, str]:
    """Return a text in both languages; the one that was left empty is as the other."""
    given = {key: value.strip() for key, value in text.items()}
    one = next((value for value in given.values() if value), "")
    return {key: value or one for key, value in given.items()}


def free_name(folder: str, title: Mapping[str, str]) -> str:
    """Return a name for a new item of the company's own pack, which nothing of it has yet.

    Made of the English title, of Chinese characters by their pinyin. What stands in an open draft
    is taken, too.
    """
    parts = syllables(normalize(title["en"] or title["zh_CN"]))
    stem = re.sub(r"[^a-z0-9]+", "_", "_".join(parts)).strip("_")[:LONGEST].strip("_")
    if not re.match("[a-z]", stem):
        stem = f"n_{stem}".strip("_")
    taken = {*document_in_force(OWN)[folder], *_drafted(folder)}
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (stem, *numbered) if name not in taken)


def _drafted(folder: str) -> set[str]:
    found: set[str] = set()
    for revision in revisions(plugin=OWN):
        if revision.state in OPEN:
            addresses: Any = (each.address for each in states(revision, "after")[OWN].overrides)
            found |= {name for kind, name, _path in map(read_address, addresses) if kind == folder}
    return found
