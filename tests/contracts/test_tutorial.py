"""The tutorial is carried out as it stands: its files are written, its commands run, in order."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tierline.config import Settings, home_folder
from tierline.db import db
from tierline.plugins.models import PluginEnablement
from tierline.tenancy.queries import get_tenant
from tierline.testing import Company, working_in

PAGE = (home_folder() / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`\n\n)?^```(?P<kind>[a-z ]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def steps() -> Iterator[tuple[str, str, str]]:
    """Yield what the page says to do: (file to write or "", kind of text, text)."""
    for found in STEP.finditer(PAGE):
        yield found["file"] or "", found["kind"], found["text"]


def run(line: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(line)
    assert program == "tierline"
    command = [sys.executable, "-m", "tierline.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def environment(
    app: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let commands work on the test's servers, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "TIERLINE_ENV": "development",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_the_tutorial_leads_to_an_enabled_plugin(app: Flask) -> None:
    ran = 0
    for file, kind, text in steps():
        if not kind.startswith("sh"):
            assert file, f"a text without a file's name: {text[:60]}"
            assert Path(file).exists(), f"{file} is not part of a new plugin"
            Path(file).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            result = run(line)
            expected = 1 if kind == "sh fails" else 0
            assert result.returncode == expected, f"{line}\n{result.stdout}\n{result.stderr}"
            ran += 1
    assert ran >= 10
    with app.app_context():
        tenant = get_tenant("harbour")
        company = Company(tenant.id, tenant.slug, tenant.name)
    with working_in(app, company):
        row = db.session.scalars(
            select(PluginEnablement).where(PluginEnablement.plugin == "hotels")
        ).one()
        assert row.state == "enabled"
