"""Creating and changing tenants."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.tenancy.models import SLUG, Tenant

LOCALES = ("en", "zh_CN")


def create_tenant(
    slug: str,
    name: str,
    locale: str = "en",
    *,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
    tenant_id: int | None = None,
) -> Tenant:
    """Create a tenant; raises Invalid naming each wrong field, or Conflict for a taken slug."""
    wrong = _problems(slug, name, locale, time_zone, currency)
    if wrong:
        raise Invalid(_("The company can't be created."), fields=wrong)
    tenant = Tenant(
        id=tenant_id,
        slug=slug,
        name=name.strip(),
        locale=locale,
        time_zone=time_zone,
        currency=currency,
    )
    try:
        with db.session.begin_nested():
            db.session.add(tenant)
    except IntegrityError as error:
        raise Conflict(
            _("There is a company %(slug)s already.", slug=slug), fields={"slug": [_("is taken")]}
        ) from error
    return tenant


def update_tenant(tenant: Tenant, values: Mapping[str, str]) -> dict[str, list[str]]:
    """Change a tenant's name, locale, time zone or currency; return what changed, old and new.

    Raises Invalid naming each wrong field.
    """
    fields = {key: getattr(tenant, key) for key in ("name", "locale", "time_zone", "currency")}
    wrong = _problems(tenant.slug, **{**fields, **values})
    if wrong:
        raise Invalid(_("The company can't be changed."), fields=wrong)
    for key, new in values.items():
        setattr(tenant, key, new.strip())
    db.session.flush()
    return {key: [fields[key], new] for key, new in values.items() if fields[key] != new}


def _problems(
    slug: str, name: str, locale: str, time_zone: str, currency: str
) -> dict[str, list[str]]:
    wrong = {}
    if not re.fullmatch(SLUG, slug):
        wrong["slug"] = [_("must be 3 to 40 small letters, digits or hyphens, a letter first")]
    if not name.strip() or "\x00" in name:
        wrong["name"] = [_("must not be empty")]
    if locale not in LOCALES:
        wrong["locale"] = [_("must be one of %(known)s", known=", ".join(LOCALES))]
    if time_zone not in zoneinfo.available_timezones():
        wrong["time_zone"] = [_("is not a known time zone, such as Asia/Shanghai")]
    if not re.fullmatch("[A-Z]{3}", currency):
        wrong["currency"] = ["must be an ISO 4217 code, such as CNY"]
    return wrong
