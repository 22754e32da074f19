"""`tierline plugins reload` as operators use it: new code in every process, no request lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.instance.conftest import eventually, running_in
from core.instance.test_up import TIERLINE, get, up

TRIAL = Path(__file__).parents[2] / "trial"
CODE = "from pathlib import Path\n\nPACK = Path(__file__).parent / 'pack'\n"


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install an extension for the processes that the test starts; return its file of code."""
    package = tmp_path / "tierline_trial"
    shutil.copytree(TRIAL, package / "pack")
    manifest = package / "pack" / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("kind: pack", "kind: extension"))
    described = tmp_path / "tierline_trial-1.0.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: tierline-trial\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[tierline.plugins]\ntrial = tierline_trial\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (package / "__init__.py").write_text(CODE)
    return package / "__init__.py"


def command(data: Path, *arguments: str) -> tuple[int, str]:
    """Run a command on the instance; return its exit code and what it printed."""
    given = [*TIERLINE, *arguments, "--data", str(data)]
    done = subprocess.run(given, capture_output=True, text=True, check=False, timeout=400)
    return done.returncode, done.stdout + done.stderr


def code_of(data: Path) -> tuple[bool, str]:
    """Return what `tierline doctor` says about the code that processes run."""
    _, said = command(data, "doctor", "--json")
    document: dict[str, Any] = json.loads(said[said.index("{\n") :])
    (found,) = [each for each in document["findings"] if each["name"] == "code"]
    return found["well"], found["detail"]


@contextmanager
def asking(address: str) -> Iterator[list[str]]:
    """Ask for a page all the time, as users do; yield the failures."""
    failures: list[str] = []
    end = threading.Event()

    def ask() -> None:
        while not end.wait(0.05):
            try:
                get(f"{address}/healthz")
            except OSError as error:
                failures.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield failures
    finally:
        end.set()
        thread.join()


@pytest.mark.slow
def test_reload_brings_new_code_into_every_process_without_losing_a_request(
    data: Path, extension: Path
) -> None:
    with up(data) as instance:
        address = instance.address()
        same = (True, "the same in 4 processes as installed")
        assert eventually(lambda: code_of(data) == same, 60)
        extension.write_text(f"{CODE}NEW = True\n")
        well, detail = code_of(data)
        assert not well
        assert detail.startswith("4 of 4 processes still run the code of before")
        with asking(address) as failures:
            exit_code, said = command(data, "plugins", "reload", "--json")
        assert exit_code == 0, said
        told = json.loads(said[said.index("{\n") :])
        assert (told["asked"], told["behind"]) == (True, 0)
        assert failures == []
        assert code_of(data) == same
        extension.write_text("raise RuntimeError('no luck')\n")
        exit_code, said = command(data, "plugins", "reload")
        assert exit_code == 1
        assert "trial can't be loaded; nothing is restarted." in said
        assert json.loads(get(f"{address}/readyz")) == {"status": "ok"}
        assert "ended" not in instance.text
        assert instance.end(signal.SIGTERM) == 0
        assert eventually(lambda: running_in(data) == []), running_in(data)
