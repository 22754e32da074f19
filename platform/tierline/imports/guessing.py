"""Guessing a file's form, and which columns fill which fields; the user sees and corrects it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from rapidfuzz import fuzz, process

from tierline.imports.errors import FileUnreadable
from tierline.imports.formats import DELIMITERS, ENCODINGS, Format
from tierline.imports.reading import Row, decodes, open_bytes, open_rows
from tierline.imports.registry import ImportField, RecordType
from tierline.imports.workbooks import is_workbook

PEEK_BYTES = 1 << 18
PEEK_ROWS = 50
SURE = 75  # of 100: from here on a guess is taken

DATE_PATTERNS = {
    r"\d{4}-\d{1,2}-\d{1,2}": "yyyy-mm-dd",
    r"\d{4}/\d{1,2}/\d{1,2}": "yyyy/mm/dd",
    r"(19|20)\d{6}": "yyyymmdd",
    r"\d{4}年\d{1,2}月\d{1,2}日": "yyyy年mm月dd日",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "dd.mm.yyyy",
    r"\d{1,2}/\d{1,2}/\d{4}": "dd/mm/yyyy",
    r"\d{1,2}-\d{1,2}-\d{4}": "dd-mm-yyyy",
}


@dataclass(frozen=True)
class Guess:
    """A column that probably fills a field, and how sure that is, 0 to 100."""

    column: str
    confidence: int


def guess_format(path: Path) -> Format:
    """Return the likely format of a file; raises FileUnreadable where it is none that we read."""
    if is_workbook(path):
        return Format()
    with open_bytes(path) as file:
        data = file.read(PEEK_BYTES)
    if not data.strip():
        raise FileUnreadable(_("The file is empty."))
    encoding = _guess_encoding(data)
    text = data.decode(encoding, errors="ignore")
    delimiter = _guess_delimiter(text.lstrip("\ufeff"))
    first = peek(path, Format(encoding, delimiter, header=False), rows=1)[1]
    return Format(encoding, delimiter, header=_looks_like_header(first[0] if first else []))


def _guess_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable(_("The file is UTF-16. Save it as UTF-8 and try again."))
    if b"\x00" in data:
        raise FileUnreadable(_("The file is not a text: it holds NUL bytes."))
    for encoding in ENCODINGS:
        if decodes(data, encoding):
            return encoding
    raise FileUnreadable(_("The text is neither UTF-8 nor GB18030."))


def _guess_delimiter(text: str) -> str:
    """Return the delimiter by which the first lines fall into most columns, evenly."""
    lines = text.splitlines(keepends=True)[:PEEK_ROWS]
    if len(lines) > 1:
        lines = lines[:-1]  # the last one may be cut
    scores = {name: _evenness(lines, name) for name in DELIMITERS}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else "comma"


def _evenness(lines: Sequence[str], delimiter: str) -> float:
    mark = DELIMITERS[delimiter]
    if mark is None:
        widths = [len(line.split()) for line in lines if line.strip()]
    else:
        try:
            reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=mark)
            widths = [len(row) for row in reader if row]
        except csv.Error:
            return 0.0
    if not widths or max(widths) < 2:
        return 0.0
    usual = max(set(widths), key=widths.count)
    share = widths.count(usual) / len(widths)
    # White space separates words as well: it is believed only where it is even throughout.
    if mark is None and share < 1:
        return 0.0
    return share * (1 if usual > 1 else 0) * (1 + min(usual, 50) / (500 if mark is None else 50))


def _looks_like_header(row: Row) -> bool:
    return not any(re.fullmatch(r"[-+]?[\d.,/: -]*\d[\d.,/: -]*", value.strip()) for value in row)


def peek(path: Path, format: Format, rows: int = 5) -> tuple[list[str], list[Row]]:
    """Return a file's columns and its first rows."""
    with open_rows(path, format) as opened:
        first = next(opened.batches, [])
        return opened.columns, first[:rows]


def guess_columns(columns: Sequence[str], record_type: RecordType) -> dict[str, Guess]:
    """Return the likely column of each field; a column is used once, the surest guess first."""
    scored = [
        (confidence, field.name, column)
        for field in record_type.fields()
        for column in columns
        if (confidence := _likeness(column, field)) >= SURE
    ]
    guesses: dict[str, Guess] = {}
    taken: set[str] = set()
    for confidence, name, column in sorted(scored, key=lambda scored: -scored[0]):
        if name not in guesses and column not in taken:
            guesses[name] = Guess(column, confidence)
            taken.add(column)
    return guesses


def _likeness(column: str, field: ImportField) -> int:
    names = [field.name, *field.synonyms, str(field.title)]
    found = process.extractOne(_plain(column), map(_plain, names), scorer=fuzz.ratio)
    return round(found[1]) if found else 0


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower()


def guess_date_format(values: Sequence[str]) -> str | None:
    """Return the form that all given dates share; None where there is none."""
    days = [value.strip() for value in values if value.strip()]
    for pattern, form in DATE_PATTERNS.items():
        if days and all(re.fullmatch(rf"{pattern}([ T].*)?", day) for day in days):
            return _day_first(form, days)
    return None


def _day_first(form: str, days: Sequence[str]) -> str:
    """Tell month first from day first by a second part that can't be a month."""
    if not form.startswith("dd") or "." in form:
        return form
    seconds = [int(re.split("[/-]", day)[1]) for day in days]
    return (
        form.replace("dd", "xx").replace("mm", "dd").replace("xx", "mm")
        if max(seconds) > 12
        else form
    )


def guess_mapping(path: Path, format: Format, record_type: RecordType) -> dict[str, Any]:
    """Return a mapping document for the file, as far as it can be guessed."""
    columns, rows = peek(path, format, PEEK_ROWS)
    sources: dict[str, Any] = {}
    types = {field.name: field.type for field in record_type.fields()}
    for name, guess in guess_columns(columns, record_type).items():
        place = columns.index(guess.column)
        sample = [row[place] for row in rows if place < len(row)]
        form = guess_date_format(sample) if types[name] == "date" else None
        source = {"column": guess.column, "format": form} if form else guess.column
        sources[name] = source
    return {"record": record_type.key, "format": format.document(), "columns": sources}
