"""Archives of packs: made the same byte for byte, and unpacked without trusting them.

An archive comes from anyone who may upload one. So every entry is checked before anything is
written, and every limit is enforced while reading, because declared sizes can lie.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from tierline.packs.folders import MAXIMUM_FILES
from tierline.packs.problems import PluginInvalid, Problem

MAXIMUM_UNPACKED = 20 * 1024 * 1024
MAXIMUM_RATIO = 100
MAXIMUM_DEPTH = 8
NAME = re.compile(r"[A-Za-z0-9_.\-]{1,100}")
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".whl", ".jar")
MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
TAR_ROOM = 4 * 1024 * 1024  # heads and padding of 2,000 files
BLOCK = 512
CHUNK = 64 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What the standard library raises for an archive that it can't read."""


@dataclass(frozen=True)
class Entry:
    """One entry as the archive's list tells it."""

    name: str
    size: int
    kind: str = "file"  # file, folder, or what is wrong with it: "a link", "a device"
    trouble: str | None = None


class _Refused(Exception):
    """The reading must stop here: a limit was reached."""


def pack(folder: Path, target: IO[bytes]) -> None:
    """Write the folder as an archive, its files below its name: equal files give equal bytes.

    They are stored, not compressed: compressors differ from machine to machine.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        for path in sorted(files, key=lambda path: path.relative_to(folder).as_posix()):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, path.read_bytes())


def unpack(source: IO[bytes], name: str, into: Path) -> Path:
    """Unpack a .zip or .tar.gz into an empty folder; return the one folder that it holds.

    Raises PluginInvalid with every problem found; nothing that was written is of use then.
    """
    packed = source.seek(0, io.SEEK_END)
    if packed > MAXIMUM_UNPACKED:
        raise _invalid(name, [("", f"is larger than {MAXIMUM_UNPACKED // 1024**2} MiB")])
    source.seek(0)
    limit = min(MAXIMUM_UNPACKED, max(packed, 1) * MAXIMUM_RATIO)
    head = source.read(4)
    source.seek(0)
    try:
        if head.startswith(b"PK"):
            return _unpack_zip(source, name, into, limit)
        if head.startswith(b"\x1f\x8b"):
            return _unpack_tar(source, name, into, limit)
    except _Refused as error:
        raise _invalid(name, [("", str(error))]) from error
    except BROKEN as error:
        raise _invalid(name, [("", f"can't be read: {_reason(error)}")]) from error
    raise _invalid(name, [("", "is neither a .zip nor a .tar.gz")])


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror  # the whole text names folders of the server
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _invalid(archive: str, problems: Iterable[tuple[str, str]]) -> PluginInvalid:
    return PluginInvalid(
        Problem(f"{archive}/{entry}" if entry else archive, 1, 1, "", what)
        for entry, what in problems
    )


def _unpack_zip(source: IO[bytes], name: str, into: Path, limit: int) -> Path:
    with zipfile.ZipFile(source) as archive:
        infos = archive.infolist()
        entries = [_zip_entry(info) for info in infos]
        _check(name, entries, limit)
        writer = _Writer(into, limit)
        for info, entry in zip(infos, entries, strict=True):
            if entry.kind == "file":
                with archive.open(info) as opened:
                    writer.write(entry, opened)
        return _finished(name, writer, into)


def _zip_entry(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16
    trouble = None
    if info.flag_bits & 0x1:
        trouble = "is encrypted"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        trouble = "is compressed in a way other than deflate"
    elif "\x00" in info.orig_filename:
        trouble = "has a name with a zero byte"
    kinds = {0o120000: "a link", 0o060000: "a device", 0o020000: "a device", 0o010000: "a pipe"}
    kind = kinds.get(mode & 0o170000, "folder" if info.is_dir() else "file")
    return Entry(info.filename, info.file_size, kind, trouble)


def _unpack_tar(source: IO[bytes], name: str, into: Path, limit: int) -> Path:
    raw = _decompressed(source, limit + TAR_ROOM)
    with tarfile.open(
        fileobj=io.BytesIO(raw), mode="r:", errors="strict", encoding="utf-8"
    ) as tape:
        members = list(islice(tape, MAXIMUM_FILES + 1))
        entries = [_tar_entry(member) for member in members]
        _check(name, entries, limit)
        if raw[tape.offset : tape.offset + BLOCK] != bytes(BLOCK):
            raise _Refused("is cut off or damaged")  # tarfile takes a wrong head for the end
        writer = _Writer(into, limit)
        for member, entry in zip(members, entries, strict=True):
            opened = tape.extractfile(member) if entry.kind == "file" else None
            if opened is not None:
                writer.write(entry, opened)
        return _finished(name, writer, into)


def _decompressed(source: IO[bytes], most: int) -> bytes:
    """Return what a gzip file holds; raises _Refused past the limit, however small it is."""
    with gzip.GzipFile(fileobj=source) as packed:
        raw = packed.read(most + 1)
        if len(raw) > most:
            raise _Refused(_too_large())
    return raw


def _tar_entry(member: tarfile.TarInfo) -> Entry:
    kinds = (
        (member.issym() or member.islnk(), "a link"),
        (member.ischr() or member.isblk(), "a device"),
        (member.isfifo(), "a pipe"),
        (member.issparse(), "a sparse file"),
        (member.isdir(), "folder"),
        (member.isreg(), "file"),
    )
    kind = next((kind for holds, kind in kinds if holds), "of an unknown kind")
    return Entry(member.name, member.size, kind)


class _Writer:
    """Writes entries that were checked, and counts what really comes out of them."""

    def __init__(self, into: Path, limit: int) -> None:
        self.into, self.left = into, limit
        self.problems: list[tuple[str, str]] = []

    def write(self, entry: Entry, opened: IO[bytes]) -> None:
        path = self.into.joinpath(*entry.name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            for place, chunk in enumerate(iter(lambda: opened.read(CHUNK), b"")):
                if place == 0 and chunk.startswith(MAGIC):
                    self.problems.append((entry.name, "is an archive inside the archive"))
                self.left -= len(chunk)
                if self.left < 0:
                    raise _Refused(_too_large())
                target.write(chunk)
        if path.stat().st_size != entry.size:
            self.problems.append((entry.name, "has another size than the archive's list says"))


def _finished(name: str, writer: _Writer, into: Path) -> Path:
    if writer.problems:
        raise _invalid(name, writer.problems)
    return next(into.iterdir())


def _too_large() -> str:
    return (
        f"unpacks to more than {MAXIMUM_UNPACKED // 1024**2} MiB, "
        f"or to more than {MAXIMUM_RATIO} times its size"
    )


def _check(archive: str, entries: list[Entry], limit: int) -> None:
    """Raise PluginInvalid naming every entry that may not be unpacked."""
    if len(entries) > MAXIMUM_FILES:
        raise _Refused(f"holds more than {MAXIMUM_FILES:,} files")
    if sum(entry.size for entry in entries) > limit:
        raise _Refused(_too_large())
    problems = [(_shown(entry.name), what) for entry in entries for what in _entry_problems(entry)]
    problems += _doubles(entries)
    if not problems:
        problems += _top_problems(entries)
    if problems:
        raise _invalid(archive, problems)


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:120]


def _entry_problems(entry: Entry) -> Iterator[str]:
    parts = entry.name.rstrip("/").split("/")
    if entry.trouble:
        yield entry.trouble
    if entry.kind not in ("file", "folder"):
        yield f"is {entry.kind}"
    if entry.name.startswith("/") or re.match(r"[A-Za-z]:", entry.name) or "\\" in entry.name:
        yield "has an absolute path or a path of another system"
    elif ".." in parts:
        yield "leads out of the archive by .."
    elif not all(NAME.fullmatch(part) for part in parts):
        yield "has a name of other characters than letters, digits, _, - and ."
    elif len(parts) > MAXIMUM_DEPTH:
        yield f"lies deeper than {MAXIMUM_DEPTH} levels"
    elif entry.kind == "file" and entry.name.lower().endswith(ARCHIVES):
        yield "is an archive inside the archive"


def _doubles(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """Yield names that stand there twice, as file and folder, or differ only by capitals."""
    spelt: dict[str, str] = {}
    kinds: dict[str, str] = {}
    stood: set[str] = set()
    for entry in entries:
        parts = entry.name.rstrip("/").split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            kind = entry.kind if depth == len(parts) else "folder"
            other = spelt.setdefault(name.lower(), name)
            if other != name:
                yield _shown(name), f'differs from "{_shown(other)}" only by capital letters'
            elif kinds.setdefault(name, kind) != kind:
                yield _shown(name), "is a file and a folder"
            elif depth == len(parts) and name in stood:
                yield _shown(name), "stands there twice"
        stood.add(entry.name.rstrip("/"))


def _top_problems(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    tops = {entry.name.partition("/")[0] for entry in entries}
    loose = [entry for entry in entries if entry.kind == "file" and "/" not in entry.name]
    if not any(entry.kind == "file" for entry in entries):
        yield "", "holds no file"
    elif len(tops) > 1 or loose:
        yield "", "must hold one folder, named by the plugin's id, and all files in it"
