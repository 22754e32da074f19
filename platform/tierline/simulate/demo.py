"""The demonstration: companies with people, accounts, trade and tiers, through a user's doors.

The companies and their plugins stand in tenants/*.yaml. Their accounts and trade are simulated up
to yesterday and imported as a user would import them. Filling again changes nothing.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import hmac
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import exists, select

from tierline.access.permissions import Role
from tierline.accounts.models import Account
from tierline.config import Settings
from tierline.console import in_platform, in_tenant
from tierline.db import db
from tierline.identity.queries import find_membership, find_user
from tierline.identity.service import add_member
from tierline.imports.commanding import ImportFailed, import_file
from tierline.imports.queries import mapping_document
from tierline.imports.service import save_mapping
from tierline.plugins.queries import fields
from tierline.simulate.assumptions import assumptions_for
from tierline.simulate.worlds import simulate_world
from tierline.simulate.writers import write_csv
from tierline.tenancy.queries import find_tenant
from tierline.tiering.service import run_now

ACCOUNTS, TRANSACTIONS = "simulated_accounts", "simulated_transactions"  # mappings
MONTHS = 30
QUARTERS = 2  # back to which the history goes
RANKING = "essentials:abc_sales"  # what the home page shows; it has a history too
OWNING = (Role.OWNER, Role.MANAGER, Role.MEMBER)
CONSULTANT = "consultant@example.com"
CONSULTANT_DAYS = 180


@dataclass(frozen=True)
class Person:
    """Somebody of the demonstration; the mail address ends in the company's name."""

    mailbox: str
    name: str
    role: Role


@dataclass(frozen=True)
class Company:
    """A company of the demonstration: what is simulated, and which schemes are run."""

    slug: str
    seed: int
    industry: str
    locale: str
    accounts: int
    people: tuple[Person, ...]
    main: str  # the scheme with a history: run as of the last quarters' ends
    schemes: tuple[str, ...]  # run as of today only
    median: float | None = None  # annual value of the median account in CNY, where not the usual

    def email(self, person: Person) -> str:
        """Return the person's address."""
        return f"{person.mailbox}@{self.slug}.example.com"


COMPANIES = (
    Company(
        "huaxing", 7, "manufacturing", "zh_CN", 500,
        (
            Person("zhou.lan", "周岚", Role.OWNER),
            Person("chen.yue", "陈越", Role.MANAGER),
            Person("lin.shu", "林舒", Role.MEMBER),
            Person("he.ning", "何宁", Role.VIEWER),
        ),
        "manufacturing:weighted_score",
        (
            "essentials:rfm", "essentials:current_by_potential",
            "manufacturing:current_by_potential", "suppliers:kraljic", "regulators:power_interest",
            "channel_partners:partner_score",
        ),
    ),
    Company(
        "brightside", 11, "fmcg_channel", "en", 220,
        (
            Person("ada", "Ada Selwyn", Role.OWNER),
            Person("felix", "Felix Norwood", Role.MANAGER),
            Person("maya", "Maya Upton", Role.MEMBER),
        ),
        "fmcg_channel:weighted_score",
        (
            "essentials:rfm", "fmcg_channel:purchases_by_market", "suppliers:kraljic",
            "regulators:power_interest",
        ),
        median=1_500_000.0,  # its schemes' edges are in yuan, its trade in pounds
    ),
    Company(
        "cloudlane", 13, "saas", "zh_CN", 240,
        (
            Person("xu.cheng", "许澄", Role.OWNER),
            Person("song.jia", "宋佳", Role.MEMBER),
        ),
        "saas:weighted_score",
        ("saas:arr_by_white_space", "channel_partners:partner_score"),
    ),
)  # fmt: skip


