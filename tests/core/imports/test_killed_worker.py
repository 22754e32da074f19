"""A worker that is killed in the middle of an import loses nothing and doubles nothing.

Real processes: each runs the job until it is killed between two looks at its progress; the last one
brings it to its end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from conftest import Company, working_in
from core.imports.samples import MAPPING, rows_of, save, write
from tierline.config import Settings
from tierline.db import db
from tierline.imports import service
from tierline.jobs.queries import get_job

CHUNK = 400
DOCUMENTS, LINES = 1500, 4
WORKER = f"""
import sys, uuid
from tierline.app import create_app
from tierline.imports import staging
from tierline.jobs.running import run_job
staging.plan_chunks.__defaults__ = ({CHUNK},)
print(run_job(create_app(), int(sys.argv[1]), uuid.UUID(sys.argv[2])))
"""


def start(app: Flask, company: Company, path: Path) -> uuid.UUID:
    """Start an import as the wizard does; return its job."""
    name = save(app, company, MAPPING)
    with working_in(app, company), path.open("rb") as file:
        run = service.create_import("transactions", file, path.name)
        service.use_mapping(run.id, name)
        job_id = service.start_run(run.id).id
        db.session.commit()
    return job_id


def worker(settings: Settings, company: Company, job_id: uuid.UUID) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "TIERLINE_DATA": str(settings.data),
        "TIERLINE_ENV": "development",
    }
    command = [sys.executable, "-c", WORKER, str(company.id), str(job_id)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def chunks_done(app: Flask, company: Company, job_id: uuid.UUID) -> int:
    with working_in(app, company):
        return int(get_job(job_id).position.get("chunk", 0))


def kill_after(
    app: Flask, company: Company, job_id: uuid.UUID, running: subprocess.Popen[str]
) -> int:
    """Kill the worker once it has committed a chunk; return how many chunks are done then."""
    before = chunks_done(app, company, job_id)
    deadline = time.monotonic() + 60
    while chunks_done(app, company, job_id) <= before and running.poll() is None:
        assert time.monotonic() < deadline, "the worker made no progress"
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    return chunks_done(app, company, job_id)


def let_go(app: Flask, company: Company) -> None:
    """Let the dead worker's heartbeat be old, so that nobody has to wait for it."""
    with working_in(app, company):
        db.session.execute(text("UPDATE job SET beat_at = now() - interval '1 hour'"))
        db.session.commit()


@pytest.mark.slow
def test_three_killed_workers_lose_and_double_nothing(
    app: Flask, settings: Settings, tenant: Company, tmp_path: Path
) -> None:
    rows = [
        (f"K{n % 97}", f"A{n}", "2026-01-05", f"p{line % 2}", "2", "1.25")
        for n in range(DOCUMENTS)
        for line in range(LINES)
    ]
    rows += [("", f"B{n}", "2026-01-05", "p", "1", "1") for n in range(100)]
    job_id = start(app, tenant, write(tmp_path / "a.csv", rows))

    reached = []
    for _ in range(3):
        reached.append(kill_after(app, tenant, job_id, worker(settings, tenant, job_id)))
        let_go(app, tenant)
    assert 0 < reached[0] < reached[1] < reached[2] < len(rows) / CHUNK, reached

    last = worker(settings, tenant, job_id)
    out, _ = last.communicate(timeout=120)
    assert out.strip().endswith("done")

    with working_in(app, tenant):
        job = get_job(job_id)
        result = dict(job.result or {})
        assert job.attempt == 4
    assert result["rows_in"] == len(rows)
    assert (result["created"], result["updated"], result["unchanged"], result["failed"]) == (
        DOCUMENTS * LINES, 0, 0, 100,
    )  # fmt: skip
    sums = "SELECT count(*), sum(amount), sum(line_count) FROM ledger_transaction"
    assert rows_of(app, tenant, sums) == [(DOCUMENTS, DOCUMENTS * LINES * 250, DOCUMENTS * LINES)]
    assert rows_of(app, tenant, "SELECT count(*) FROM ledger_line") == [(DOCUMENTS * LINES,)]
    assert rows_of(app, tenant, "SELECT count(*) FROM account") == [(97,)]
    failed = rows_of(app, tenant, "SELECT result ->> 'failed_rows_file' FROM import_run")[0][0]
    assert len(Path(failed).read_text("utf-8-sig").splitlines()) == 101
