"""Jobs of identity: the mail to a new member."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from tierline.identity.permissions import MANAGE
from tierline.identity.queries import get_membership
from tierline.identity.recovery import password_link
from tierline.jobs.registry import job_kind
from tierline.jobs.running import Running
from tierline.mail import Message, address_of, render, send
from tierline.tenancy.queries import current_tenant
from tierline.web.language import babel_name


@job_kind("identity.send_invitation", _l("Invitation"), permission=MANAGE)
def send_invitation(running: Running) -> dict[str, Any]:
    """Tell a new member by mail; somebody without a password gets a link to set one.

    The link is made here and kept nowhere: who reads jobs must not be able to use it.
    """
    membership = get_membership(uuid.UUID(running.arguments["membership_id"]))
    user, tenant = membership.user, current_tenant()
    with force_locale(babel_name(user.locale)):
        new = user.password is None
        text = render(
            "identity/mail/invitation.txt",
            user=user,
            company=tenant.name,
            link=password_link(user) if new else address_of("identity.switch"),
            new=new,
        )
        subject = gettext("You are a member of %(company)s now", company=tenant.name)
    send(Message(user.email, subject, text))
    return {"sent": True}
