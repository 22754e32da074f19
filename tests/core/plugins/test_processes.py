"""Which processes run which code: noted by them, compared, and told to operators."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text, update

from conftest import Browser
from people import make_operator, sign_in
from tierline.cli.plugins import command
from tierline.config import Settings
from tierline.db import db
from tierline.errors import Conflict
from tierline.plugins import manager, processes
from tierline.plugins.code import installed_code, loaded_code
from tierline.plugins.models import WorkerState
from tierline.plugins.processes import Presence, behind, running_processes


@pytest.fixture(autouse=True)
def _here(app: Flask) -> Iterator[None]:
    """Work in the application; no process is known before and after."""
    with app.app_context():
        db.session.execute(text("DELETE FROM worker_state"))
        db.session.commit()
        yield
        db.session.rollback()
        db.session.execute(text("DELETE FROM worker_state"))
        db.session.commit()


@pytest.fixture
def start(app: Flask) -> Callable[[str], Presence]:
    """Return a function that notes a process of a kind."""

    def started(kind: str) -> Presence:
        presence = Presence(app, kind)
        presence.refresh()
        return presence

    return started


@pytest.fixture
def upgraded(app: Flask, start: Callable[[str], Presence]) -> None:
    """Start a worker, then let a web server and a scheduler have loaded other code."""
    start("worker")
    for kind in ("web", "scheduler"):
        start(kind)
        db.session.execute(
            update(WorkerState).where(WorkerState.kind == kind).values(digest="of before")
        )
    db.session.commit()


def kinds() -> list[str]:
    db.session.rollback()
    return [process.kind for process in running_processes()]


def test_a_process_is_known_from_its_start_to_its_end(start: Callable[[str], Presence]) -> None:
    worker, scheduler = start("worker"), start("scheduler")
    assert kinds() == ["scheduler", "worker"]
    (first, _) = running_processes()
    assert set(first.extensions) >= {"banking", "regulators"}
    assert behind(running_processes()) == []
    worker.leave()
    worker.leave()
    assert kinds() == ["scheduler"]
    scheduler.leave()
    assert kinds() == []


def test_a_process_that_was_not_seen_for_a_while_is_gone(
    start: Callable[[str], Presence], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = start("worker")
    ago = text("UPDATE worker_state SET seen_at = now() - interval '1 second' * :seconds")
    db.session.execute(ago, {"seconds": processes.GONE_SECONDS + 1})
    db.session.commit()
    assert kinds() == []
    killed.refresh()
    assert kinds() == [], "it says that it lives at most once a minute"
    monkeypatch.setattr(processes, "REFRESH_SECONDS", 0.0)
    killed._next = 0.0
    killed.refresh()
    assert kinds() == ["worker"]


def test_a_fork_is_a_process_of_its_own(app: Flask, start: Callable[[str], Presence]) -> None:
    presence = start("web")
    (own,) = running_processes()
    presence._pid = os.getpid() + 1  # as a fork sees what its parent has noted
    presence.leave()
    assert kinds() == ["web"], "it removed what is its parent's"
    presence.refresh()
    assert len(kinds()) == 2
    presence.leave()
    assert [process.id for process in running_processes()] == [own.id]


def test_without_a_database_a_process_goes_on(app: Flask, settings: Settings) -> None:
    from tierline.app import create_app

    nowhere = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    Presence(create_app(nowhere), "scheduler").refresh()
    assert kinds() == []


def test_a_web_server_is_known_from_its_first_request_on(app: Flask, settings: Settings) -> None:
    """In a process of its own, since the thread that keeps it known lives as long as that."""
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tierline.app import create_app\n"
        "from tierline.config import Settings\n"
        "from tierline.plugins.processes import keep_known\n"
        "url, redis, secret, home = sys.argv[1:]\n"
        "app = create_app(Settings(url, redis, secret, Path(home), Path(home), False))\n"
        "keep_known(app)\n"
        "for line in sys.stdin:\n"
        "    print(app.test_client().get(line.strip()).status_code, flush=True)\n"
    )
    arguments = [settings.database_url, settings.redis_url, settings.secret_key, settings.home]
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("/nowhere\n")
        server.stdin.flush()
        assert server.stdout.readline() == "404\n"
        for _ in range(600):
            if kinds():
                break
            time.sleep(0.1)
        assert kinds() == ["web"]
        server.stdin.close()
        assert server.wait(60) == 0
    assert kinds() == []


def test_other_files_are_other_code_and_a_process_keeps_what_it_has_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, described = tmp_path / "tierline_sample", tmp_path / "tierline_sample-1.0.dist-info"
    package.mkdir()
    described.mkdir()
    (package / "__init__.py").write_text("ONE = 1\n")
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tierline-sample\nVersion: 1\n"
    )
    (described / "entry_points.txt").write_text("[tierline.plugins]\nsample = tierline_sample\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = loaded_code({"sample"})
    __import__("tierline_sample")
    assert loaded.versions == {"sample": "1"}
    assert installed_code({"sample"}).digest == loaded.digest
    (package / "inner.py").write_text("TWO = 2\n")
    assert installed_code({"sample"}).digest != loaded.digest
    assert loaded_code({"sample"}).digest == loaded.digest
    sys.modules.pop("tierline_sample")
    assert loaded_code({"sample"}).digest == installed_code({"sample"}).digest


def test_operators_see_who_still_runs_the_code_of_before(app: Flask, upgraded: None) -> None:
    app.test_client_class = Browser
    client = sign_in(app, make_operator(app))
    page = client.get("/admin/plugins").text
    assert "2 of 3 processes still run the code of before" in page
    assert "tierline plugins reload" in page
    assert page.count("As installed") == 1
    assert page.count("Of before") == 2
    items = client.get("/api/v1/processes").get_json()["items"]
    told = [(each["kind"], each["is_current"]) for each in items]
    assert told == [("scheduler", False), ("web", False), ("worker", True)]


def test_where_all_run_what_is_installed_no_reload_is_asked_for(
    app: Flask, start: Callable[[str], Presence]
) -> None:
    start("worker")
    page = sign_in(app, make_operator(app)).get("/admin/plugins").text
    assert "the code of before" not in page
    assert page.count("As installed") == 1


def reload(settings: Settings) -> tuple[int, Any]:
    result = CliRunner().invoke(
        command,
        ["reload", "--json"],
        catch_exceptions=False,
        env={"TIERLINE_DATA": str(settings.data)},
    )
    return result.exit_code, json.loads(result.output)


def test_reload_names_what_nobody_restarts_for_the_operator(
    settings: Settings, upgraded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    assert reload(settings) == (3, {"asked": False, "processes": 3, "behind": 2})


def test_reload_restarts_nothing_where_the_code_can_not_be_loaded(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = tmp_path / "tierline_broken-1.0.dist-info"
    described.mkdir()
    (tmp_path / "tierline_broken.py").write_text("raise RuntimeError('no luck')\n")
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tierline-broken\nVersion: 1\n"
    )
    (described / "entry_points.txt").write_text("[tierline.plugins]\nbroken = tierline_broken\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(app.extensions, manager.KEY, None)
    monkeypatch.setitem(app.extensions, manager.CODE_KEY, None)
    manager.install(app)
    with pytest.raises(Conflict, match="broken can't be loaded; nothing is restarted") as refused:
        CliRunner().invoke(command, ["reload"], catch_exceptions=False)
    assert "RuntimeError: no luck" in refused.value.fields["broken"][0]
