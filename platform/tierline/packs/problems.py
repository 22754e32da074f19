"""Problems in a plugin's files: all of them at once, each with its place.

An author who mends one mistake per run gives up; so nothing here stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from flask_babel import gettext as _

from tierline.errors import TierlineError
from tierline.marking import N_


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong: file, line and column (from 1), path within the document, and what."""

    file: str
    line: int
    column: int
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.place}"

    @property
    def place(self) -> str:
        """Return all but the file: `line:column: path: what`."""
        path = f"{self.path}: " if self.path else ""
        return f"{self.line}:{self.column}: {path}{self.what}"


class PluginInvalid(TierlineError):
    """A plugin's files must keep to the formats of docs/plugins.md; every problem is named."""

    code = "plugin_invalid"
    status = 422
    title = N_("The plugin's files are not valid")

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        fields: dict[str, list[str]] = {}
        for problem in self.problems:
            fields.setdefault(problem.file, []).append(problem.place)
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' * (count != 1)} in the plugin's files", fields=fields
        )


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `; did you mean "x"?` for the nearest of the known words, or nothing."""
    near = get_close_matches(given, list(known), n=1, cutoff=0.6)
    return str(_('; did you mean "%(word)s"?', word=near[0])) if near else ""
