"""`tierline jobs`: background work from the command line."""

from __future__ import annotations

import uuid
from typing import Any

import click

from tierline.console import Exit, finish, in_tenant, json_option, show, tenant_option
from tierline.db import db
from tierline.jobs.models import STATES, Job
from tierline.jobs.queries import get_job, select_jobs
from tierline.jobs.schemas import JobSchema
from tierline.jobs.service import cancel, retry


@click.group("jobs")
def command() -> None:
    """See and steer background work."""


def _line(job: dict[str, Any]) -> str:
    progress = f"{job['done']}/{job['total']}" if job["total"] else str(job["done"])
    return f"{job['id']}  {job['state']:<9}  {progress:>12}  {job['title']}"


@command.command("list")
@tenant_option
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
def list_jobs(slug: str, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, newest first."""
    with in_tenant(slug):
        statement = select_jobs(state).order_by(Job.created_at.desc()).limit(limit)
        jobs = JobSchema(many=True).dump(db.session.scalars(statement))
    show(jobs, as_json, map(_line, jobs))


@command.command("show")
@tenant_option
@click.argument("job_id", type=click.UUID)
@json_option
def show_job(slug: str, job_id: uuid.UUID, as_json: bool) -> None:
    """Show one job; exit code 3 where it failed."""
    with in_tenant(slug):
        job = JobSchema().dump(get_job(job_id))
    show(job, as_json, [_line(job), *([job["error"]] if job["error"] else [])])
    finish(Exit.ATTENTION if job["state"] == "failed" else Exit.DONE)


@command.command("cancel")
@tenant_option
@click.argument("job_id", type=click.UUID)
def cancel_job(slug: str, job_id: uuid.UUID) -> None:
    """Ask a job to stop at its next step."""
    with in_tenant(slug):
        cancel(job_id)
    click.echo("The job stops at its next step.")


@command.command("retry")
@tenant_option
@click.argument("job_id", type=click.UUID)
def retry_job(slug: str, job_id: uuid.UUID) -> None:
    """Run a failed or cancelled job again from where it stopped."""
    with in_tenant(slug):
        retry(job_id)
    click.echo("The job is queued again.")
