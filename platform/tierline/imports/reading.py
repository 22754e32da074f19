"""Reading files: bytes to rows of text, in batches, with the row named where it can't be done."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from flask_babel import gettext as _

from tierline.imports.errors import FileTooLarge, FileUnreadable
from tierline.imports.formats import DELIMITERS, Format
from tierline.imports.workbooks import is_workbook, read_workbook

Row = list[str]
BATCH = 500  # rows: fewer than new lists let Python look for garbage, which costs a third
LONGEST_VALUE = 131_072  # characters in one value
MOST_BYTES = 4 << 30  # of a file, unpacked
MOST_COLUMNS = 500
GZIP = b"\x1f\x8b"


@dataclass
class Rows:
    """A file's columns by name, and its rows in batches, header left out."""

    columns: list[str]
    batches: Iterator[list[Row]]


@contextmanager
def open_rows(path: Path, format: Format) -> Iterator[Rows]:
    """Open a file as rows. Raises FileUnreadable, here or while the batches are taken."""
    if is_workbook(path):
        rows = iter(read_workbook(path))
        yield _headed(rows, format, first_row=1)
        return
    with open_bytes(path) as file, _decoded(file, format.encoding) as text:
        yield _headed(_split(text, format), format, first_row=1)


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked where it is gzip; refuses one that unpacks to more than 4 GiB."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        if packed:
            with gzip.open(file) as unpacked, io.BufferedReader(_Limited(unpacked), 1 << 18) as lim:
                yield lim
        else:
            yield file


class _Limited(io.RawIOBase):
    """An unpacking stream that stops at the limit, and names a broken archive as such."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self.file = file
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self.file.read(len(buffer))
        except (OSError, EOFError, ValueError) as error:
            message = _("The packed file is broken: %(error)s.", error=error)
            raise FileUnreadable(message) from error
        self.taken += len(data)
        if self.taken > MOST_BYTES:
            raise FileTooLarge(_("The file unpacks to more than 4 GiB."))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _decoded(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    text = io.TextIOWrapper(file, encoding=name, newline="")
    try:
        yield text
    finally:
        text.detach()


def _split(text: io.TextIOWrapper, format: Format) -> Iterator[Row]:
    """Yield the rows of a text, empty ones left out; a failure names the line."""
    delimiter = DELIMITERS[format.delimiter]
    if delimiter is None:
        return _guarded((line.split() for line in text), format, None)
    csv.field_size_limit(LONGEST_VALUE)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    return _guarded(reader, format, reader)


def _guarded(rows: Iterator[Row], format: Format, reader: object) -> Iterator[Row]:
    line = 0
    try:
        for row in rows:
            line += 1
            if row:
                yield row
    except csv.Error as error:
        line = getattr(reader, "line_num", line)
        found = _explained(str(error))
        message = _("Line %(line)s: %(problem)s", line=line, problem=found)
        raise FileUnreadable(message) from error
    except UnicodeDecodeError as error:
        line = getattr(reader, "line_num", line) + 1
        raise FileUnreadable(
            _(
                "Near line %(line)s: the text is not %(encoding)s (byte %(byte)s). "
                "Choose another encoding.",
                line=line,
                encoding=format.encoding.upper(),
                byte=f"{error.object[error.start]:#04x}",
            )
        ) from error


def _explained(error: str) -> str:
    if "field larger" in error:
        return str(
            _(
                "a value is longer than %(most)s characters; "
                "probably a quotation mark before it is not closed.",
                most=f"{LONGEST_VALUE:,}",
            )
        )
    if "unexpected end of data" in error:
        return str(_("the file ends inside a quoted value: a quotation mark is not closed."))
    if "expected after" in error:
        return str(
            _(
                "there is text after a closing quotation mark. "
                "Quotation marks inside a quoted value must be doubled."
            )
        )
    return f"{error}."


def _headed(rows: Iterator[Row], format: Format, first_row: int) -> Rows:
    """Take the header off, or name the columns as the format says or by their place."""
    first = next(rows, None)
    if first is None:
        raise FileUnreadable(_("The file is empty."))
    if len(first) > MOST_COLUMNS:
        message = _(
            "The file has %(columns)s columns; %(most)s are read at most.",
            columns=len(first),
            most=MOST_COLUMNS,
        )
        raise FileUnreadable(message)
    if format.header:
        return Rows(_names(first), _batches(rows))
    names = list(format.columns) or [str(place) for place in range(1, len(first) + 1)]
    return Rows(names, _batches(_again(first, rows)))


def _again(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _names(header: Row) -> list[str]:
    """Return the header's names; an empty one is called by its place, a repeated one numbered."""
    names: list[str] = []
    for place, text in enumerate(header, start=1):
        name = " ".join(text.split()) or str(place)
        repeated = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({repeated + 1})" if name in names else name)
    return names


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def decodes(data: bytes, encoding: str) -> bool:
    """Tell whether the beginning of a text is in the encoding; a cut last character is let pass."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return True
