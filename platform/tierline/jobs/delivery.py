"""Handing jobs to the queue: the outbox, the sweep for what was lost, and due schedules.

Any number of schedulers may run: rows are taken with SKIP LOCKED, and a job delivered twice is
claimed once.
"""

from __future__ import annotations

import datetime
import uuid

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, or_, select, update

from tierline.access.decision import acting_as, platform_subject
from tierline.db import db, system, tenant_scope
from tierline.jobs.models import Job, Schedule
from tierline.jobs.running import STALE_SECONDS
from tierline.jobs.service import enqueue, next_time
from tierline.tenancy.models import Tenant

QUEUE = "tierline"
ENTRY = "tierline.worker.work"
RESEND_SECONDS = 30
BATCH = 200


def queue(connection: Redis) -> Queue:
    """Return the queue that workers listen to; it carries ids as JSON, never pickles."""
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def deliver(connection: Redis) -> int:
    """Hand every job that waits, or whose worker went silent, to the queue; return their number."""
    with system("deliver jobs to the queue"):
        jobs = _take_waiting()
        for tenant_id, job_id in jobs:
            queue(connection).enqueue_call(
                ENTRY, args=(tenant_id, str(job_id)), timeout=-1, result_ttl=60, failure_ttl=3600
            )
        db.session.commit()
    return len(jobs)


def _take_waiting() -> list[tuple[int, uuid.UUID]]:
    """Mark the jobs that are to be sent as sent, in the transaction that sends them."""

    def ago(seconds: int) -> object:
        return func.now() - datetime.timedelta(seconds=seconds)

    unsent = or_(Job.sent_at.is_(None), Job.sent_at < ago(RESEND_SECONDS))
    silent = (Job.beat_at < ago(STALE_SECONDS)) & (Job.sent_at < ago(STALE_SECONDS))
    due = or_((Job.state == "queued") & unsent, (Job.state == "running") & silent)
    chosen = (
        select(Job.tenant_id, Job.id)
        .where(due)
        .order_by(Job.created_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    statement = (
        update(Job)
        .where(Job.tenant_id == chosen.c.tenant_id, Job.id == chosen.c.id)
        .values(sent_at=func.now())
        .returning(Job.tenant_id, Job.id)
        .execution_options(synchronize_session=False)
    )
    return [(row.tenant_id, row.id) for row in db.session.execute(statement)]


def start_due_schedules() -> int:
    """Start a job for every schedule that is due; return their number."""
    with system("find due schedules"):
        due = db.session.execute(
            select(Schedule.tenant_id, Schedule.id, Tenant.time_zone)
            .join(Tenant, Tenant.id == Schedule.tenant_id)
            .where(Schedule.next_at <= func.now(), Tenant.archived_at.is_(None))
            .limit(BATCH)
        ).all()
    return sum(_start(tenant_id, schedule_id, zone) for tenant_id, schedule_id, zone in due)


def _start(tenant_id: int, schedule_id: uuid.UUID, time_zone: str) -> int:
    now = datetime.datetime.now(datetime.UTC)
    with tenant_scope(tenant_id), acting_as(platform_subject(tenant_id, "schedule")):
        schedule = db.session.scalars(
            select(Schedule)
            .where(Schedule.id == schedule_id, Schedule.next_at <= now)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if schedule is None:
            return 0
        schedule.last_job_id = enqueue(schedule.kind, schedule.arguments).id
        schedule.next_at = next_time(schedule.cron, time_zone, now)
        db.session.commit()
    return 1
