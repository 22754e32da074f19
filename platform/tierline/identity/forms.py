"""Forms: sign-in as Flask-Security's, noting what fails; helpers that read the pages' own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Literal, overload

from flask import request
from flask_babel import gettext as _
from flask_security.forms import LoginForm

from tierline.audit.service import record
from tierline.errors import Invalid, TierlineError

Day = Callable[[str | None], datetime.datetime | None]


class SignInForm(LoginForm):
    """E-mail and password. Sessions live long enough without a second cookie that remembers."""

    remember = None

    def validate(self, **options: Any) -> bool:
        """Return whether the person may come in; a failure goes to the platform's audit chain."""
        good = bool(super().validate(**options))
        if not good and request.method == "POST":
            # The e-mail of nobody we know is not kept: people type passwords there by mistake.
            actor = self.user.email if self.user else "anonymous"
            about = {"address": request.remote_addr}
            record("identity.sign_in_failed", self.user, about, actor=actor)
        return good


def errors(error: TierlineError) -> dict[str, Any]:
    """Return what is wrong by field, with the error itself where it names no field."""
    named = dict(error.fields) or {"form": [error.message]}
    if "expires_at" in named:
        named["expires_on"] = named.pop("expires_at")
    return named


@overload
def day(
    form: Mapping[str, str], name: str, end_of_day: Day, *, required: Literal[True]
) -> datetime.datetime: ...
@overload
def day(
    form: Mapping[str, str], name: str, end_of_day: Day, *, required: bool = False
) -> datetime.datetime | None: ...
def day(
    form: Mapping[str, str], name: str, end_of_day: Day, *, required: bool = False
) -> datetime.datetime | None:
    """Return the end of the day in a form's field; raises Invalid where it is none."""
    try:
        found = end_of_day(form.get(name))
    except ValueError as error:
        problem = _("must be a day such as 2026-11-30")
        raise Invalid(
            _("The date %(problem)s.", problem=problem), fields={name: [problem]}
        ) from error
    if found is None and required:
        raise Invalid(_("A date is missing."), fields={name: [_("is needed")]})
    return found
