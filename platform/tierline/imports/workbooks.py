"""Reading XLSX workbooks, after a look at what unpacking them would cost."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from tierline.imports.errors import FileTooLarge, FileUnreadable

MOST_UNPACKED = 200 << 20  # bytes
MOST_RATIO = 200  # unpacked to packed
MOST_CELLS = 20_000_000  # of the rectangle that the reader holds in memory
CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
TAIL = 256  # bytes that a cell's tag may take


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a ZIP archive, as XLSX workbooks are."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def read_workbook(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet as text, empty ones left out.

    Raises FileTooLarge before anything is unpacked, FileUnreadable for what is no workbook.
    """
    check_workbook(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        rows = workbook.get_sheet_by_index(0).iter_rows()
    except (CalamineError, IndexError, OSError, ValueError) as error:
        message = _("The workbook can't be read: %(error)s.", error=error)
        raise FileUnreadable(message) from error
    for row in rows:
        texts = [_text(value) for value in row]
        if any(texts):
            yield texts


def check_workbook(path: Path) -> None:
    """Raise FileTooLarge where the workbook would unpack to too much, FileUnreadable if broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
            for name in archive.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    _check_cells(archive, name)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        message = _("The workbook can't be unpacked: %(error)s.", error=error)
        raise FileUnreadable(message) from error


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(path.stat().st_size, 1):
        raise FileTooLarge(
            _(
                "The workbook unpacks to %(size)s MiB; %(most)s MiB and %(ratio)s times its size "
                "are read. Save it as CSV.",
                size=unpacked >> 20,
                most=MOST_UNPACKED >> 20,
                ratio=MOST_RATIO,
            )
        )
    if "[Content_Types].xml" not in archive.namelist():
        raise FileUnreadable(_("The file is a ZIP archive but no workbook."))


def _check_cells(archive: zipfile.ZipFile, name: str) -> None:
    """Find the lowest and rightmost cell, which decide how much memory a reader takes."""
    width = height = 0
    rest = b""
    with archive.open(name) as file:
        while data := file.read(1 << 20):
            for letters, number in CELL.findall(rest + data):
                width, height = max(width, _column(letters)), max(height, int(number))
            rest = data[-TAIL:]
    if width * height > MOST_CELLS:
        raise FileTooLarge(
            _(
                "The sheet reaches to row %(row)s and column %(column)s: more cells than %(most)s. "
                "Remove what stands far from the table, or save it as CSV.",
                row=f"{height:,}",
                column=f"{width:,}",
                most=f"{MOST_CELLS:,}",
            )
        )


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _text(value: Any) -> str:
    """Return a cell as the text that a CSV would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    return str(value)
