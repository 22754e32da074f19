"""Bad packs are refused with file, line and a sentence, and nothing of them stays anywhere."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import func, select, text

from bad_packs import BAD_PACKS, TRIAL, BadPack, files, zipped
from packing import OPERATOR, archived, new_id, write_pack
from tierline.audit.models import PlatformAuditEntry
from tierline.config import home_folder
from tierline.db import db
from tierline.packs.problems import PluginInvalid
from tierline.plugins.installing import install_archive
from tierline.plugins.models import PluginInstallation, PluginRelease, PublisherKey

HERE = Path(__file__).parent
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def state(folder: Path) -> dict[str, Any]:
    """Return what an installation could have changed: tables, the chain, folders."""
    tables = (PluginRelease, PluginInstallation, PublisherKey, PlatformAuditEntry)
    newest = text("SELECT max(xmin::text::bigint) FROM plugin_installation")
    return {
        **{
            table.__tablename__: db.session.scalar(select(func.count()).select_from(table))
            for table in tables
        },
        "newest": db.session.scalar(newest),
        "plugins": sorted(map(str, (home_folder() / "plugins").rglob("*.yaml"))),
        "unpacked": list(folder.iterdir()),
    }


def refusal(content: bytes, name: str, folder: Path) -> list[str]:
    """Return the problems of an archive that is refused, and see that nothing has changed."""
    before = state(folder)
    with pytest.raises(PluginInvalid) as caught:
        install_archive(io.BytesIO(content), name, OPERATOR)
    assert db.session.new == db.session.dirty == db.session.deleted
    db.session.commit()  # even so: what was refused has written nothing
    assert state(folder) == before
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary folders stand in one that is empty before."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_trial_pack_itself_is_good() -> None:
    own = new_id()  # other tests install a pack of the usual name, too
    renamed = {
        name.replace("trial", own): content.replace(b"trial", own.encode())
        for name, content in files().items()
    }
    row = install_archive(io.BytesIO(zipped(renamed.items())), "bad.zip", OPERATOR)
    assert (row.plugin, row.release.version) == (own, "1.0.0")


@pytest.mark.parametrize("bad", BAD_PACKS, ids=lambda each: each.name)
def test_a_bad_archive_is_refused_whole(bad: BadPack, unpacking: Path) -> None:
    told = [
        problem.removeprefix("bad.zip/").removeprefix("bad.zip").removeprefix("other/plugin.yaml:")
        for problem in refusal(bad.build(), "bad.zip", unpacking)
    ]
    assert any(problem.startswith(bad.says) for problem in told), told


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: f"{each['file']} {each['wrong']}")
def test_a_mistake_in_a_file_is_refused_whole(mistake: dict[str, Any], unpacking: Path) -> None:
    name = f"trial/{mistake['file']}"
    right = files()[name].decode()
    assert mistake["right"] in right
    wrong = right.replace(mistake["right"], mistake["wrong"], 1).encode()
    problems = refusal(zipped(files(**{name: wrong}).items()), "bad.zip", unpacking)
    assert set(problems) >= {f"{name}:{what}" for what in mistake["says"]}


def test_plugins_that_require_each_other_are_refused(tmp_path: Path, unpacking: Path) -> None:
    """The first one is there; its next version and a second one would require each other."""
    first, second = new_id(), new_id()
    install_archive(archived(write_pack(tmp_path, first)), "first.zip", OPERATOR)
    needing = write_pack(tmp_path, second, more=f"requires: [{first}]\n")
    install_archive(archived(needing), "second.zip", OPERATOR)
    db.session.commit()
    circle = write_pack(tmp_path, first, "2.0.0", more=f"requires: [{second}]\n")
    (problem,) = refusal(archived(circle).getvalue(), "circle.zip", unpacking)
    what = f'requires: "{second}" requires this plugin in turn'
    assert problem == f"{first}/plugin.yaml:1:1: {what}"


def test_there_are_enough_bad_packs() -> None:
    assert TRIAL.is_dir()
    assert len(BAD_PACKS) + len(MISTAKES) >= 60
    assert len({each.name for each in BAD_PACKS}) == len(BAD_PACKS)