def fill(app: Flask) -> list[str]:
    """Fill the demonstration's companies that are there and still empty; return how to sign in.

    The one password of all demonstration users is derived from the instance's secret key, so that
    it is the same at each start and known from no repository.
    """
    settings: Settings = app.extensions["tierline.settings"]
    password = demonstration_password(settings.secret_key)
    lines = []
    with app.app_context():
        for company in COMPANIES:
            with in_platform():
                tenant = find_tenant(company.slug)
                name = tenant.name if tenant else ""
            if name:
                _fill_company(company, password)
                lines.append(f"{name}: {_addresses(company)}")
    if not lines:
        return []
    return [*lines, f"in all of them: {CONSULTANT} (consultant)", f"their password: {password}"]


def demonstration_password(secret: str) -> str:
    """Return the password of the demonstration's users."""
    digest = hmac.new(secret.encode(), b"demonstration users", hashlib.sha256).hexdigest()
    return "-".join(digest[start : start + 5] for start in (0, 5, 10))


def _addresses(company: Company) -> str:
    return ", ".join(f"{company.email(each)} ({each.role})" for each in company.people)


def _fill_company(company: Company, password: str) -> None:
    with in_tenant(company.slug):
        _add_people(company, password)
        filled = db.session.scalar(select(exists().select_from(Account)))
    if not filled:
        with tempfile.TemporaryDirectory(prefix="tierline-demo-") as folder:
            _import(company, Path(folder))
        _run_schemes(company)


def _add_people(company: Company, password: str) -> None:
    people = [(company.email(each), each.name, each.role, None) for each in company.people]
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=CONSULTANT_DAYS)
    for email, name, role, expires_at in (*people, (CONSULTANT, "", Role.CONSULTANT, end)):
        user = find_user(email)
        if user is None or find_membership(user) is None:
            add_member(email, role, expires_at, name=name, locale=company.locale, password=password)


def _import(company: Company, folder: Path) -> None:
    """Simulate the company's accounts and trade, and import both files."""
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    assumptions = assumptions_for(company.industry)
    if company.median is not None:
        assumptions = replace(assumptions, median_annual_value=company.median)
    world = simulate_world(
        company.seed, company.industry, company.accounts, MONTHS, company.locale,
        until=yesterday, assumptions=assumptions,
    )  # fmt: skip
    owners = [company.email(each) for each in company.people if each.role in OWNING]
    write_csv(world, folder, owners=owners)
    with in_tenant(company.slug):
        _save_mapping(folder / "accounts.csv")
    for record_type, mapping in (("accounts", ACCOUNTS), ("transactions", TRANSACTIONS)):
        path = folder / f"{record_type}.csv"
        result = import_file(record_type, path, company.slug, mapping, dry_run=False)
        if result["failed"]:
            raise ImportFailed(
                _("The demonstration's %(file)s can't be imported.", file=path.name),
                reasons=result["reasons"],
            )


def _save_mapping(path: Path) -> None:
    """Save the mapping of accounts in the company, with the owner and its plugins' fields."""
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    document = mapping_document(ACCOUNTS)
    known = {"owner", *(field.key for field in fields("account"))}
    more = {name: name for name in header if name in known}
    save_mapping(ACCOUNTS, "accounts", {**document, "columns": {**document["columns"], **more}})


def _run_schemes(company: Company) -> None:
    """Run the schemes that have a history as of the last quarters' ends; then all as of today."""
    ends = quarter_ends(datetime.datetime.now(datetime.UTC).date(), QUARTERS)
    with_history = (company.main, RANKING)
    runs: list[tuple[str, datetime.date | None]] = [(s, end) for s in with_history for end in ends]
    runs += [(scheme, None) for scheme in (*with_history, *company.schemes)]
    for scheme, as_of in runs:
        with in_tenant(company.slug):
            run_now(scheme, as_of)


def quarter_ends(day: datetime.date, count: int) -> list[datetime.date]:
    """Return the last days of the `count` quarters that ended before `day`, oldest first."""
    first = (day.year * 12 + day.month - 1) // 3 * 3  # the quarter's first month, in months
    starts = (first - 3 * back for back in range(count))
    ends = (datetime.date(m // 12, m % 12 + 1, 1) - datetime.timedelta(days=1) for m in starts)
    return sorted(ends)
