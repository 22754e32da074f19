"""dev.py and wsgi.py: what stands before the environment is there, and what refuses to start."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

from tierline.config import home_folder

Version = namedtuple("Version", "major minor micro")


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", home_folder() / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_dev_py_can_be_read_by_an_old_python_and_needs_no_package() -> None:
    tree = ast.parse((home_folder() / "dev.py").read_text(), feature_version=(3, 6))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if name
    }
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_refused_in_one_line(
    dev: ModuleType,
    version: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", Version(*version, 0))
    assert dev.main(["up"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"dev.py: Tierline needs Python 3.11 to 3.13; this is 3.{version[1]} (")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, ""),
        (["--help"], 0, ""),
        (["start"], 2, "there is no command 'start'; there are: up, test, exec, bench"),
        (["exec"], 1, "exec needs a command"),
    ],
)
def test_usage(
    dev: ModuleType,
    arguments: list[str],
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert dev.main(arguments) == code
    assert told in capsys.readouterr().err


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    """Import wsgi.py as a WSGI server does."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import wsgi; print(wsgi.application.name)"],
        cwd=home_folder(),
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


SERVERS = {"DATABASE_URL": "postgresql://nowhere/none", "REDIS_URL": "redis://nowhere"}


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        pytest.param(SERVERS, "SECRET_KEY is not set", id="no secret key"),
        pytest.param(
            {**SERVERS, "SECRET_KEY": "short"},
            "SECRET_KEY must have at least 32 characters in production",
            id="a short secret key in production",
        ),
        pytest.param(
            {"SECRET_KEY": "x" * 32},
            "DATABASE_URL is not set; REDIS_URL is not set",
            id="no servers",
        ),
    ],
)
def test_wsgi_refuses_to_start_with_one_clear_line(environment: dict[str, str], line: str) -> None:
    done = serve(**environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Tierline does not start: {line}")
    assert done.stderr.count("\n") == 1


def test_wsgi_serves_with_servers_and_a_secret_key() -> None:
    done = serve(**SERVERS, SECRET_KEY="x" * 32)
    assert (done.returncode, done.stdout) == (0, "tierline\n"), done.stderr


def test_platform_is_a_folder_and_never_a_package() -> None:
    assert not (home_folder() / "platform" / "__init__.py").exists()
    assert Path(sys.modules["platform"].__file__ or "").parent != home_folder() / "platform"
