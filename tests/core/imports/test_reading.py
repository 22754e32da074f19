"""Reading files: every form that the issue names, and every way in which a file can be bad."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tierline.errors import TierlineError
from tierline.imports.errors import FileTooLarge, FileUnreadable
from tierline.imports.formats import Format
from tierline.imports.guessing import guess_date_format, guess_format
from tierline.imports.reading import LONGEST_VALUE, open_rows

ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030"}
MARKS = {"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|"}
ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ROWS = [
    ["number", "客户", "note"],
    ["A1", "华兴精密模具有限公司", "says “yes”"],
    ["A2", "北京 ,;|\t市", 'a "quoted" word'],
    ["A3", "重庆", "two\nlines"],
]


def quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def read(path: Path, format: Format) -> list[list[str]]:
    with open_rows(path, format) as rows:
        return [rows.columns, *(row for batch in rows.batches for row in batch)]


@pytest.mark.parametrize(
    ("encoding", "mark", "end"), list(product(ENCODINGS, MARKS, ENDS)), ids="-".join
)
def test_every_encoding_delimiter_and_line_end_is_guessed_and_read(
    tmp_path: Path, encoding: str, mark: str, end: str
) -> None:
    lines = [MARKS[mark].join(map(quoted, row)) for row in ROWS]
    path = tmp_path / "file.csv"
    path.write_bytes((ENDS[end].join(lines) + ENDS[end]).encode(encoding))
    guessed = guess_format(path)
    assert guessed == Format(ENCODINGS[encoding], mark, header=True)
    assert read(path, guessed) == ROWS


def test_runs_of_blanks_separate_columns(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text(" id  date  cds\n 00001 19970101   1\n 00002 19970112  12\n")
    guessed = guess_format(path)
    assert guessed == Format("utf-8", "spaces", header=True)
    assert read(path, guessed)[1] == ["00001", "19970101", "1"]


def test_a_file_without_a_header_has_columns_by_place_or_by_name(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("1,2026-01-01\n2,2026-01-02\n")
    assert guess_format(path).header is False
    assert read(path, Format(header=False))[0] == ["1", "2"]
    assert read(path, Format(header=False, columns=("a", "b")))[0] == ["a", "b"]


def test_repeated_and_empty_names_of_columns_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,a,,b\n1,2,3,4\n")
    assert read(path, Format())[0] == ["a", "a (2)", "3", "b"]


BAD = {
    "an empty file": (b"", "The file is empty"),
    "only blanks": (b" \n\n", "The file is empty"),
    "NUL bytes": (b"a,b\n\x00,2\n", "not a text"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
    "neither encoding": (b"a,b\n\xff\xff\xff,2\n", "neither UTF-8 nor GB18030"),
    "a broken archive": (b"\x1f\x8b\x08\x00broken", "packed file is broken"),
    "a cut archive": (b"\x1f\x8b", "packed file is broken"),
    "a ZIP that is none": (b"PK\x03\x04broken", "can't be unpacked"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    content, said = BAD[name]
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable, match=said):
        read(path, guess_format(path))


ROWS_THAT_FAIL = {
    "a quote is never closed": (b'a,b\n1,2\n3,"four\n5,6\n', "quotation mark is not closed"),
    "text after a closing quote": (b'a,b\n1,2\n3,"four"x\n', r"^Line 3: there is text after"),
    "a value is too long": (
        b"a,b\n1,2\n3," + b"x" * (LONGEST_VALUE + 1) + b"\n",
        r"^Line 3: a value is longer than 131,072",
    ),
    "a byte is not UTF-8": (b"a,b\n" + b"1,2\n" * 9000 + b"3,\xff\n", "the text is not UTF-8"),
}


@pytest.mark.parametrize("name", ROWS_THAT_FAIL)
def test_a_row_that_ends_the_reading_is_named(tmp_path: Path, name: str) -> None:
    content, said = ROWS_THAT_FAIL[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable, match=said):
        read(path, Format())


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["number", "客户", "date", "amount", "paid"])
    sheet.write_row(1, 0, ["=1+1", "华兴"])
    sheet.write_string(1, 0, "=1+1")
    sheet.write_number(1, 2, 46000, date)
    sheet.write_number(1, 3, 12.5)
    sheet.write_boolean(1, 4, True)
    sheet.write_row(3, 0, ["A2", "北京", "", 3])
    book.close()
    columns, *rows = read(path, guess_format(path))
    assert columns == ["number", "客户", "date", "amount", "paid"]
    assert rows[0] == ["=1+1", "华兴", "2025-12-09", "12.5", "true"]
    assert rows[1][:4] == ["A2", "北京", "", "3"]


def zipped(path: Path, sheet: bytes, *, level: int = 9) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_does(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.xlsx", b" " * (64 << 20))
    with pytest.raises(FileTooLarge, match="unpacks to 64 MiB"):
        read(path, Format())


def test_a_lonely_far_cell_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "far.xlsx", b'<sheetData><row><c r="XFD1048576"/></row></sheetData>')
    with pytest.raises(FileTooLarge, match="row 1,048,576 and column 16,384"):
        read(path, Format())


def test_a_zip_without_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FileUnreadable, match="no workbook"):
        read(path, Format())


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026-01-31", "2026-02-01 08:26:00"], "yyyy-mm-dd"),
        (["20260131"], "yyyymmdd"),
        (["31/01/2026", "01/02/2026"], "dd/mm/yyyy"),
        (["01/31/2026", "02/01/2026"], "mm/dd/yyyy"),
        (["31.1.2026"], "dd.mm.yyyy"),
        (["2026年1月31日"], "yyyy年mm月dd日"),
        (["Jan 31"], None),
        ([], None),
    ],
)
def test_the_form_of_dates_is_guessed(values: list[str], form: str | None) -> None:
    assert guess_date_format(values) == form


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(data)
    with suppress(TierlineError):
        read(path, guess_format(path))
