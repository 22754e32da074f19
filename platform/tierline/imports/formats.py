"""The form of a file: its encoding, its delimiter, whether it has a header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

ENCODINGS = ("utf-8", "gb18030")  # UTF-8 with or without a byte order mark
DELIMITERS: Mapping[str, str | None] = {
    "comma": ",",
    "tab": "\t",
    "semicolon": ";",
    "pipe": "|",
    "spaces": None,  # runs of white space; nothing can be quoted
}


@dataclass(frozen=True)
class Format:
    """How the bytes of a file become rows of text."""

    encoding: str = "utf-8"
    delimiter: str = "comma"
    header: bool = True
    columns: tuple[str, ...] = ()  # names, where the file has no header

    def document(self) -> dict[str, Any]:
        """Return the format as a mapping document holds it."""
        names = {"columns": list(self.columns)} if self.columns else {}
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header": self.header,
            **names,
        }


class Problems:
    """What is wrong with a document, by path; every problem is told at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def add(self, path: str, problem: str) -> None:
        """Note a problem at a path."""
        self.fields.setdefault(path, []).append(problem)

    def unknown(self, path: str, given: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        """Note every key that is not one of those known."""
        for key in given:
            if key not in known:
                problem = _("is not known here; there are %(known)s", known=", ".join(known))
                self.add(f"{path}{key}", problem)


def parse_format(given: Any, problems: Problems) -> Format:
    """Return the format that a mapping document describes; notes what is wrong."""
    if not isinstance(given, Mapping):
        problems.add("format", _("must be a mapping"))
        return Format()
    problems.unknown("format.", given, ("encoding", "delimiter", "header", "columns"))
    encoding = given.get("encoding", "utf-8")
    delimiter = given.get("delimiter", "comma")
    header = given.get("header", True)
    columns = given.get("columns", [])
    if encoding not in ENCODINGS:
        problems.add("format.encoding", _("must be one of %(known)s", known=", ".join(ENCODINGS)))
    if not isinstance(delimiter, str) or delimiter not in DELIMITERS:
        problems.add("format.delimiter", _("must be one of %(known)s", known=", ".join(DELIMITERS)))
    if not isinstance(header, bool):
        problems.add("format.header", _("must be true or false"))
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        problems.add("format.columns", _("must be a list of names"))
        columns = []
    return Format(str(encoding), str(delimiter), header is True, tuple(columns))
