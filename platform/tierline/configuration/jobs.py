"""Jobs of the configuration: plans for companies with many accounts, and changes that expire."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.configuration.approving import PUBLISH_DUE, TELL_AUTHOR, publish_due
from tierline.configuration.changes import expiring
from tierline.configuration.models import OPEN
from tierline.configuration.permissions import CHANGE
from tierline.configuration.planning import make_plan
from tierline.configuration.queries import get_revision
from tierline.configuration.service import EXPIRE, PLAN, apply_now
from tierline.identity.queries import get_membership
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running
from tierline.mail import Message, address_of, render, send
from tierline.metrics.service import today
from tierline.plugins.queries import enablements
from tierline.tenancy.queries import current_tenant
from tierline.web.language import babel_name


@job_kind(PLAN, _l("Work out what a change would do"), permission=CHANGE)
def plan(running: Running) -> dict[str, Any]:
    """Make the plan of the draft that the arguments name, unless it is none any more."""
    revision = get_revision(int(running.arguments["revision"]))
    if revision.state in OPEN:
        make_plan(revision)
    return {"revision": revision.number}


@job_kind(EXPIRE, _l("Take back changes that have expired"), permission=CHANGE)
def expire(running: Running) -> dict[str, Any]:
    """Take back what was changed up to today; fails where the rest would not hold together."""
    revisions = [
        apply_now(expiring(row.plugin, today()), _("Its time was over"), "platform")
        for row in enablements()
        if row.state != "disabled"
    ]
    return {"revisions": [revision.number for revision in revisions if revision is not None]}


@job_kind(PUBLISH_DUE, _l("Publish changes whose day has come"), permission=CHANGE)
def publish(running: Running) -> dict[str, Any]:
    """Publish what is due; what can't be carried out any more goes back to its author."""
    return {**publish_due()}


@job_kind(TELL_AUTHOR, _l("Tell the author of a change"), permission=CHANGE)
def tell_author(running: Running) -> dict[str, Any]:
    """Tell an author by mail that a change was not carried out on its day, and why."""
    revision, tenant = get_revision(int(running.arguments["revision"])), current_tenant()
    if revision.author_id is None:
        return {"sent": False}
    user = get_membership(revision.author_id).user
    with force_locale(babel_name(user.locale)):
        link = address_of("configuration.show_revision", tenant=tenant.slug, number=revision.number)
        text = render(
            "configuration/mail/returned.txt",
            user=user,
            company=tenant.name,
            revision=revision,
            link=link,
        )
        subject = _("Revision %(number)s was not published", number=revision.number)
    send(Message(user.email, subject, text))
    return {"sent": True}
