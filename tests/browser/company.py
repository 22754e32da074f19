"""The company that browser tests look at: an owner, trade of a year, and tiers in two schemes."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from browser.sites import PASSWORD, finish_jobs
from conftest import Company, working_in
from route_world import World
from tierline.access.permissions import Role
from tierline.accounts.contact_service import add_contact
from tierline.configuration.service import enable
from tierline.db import db
from tierline.identity.service import add_member, create_operator
from tierline.tiering.starting import start_run
from trading import Sale, trade

NAMES = (
    "南京锐淳光电有限公司",
    "Brockridge Home Products Ltd",
    "成都蔚珩电子",
    "Calderby Photonics",
)
SCHEMES = ("essentials:abc_sales", "essentials:rfm", "manufacturing:weighted_score")


def make_owner(app: Flask, company: Company) -> str:
    """Make the company's owner, an operator, too, who signs in with PASSWORD; return the e-mail."""
    email = "owner@browser.example.com"
    with working_in(app, company):
        add_member(email, Role.OWNER, name="Zhang Wei", password=PASSWORD)
        create_operator(email)
        db.session.commit()
    return email


def make_content(app: Flask, company: Company) -> dict[str, Any]:
    """Fill the company, and return examples of what its pages' addresses name."""
    with working_in(app, company):
        enable("manufacturing")
        accounts = trade(list(sales(datetime.date.today())))
        contact = add_contact(accounts[NAMES[0]], {"name": "林彤晨", "email": "lin@example.com"})
        contact_id = contact.id
        db.session.commit()
        for scheme in SCHEMES:
            start_run(scheme)
        db.session.commit()
    finish_jobs(app, company.id)
    world = World(app, company)
    world.enable_extensions()
    return {
        "tenant": company.slug,
        "plugin": "manufacturing",
        "scheme_id": "essentials:rfm",
        "account_id": accounts[NAMES[0]],
        "contact_id": contact_id,
        "token": world.make("reset_token"),
        "commitment_id": world.make("commitment_id"),
    }


def sales(today: datetime.date) -> list[Sale]:
    """Return a year of invoices, fewer and smaller from name to name, some of them paid late."""
    return [
        Sale(
            account=name,
            date=today - datetime.timedelta(days=30 * number + 5),
            amount=Decimal(90_000 // (place + 1) ** 2),
            cost=Decimal(50_000 // (place + 1) ** 2),
            due_on=today - datetime.timedelta(days=30 * number - 25),
            paid_on=today - datetime.timedelta(days=30 * number - 20 - 7 * place),
            products=("PP-03", "MB-01"),
        )
        for place, name in enumerate(NAMES)
        for number in range(12 - 2 * place)
    ]
