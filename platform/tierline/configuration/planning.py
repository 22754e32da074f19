"""Plans of drafts: made, kept with the draft, and held against what is true when it is published.

A company with few accounts gets its plan at once, a large one by a job.
"""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from tierline.accounts.models import Account
from tierline.configuration.changes import Change
from tierline.configuration.models import Revision
from tierline.configuration.preview import is_the_same, rehearse
from tierline.configuration.queries import get_revision
from tierline.configuration.service import PLAN, RevisionStale, draft, publish, states
from tierline.db import db
from tierline.jobs.models import Job
from tierline.jobs.queries import open_jobs
from tierline.jobs.service import enqueue

AT_ONCE = 5_000  # accounts


def plan(revision: Revision) -> Job | None:
    """Let a draft have its plan: at once where the company is small (returns None), or by a job."""
    going_on = find_job(revision)
    if going_on is not None:
        return going_on
    accounts = db.session.scalar(select(func.count()).select_from(Account)) or 0
    if accounts > AT_ONCE:
        return enqueue(PLAN, {"revision": revision.number})
    make_plan(revision)
    return None


def draft_planned(change: Change, reason: str, source: str) -> Revision | None:
    """Keep a change as a draft with its plan; None where nothing would change."""
    revision = draft(change, reason, source)
    if revision is not None:
        plan(revision)
    return revision


def make_plan(revision: Revision) -> None:
    """Rehearse the draft, and keep what was found with it."""
    wanted = states(revision, "after")
    revision.plan = rehearse(wanted)
    db.session.flush()


def find_job(revision: Revision) -> Job | None:
    """Return the job that makes the draft's plan, or waits to."""
    jobs = open_jobs(PLAN)
    return next((job for job in jobs if job.arguments.get("revision") == revision.number), None)


def publish_planned(number: int) -> Revision:
    """Publish a draft whose plan is still true; raises RevisionStale, with a new plan kept.

    Where the plan was made for many accounts, it is taken for true while the configuration stands:
    making it again takes as long as the first time.
    """
    check_plan(get_revision(number, lock=True))
    return publish(number)


def check_plan(revision: Revision) -> None:
    """Raise RevisionStale where a draft has no plan, or would no longer do what its plan says."""
    if revision.plan is None:
        raise RevisionStale(_("Look at what the draft would do first."))
    total = sum(scheme["accounts"] for scheme in revision.plan.get("schemes", ()))
    if total <= AT_ONCE:
        found = rehearse(states(revision, "after"))
        if not is_the_same(found, revision.plan):
            raise RevisionStale(
                _("The draft would no longer do what was shown. Look at it again."), stale=True
            )
