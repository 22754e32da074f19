"""Packs that nobody may install: hostile archives, YAML traps, wrong signatures, one flaw each.

Each is a function that returns the archive's bytes, registered with what is said about it: its
first problem, after the archive's or the pack's name.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from packing import make_key
from tierline.packs.signing import public_key, sign

TRIAL = Path(__file__).parent / "trial"
MIB = 1024 * 1024

Files = dict[str, bytes]
Build = Callable[[], bytes]


@dataclass(frozen=True)
class BadPack:
    """An archive and what its refusal begins with."""

    name: str
    build: Build
    says: str


BAD_PACKS: list[BadPack] = []


def refused(says: str) -> Callable[[Build], Build]:
    """Register a bad pack under its function's name."""

    def register(build: Build) -> Build:
        BAD_PACKS.append(BadPack(build.__name__, build, says))
        return build

    return register


def files(**changes: bytes) -> Files:
    """Return the trial pack's files by name in the archive; those of tests are left out."""
    found = {
        f"trial/{path.relative_to(TRIAL).as_posix()}": path.read_bytes()
        for path in sorted(TRIAL.rglob("*"))
        if path.is_file()
    }
    return found | changes


def info(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    """Return an entry of this name and mode."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def zipped(entries: Iterable[tuple[zipfile.ZipInfo | str, bytes]], kind: int = 8) -> bytes:
    """Return a zip archive of these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as archive:
        for entry, content in entries:
            archive.writestr(entry, content, kind)
    return target.getvalue()


def zip_with(name: zipfile.ZipInfo | str, content: bytes = b"x", **options: int) -> bytes:
    """Return the trial pack with one more entry."""
    return zipped([*files().items(), (name, content)], **options)


def taped(members: Iterable[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz") -> bytes:
    """Return a tape archive of these members."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode, format=tarfile.GNU_FORMAT) as archive:  # type: ignore[call-overload]
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """Return a member of a tape."""
    found = tarfile.TarInfo(name)
    found.type, found.size = kind, len(content)
    return found


def tape_with(extra: tarfile.TarInfo, content: bytes = b"", mode: str = "w:gz") -> bytes:
    """Return the trial pack as a tape, with one more member."""
    inside = [(member(name, content), content) for name, content in files().items()]
    return taped([*inside, (extra, content)], mode)


# Archives: zip

ELSEWHERE = "has an absolute path or a path of another system"
OUT = "leads out of the archive by .."
TOO_LARGE = "unpacks to more than 20 MiB, or to more than 100 times its size"
NAMED = "has a name of other characters than letters, digits, _, - and ."


@refused(f"/etc/passwd:1:1: {ELSEWHERE}")
def zip_absolute_path() -> bytes:
    return zip_with("/etc/passwd")


@refused(f"C:/windows.ini:1:1: {ELSEWHERE}")
def zip_drive_letter() -> bytes:
    return zip_with("C:/windows.ini")


@refused(rf"trial\\evil.yaml:1:1: {ELSEWHERE}")
def zip_backslash() -> bytes:
    return zip_with("trial\\evil.yaml")


@refused(f"trial/../../evil.yaml:1:1: {OUT}")
def zip_dots() -> bytes:
    return zip_with("trial/../../evil.yaml")


@refused("trial/LICENSE:1:1: is a link")
def zip_link() -> bytes:
    return zip_with(info("trial/LICENSE", 0o120777), b"/etc/passwd")


@refused("trial/LICENSE:1:1: is a device")
def zip_device() -> bytes:
    return zip_with(info("trial/LICENSE", 0o060644))


@refused("trial/LICENSE:1:1: is a pipe")
def zip_pipe() -> bytes:
    return zip_with(info("trial/LICENSE", 0o010644))


@refused(":1:1: holds more than 2,000 files")
def zip_too_many_files() -> bytes:
    return zipped((f"trial/fields/f{number}.yaml", b"") for number in range(2001))


@refused(f":1:1: {TOO_LARGE}")
def zip_too_large() -> bytes:
    return zip_with("trial/README.md", os.urandom(10 * MIB) + bytes(11 * MIB))


@refused(":1:1: is larger than 20 MiB")
def zip_too_large_packed() -> bytes:
    return zip_with("trial/README.md", bytes(21 * MIB), kind=zipfile.ZIP_STORED)


@refused(f":1:1: {TOO_LARGE}")
def zip_bomb() -> bytes:
    return zip_with("trial/README.md", bytes(5 * MIB))


@refused(":1:1: can't be read: Bad CRC-32 for file 'trial/README.md'")
def zip_that_lies_about_a_size() -> bytes:
    content = zip_with("trial/README.md", bytes(MIB))
    lie = struct.pack("<L", 10)
    return content.replace(struct.pack("<L", MIB), lie)


@refused("trial/more.zip:1:1: is an archive inside the archive")
def zip_in_zip() -> bytes:
    return zip_with("trial/more.zip", zipped([("x", b"x")]))


@refused("trial/README.md:1:1: is an archive inside the archive")
def zip_in_zip_by_another_name() -> bytes:
    return zip_with("trial/README.md", gzip.compress(b"x"))


@refused("trial/plugin.yaml:1:1: stands there twice")
def zip_with_a_name_twice() -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zip_with("trial/plugin.yaml", b"id: other")


@refused('trial/Plugin.yaml:1:1: differs from "trial/plugin.yaml" only by capital letters')
def zip_with_names_that_differ_by_case() -> bytes:
    return zip_with("trial/Plugin.yaml")


@refused('trial/Fields:1:1: differs from "trial/fields" only by capital letters')
def zip_with_folders_that_differ_by_case() -> bytes:
    return zip_with("trial/Fields/more.yaml")


@refused("trial/fields:1:1: is a file and a folder")
def zip_with_a_file_for_a_folder() -> bytes:
    return zip_with("trial/fields")


@refused('2:5: id: must be "other", as the folder is named')
def zip_with_another_top_folder() -> bytes:
    return zipped((name.replace("trial/", "other/"), text) for name, text in files().items())


ONE_FOLDER = ":1:1: must hold one folder, named by the plugin's id, and all files in it"


@refused(ONE_FOLDER)
def zip_without_a_top_folder() -> bytes:
    return zipped((name.removeprefix("trial/"), text) for name, text in files().items())


@refused(ONE_FOLDER)
def zip_with_two_folders() -> bytes:
    return zip_with("other/plugin.yaml")


@refused(":1:1: holds no file")
def zip_with_nothing() -> bytes:
    return zipped([])


@refused("trial/README.md:1:1: is encrypted")
def zip_encrypted() -> bytes:
    content = bytearray(zip_with("trial/README.md", b"x"))
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


@refused("trial/README.md:1:1: is compressed in a way other than deflate")
def zip_compressed_otherwise() -> bytes:
    return zipped([*files().items(), ("trial/README.md", b"x" * 99)], zipfile.ZIP_BZIP2)[:]


@refused(":1:1: can't be read: File is not a zip file")
def zip_cut_off() -> bytes:
    content = zip_with("trial/README.md", b"x")
    return content[: len(content) // 2]


@refused(":1:1: can't be read: Bad CRC-32 for file 'trial/README.md'")
def zip_damaged() -> bytes:
    return zip_with("trial/README.md", b"# Honest", kind=zipfile.ZIP_STORED).replace(
        b"# Honest", b"# Forged"
    )


@refused(rf"trial/\u8bf4\u660e.md:1:1: {NAMED}")
def zip_with_a_chinese_name() -> bytes:
    return zip_with("trial/说明.md")


@refused("trial/README.md:1:1: has a name with a zero byte")
def zip_with_a_zero_byte_in_a_name() -> bytes:
    return zip_with("trial/README.mdX.exe").replace(b"README.mdX.exe", b"README.md\x00.exe")


@refused(f"trial/a b.yaml:1:1: {NAMED}")
def zip_with_a_blank_in_a_name() -> bytes:
    return zip_with("trial/a b.yaml")


@refused("trial/a/a/a/a/a/a/a/a/a:1:1: lies deeper than 8 levels")
def zip_too_deep() -> bytes:
    return zip_with("trial" + "/a" * 9)


@refused(":1:1: is neither a .zip nor a .tar.gz")
def text_for_an_archive() -> bytes:
    return b"schema: 1\n"


@refused(":1:1: is neither a .zip nor a .tar.gz")
def nothing_for_an_archive() -> bytes:
    return b""


# Archives: tape


@refused(f"/etc/passwd:1:1: {ELSEWHERE}")
def tape_absolute_path() -> bytes:
    return tape_with(member("/etc/passwd"))


@refused(f"trial/../../evil:1:1: {OUT}")
def tape_dots() -> bytes:
    return tape_with(member("trial/../../evil"))


def link(kind: bytes) -> tarfile.TarInfo:
    found = member("trial/LICENSE", kind=kind)
    found.linkname = "/etc/passwd"
    return found


@refused("trial/LICENSE:1:1: is a link")
def tape_link() -> bytes:
    return tape_with(link(tarfile.SYMTYPE))


@refused("trial/LICENSE:1:1: is a link")
def tape_hard_link() -> bytes:
    return tape_with(link(tarfile.LNKTYPE))


@refused("trial/LICENSE:1:1: is a device")
def tape_device() -> bytes:
    return tape_with(member("trial/LICENSE", kind=tarfile.CHRTYPE))


@refused("trial/LICENSE:1:1: is a pipe")
def tape_pipe() -> bytes:
    return tape_with(member("trial/LICENSE", kind=tarfile.FIFOTYPE))


@refused("trial/plugin.yaml:1:1: stands there twice")
def tape_with_a_name_twice() -> bytes:
    return tape_with(member("trial/plugin.yaml"))


@refused('trial/README.MD:1:1: differs from "trial/README.md" only by capital letters')
def tape_with_names_that_differ_by_case() -> bytes:
    inside = [(member("trial/README.md"), b""), (member("trial/README.MD"), b"")]
    return taped(inside)


@refused(":1:1: holds more than 2,000 files")
def tape_too_many_files() -> bytes:
    return taped((member(f"trial/fields/f{number}.yaml"), b"") for number in range(2001))


@refused(f":1:1: {TOO_LARGE}")
def tape_bomb() -> bytes:
    content = bytes(40 * MIB)
    return taped([(member("trial/README.md", content), content)])


@refused(f":1:1: {TOO_LARGE}")
def tape_with_an_endless_head() -> bytes:
    """A name of 30 MiB: tapes keep long names in members that are read into memory."""
    found = member("trial/README.md")
    long = tarfile.TarInfo("././@LongLink")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 30 * MIB
    raw = long.tobuf(tarfile.GNU_FORMAT) + b"a" * (30 * MIB) + found.tobuf(tarfile.GNU_FORMAT)
    return gzip.compress(raw, 1)


@refused(":1:1: can't be read: ")
def tape_cut_off() -> bytes:
    content = tape_with(member("trial/README.md"))
    return content[: len(content) // 2]


@refused(":1:1: can't be read: ")
def tape_that_lies_about_a_size() -> bytes:
    lying = member("trial/README.md")
    lying.size = MIB
    return gzip.compress(lying.tobuf() + b"x" * 100)


@refused(":1:1: can't be read: ")
def tape_that_is_none() -> bytes:
    return gzip.compress(b"schema: 1\n" * 200)


@refused(":1:1: is neither a .zip nor a .tar.gz")
def tape_not_packed() -> bytes:
    return tape_with(member("trial/README.md"), mode="w:")


@refused(":1:1: can't be read: ")
def tape_with_a_name_of_wrong_bytes() -> bytes:
    name = b"trial/\xb0\xa1\xff\xfe.yaml".decode("utf-8", "surrogateescape")
    return tape_with(member(name))


@refused(":1:1: is cut off or damaged")
def tape_damaged() -> bytes:
    raw = tape_with(member("trial/xxxx.yaml"), mode="w:").replace(b"trial/xxxx", b"trial/yyyy")
    return gzip.compress(raw)


@refused(":1:1: is cut off or damaged")
def tape_without_an_end() -> bytes:
    raw = tape_with(member("trial/xxxx.yaml"), mode="w:")
    return gzip.compress(raw.rstrip(b"\0") + bytes(1))


# Files of a pack


def with_file(name: str, content: bytes) -> bytes:
    return zipped(files(**{f"trial/{name}": content}).items())


@refused("trial/run.py:1:1: does not belong in a pack")
def code_in_a_pack() -> bytes:
    return with_file("run.py", b"import os")


@refused('trial/field/a.yaml:1:1: does not belong in a pack; did you mean "fields"?')
def misspelt_folder() -> bytes:
    return with_file("field/a.yaml", b"record: account")


@refused("trial/plugin.yaml:1:1: is missing")
def no_manifest() -> bytes:
    return zipped((name, text) for name, text in files().items() if "plugin.yaml" not in name)


SIZE = "trial/fields/size.yaml"


@refused(f"{SIZE}:1:9: uses an alias or anchor; write the value out")
def yaml_with_an_anchor() -> bytes:
    return with_file("fields/size.yaml", b"record: &a account\ntype: *a\n")


@refused(f"{SIZE}:1:9: uses a tag; only plain values are allowed")
def yaml_with_a_tag() -> bytes:
    return with_file("fields/size.yaml", b"record: !!python/name:os.system x\n")


@refused(f"{SIZE}:2:1: record: stands here twice")
def yaml_with_a_key_twice() -> bytes:
    return with_file("fields/size.yaml", b"record: account\nrecord: contact\n")


@refused(f"{SIZE}:2:1: holds more than one document")
def yaml_with_two_documents() -> bytes:
    return with_file("fields/size.yaml", b"record: account\n---\nrecord: account\n")


@refused(f"{SIZE}:1:25: is deeper than 24 levels")
def yaml_too_deep() -> bytes:
    return with_file("fields/size.yaml", b"[" * 100_000)


@refused(f"{SIZE}:1:10: is a number of more than 15 digits")
def yaml_with_an_endless_number() -> bytes:
    return with_file("fields/size.yaml", b"minimum: " + b"9" * 5000)


@refused(f"{SIZE}:2:1: is not UTF-8 text")
def yaml_in_another_encoding() -> bytes:
    return with_file("fields/size.yaml", "record: account\n尺寸".encode("gb18030"))


@refused(f"{SIZE}:1:1: is empty")
def yaml_that_is_empty() -> bytes:
    return with_file("fields/size.yaml", b"")


@refused(f"{SIZE}:1:1: has more than 256 KiB")
def yaml_that_is_huge() -> bytes:
    return with_file("fields/size.yaml", b"# " + os.urandom(200_000).hex().encode())


@refused(f'{SIZE}:1:9: record: "yes" is not one of account, contact')
def yaml_with_a_word_of_the_old_days() -> bytes:
    return with_file("fields/size.yaml", b"record: yes\ntype: integer\ntitle: {en: x, zh_CN: x}\n")


@refused(f"{SIZE}:2:6: is not YAML: mapping values are not allowed in this context")
def yaml_that_is_none() -> bytes:
    return with_file("fields/size.yaml", b"record: account\n type: x: y\n")


# Signatures


def signature_with(tmp: Files, **changes: object) -> bytes:
    """Return the files with a signature over them, some of whose parts are changed."""
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "trial"
        for name, content in tmp.items():
            path = Path(home) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        signature = {**sign(folder, "trial", "1.0.0", make_key()), **changes}
    return json.dumps(signature).encode()


DOES_NOT_FIT = "trial/SIGNATURE.json:1:1: signature: does not fit the key and the list of files"


@refused("trial/fields/size.yaml:1:1: was changed after the signing")
def signed_and_changed() -> bytes:
    signature = signature_with(files())
    changed = {SIZE: files()[SIZE] + b"# more\n", "trial/SIGNATURE.json": signature}
    return zipped(files(**changed).items())


@refused("trial/fields/more.yaml:1:1: was added after the signing")
def signed_and_added_to() -> bytes:
    more = {
        "trial/fields/more.yaml": files()[SIZE],
        "trial/SIGNATURE.json": signature_with(files()),
    }
    return zipped(files(**more).items())


@refused("trial/README.md:1:1: was signed, but is not there")
def signed_and_taken_from() -> bytes:
    return with_file("SIGNATURE.json", signature_with(files(**{"trial/README.md": b"# Trial"})))


@refused(DOES_NOT_FIT)
def signed_by_another_key() -> bytes:
    return with_file("SIGNATURE.json", signature_with(files(), key=public_key(make_key())))


@refused(DOES_NOT_FIT)
def signed_over_other_files() -> bytes:
    return with_file("SIGNATURE.json", signature_with(files(), files={}))


@refused(DOES_NOT_FIT)
def signed_for_another_version() -> bytes:
    return with_file("SIGNATURE.json", signature_with(files(), version="2.0.0"))


@refused('trial/SIGNATURE.json:1:1: plugin: is of the plugin "other"')
def signed_for_another_plugin() -> bytes:
    return with_file("SIGNATURE.json", signature_with(files(), plugin="other"))


@refused("trial/SIGNATURE.json:1:2: is not JSON: ")
def signed_with_no_json() -> bytes:
    return with_file("SIGNATURE.json", b"{signature")


@refused("trial/SIGNATURE.json:1:1: must hold exactly schema, plugin, version, key, files")
def signed_with_half_a_signature() -> bytes:
    return with_file("SIGNATURE.json", b"{}")


@refused("trial/SIGNATURE.json:1:1: has more than 256 KiB")
def signed_with_a_huge_signature() -> bytes:
    return with_file("SIGNATURE.json", os.urandom(200_000).hex().encode())
