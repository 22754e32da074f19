"""What the routes are tried on: a company with people of every role, and records made on demand."""

from __future__ import annotations

import datetime
import io
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

import packing
from conftest import Company, working_in
from people import (
    CSRF,
    Person,
    csrf_token,
    make_member,
    make_operator,
    make_token,
    program,
    sign_in,
    soon,
)
from releases import pin_older
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.accounts import contact_service as contacts
from tierline.accounts import service as accounts
from tierline.backtests import service as backtests
from tierline.contacting import service as contacting
from tierline.db import db
from tierline.identity import queries, service, token_service
from tierline.identity.recovery import password_link
from tierline.imports import files as import_files
from tierline.imports import service as imports
from tierline.imports.queries import get_mapping
from tierline.jobs.models import Job
from tierline.jobs.running import run_job
from tierline.jobs.service import enqueue
from tierline.ledger.models import LedgerTransaction
from tierline.packs.differences import Operation
from tierline.plugins import installing
from tierline.tiering import overrides
from tierline.tiering.models import Run
from tierline.tiering.starting import start_run
from tierline_regulators import service as commitments

ORDERS = b"Number,Customer,Date,Amount\nA1,C1,2026-01-05,10\n"

Maker = Callable[["World"], Any]


class World:
    """A company as the tests of routes use it; people and records are made when asked for."""

    def __init__(self, app: Flask, company: Company) -> None:
        self.app = app
        self.company = company
        self.people: dict[Role, Person] = {}
        self.browsers: dict[Role, FlaskClient] = {}
        self.programs: dict[str, FlaskClient] = {}
        self.made: dict[str, str] = {}

    def enable_extensions(self) -> None:
        """Enable every extension that has routes, so that they are there."""
        from tierline.configuration.service import enable
        from tierline.plugins.manager import installed

        with working_in(self.app, self.company):
            for plugin in sorted(installed().extensions):
                if list(installed().blueprints_of(plugin)):
                    enable(plugin)
            db.session.commit()

    def person(self, role: Role) -> Person:
        """Return the company's person of this role."""
        if role not in self.people:
            self.people[role] = make_member(self.app, self.company, role)
        return self.people[role]

    def browser(self, role: Role) -> FlaskClient:
        """Return a browser in which the person of this role is signed in."""
        if role not in self.browsers:
            self.browsers[role] = sign_in(self.app, self.person(role))
        return self.browsers[role]

    def program(self, *scopes: str) -> FlaskClient:
        """Return a program with an owner's token of these scopes."""
        name = ",".join(scopes)
        if name not in self.programs:
            token = make_token(self.app, self.person(Role.OWNER), *scopes)
            self.programs[name] = program(self.app, token)
        return self.programs[name]

    def operator(self) -> FlaskClient:
        """Return a browser in which an operator of the platform is signed in."""
        return sign_in(self.app, make_operator(self.app))

    def pack_file(self) -> tuple[io.BytesIO, str]:
        """Return the archive of a new pack, signed by a publisher whom the platform trusts."""
        with self.app.app_context(), tempfile.TemporaryDirectory() as home:
            key = packing.trusted_key()
            db.session.commit()
            folder = packing.signed(packing.write_pack(Path(home)), key)
            return packing.archived(folder), "pack.zip"

    def make(self, kind: str) -> str:
        """Return the id of the company's record of this kind (a key of MAKERS)."""
        if kind not in self.made:
            with working_in(self.app, self.company):
                owner = queries.get_membership(self.person(Role.OWNER).membership_id)
                with acting_as(queries.subject_of(owner)):
                    self.made[kind] = str(MAKERS[kind](self))
                db.session.commit()
        return self.made[kind]


def stranger(app: Flask) -> FlaskClient:
    """Return a browser in which nobody is signed in, but which has a form token."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = CSRF
    client.environ_base["HTTP_X_CSRFTOKEN"] = csrf_token(app)
    return client


MAKERS: dict[str, Maker] = {}


def maker(make: Maker) -> Maker:
    """Register a function that makes a record and returns its id, under the function's name."""
    MAKERS[make.__name__] = make
    return make


@maker
def membership_id(world: World) -> uuid.UUID:
    return service.add_member(f"{uuid.uuid4().hex}@example.com", Role.VIEWER).id


@maker
def token_id(world: World) -> uuid.UUID:
    token, _ = token_service.create_token("made", ["*.read"], soon())
    return token.id


@maker
def job_id(world: World) -> uuid.UUID:
    member = membership_id(world)
    return enqueue("identity.send_invitation", {"membership_id": str(member)}).id


@maker
def failed_job_id(world: World) -> uuid.UUID:
    made = job_id(world)
    db.session.execute(update(Job).where(Job.id == made).values(state="failed", error="tried"))
    return made


@maker
def plugin(world: World) -> str:
    return "channel_partners"


@maker
def enabled_plugin(world: World) -> str:
    from tierline.configuration.service import enable

    enable("suppliers")
    return "suppliers"


@maker
def older_plugin(world: World) -> str:
    def retitle(document: dict[str, Any]) -> None:
        document["fields"]["annual_spend"]["title"] = {"en": "Spend", "zh_CN": "支出"}

    pin_older("suppliers", retitle)
    return "suppliers"


@maker
def changed_plugin(world: World) -> str:
    change_title("suppliers")
    return "suppliers"


def change_title(plugin: str) -> int:
    """Call a field of the suppliers by another name; return the revision's number."""
    from tierline.configuration.service import enable, override

    enable(plugin)
    title = {"en": f"Spend {uuid.uuid4().hex[:6]}", "zh_CN": "支出"}
    operation = Operation("fields/annual_spend#/title", "set", title)
    revision = override(plugin, [operation], reason="a test")
    assert revision is not None
    return revision.number


@maker
def published(world: World) -> int:
    return change_title("suppliers")


@maker
def draft(world: World) -> int:
    from tierline.configuration import changes, planning, service

    revision = service.draft(changes.enabling("channel_partners"), "a test", "screen")
    assert revision is not None
    planning.make_plan(revision)
    return revision.number


@maker
def submitted(world: World) -> int:
    """Make a draft of an administrator, so that an owner is somebody else, and submit it."""
    from tierline.configuration import service

    author = queries.get_membership(world.person(Role.ADMINISTRATOR).membership_id)
    with acting_as(queries.subject_of(author)):
        number = draft(world)
        service.submit(number)
    return number


@maker
def disabled_plugin(world: World) -> str:
    from tierline.configuration.service import disable, enable

    enable("saas")
    disable("saas")
    return "saas"


@maker
def suspended_plugin(world: World) -> str:
    from tierline.configuration.service import enable
    from tierline.plugins.service import suspend

    enable("manufacturing")
    suspend("manufacturing", "a test")
    return "manufacturing"


@maker
def regulator(world: World) -> uuid.UUID:
    """Make an account in the group of regulators."""
    values = {"name": f"Bureau {uuid.uuid4().hex[:6]}"}
    return accounts.create_account(values, {"regulator": None}).id


@maker
def commitment_id(world: World) -> uuid.UUID:
    values = {"account_id": regulator(world), "title": "A report", "due_on": soon().date()}
    return commitments.add_commitment(values).id


@maker
def closed_commitment_id(world: World) -> uuid.UUID:
    made = commitment_id(world)
    commitments.close_commitment(made, {"outcome": "kept", "evidence": "A letter"})
    return made


@maker
def reset_token(world: World) -> str:
    user = service.create_user(f"{uuid.uuid4().hex}@example.com")
    return password_link(user).rpartition("/")[2]


@maker
def account_id(world: World) -> uuid.UUID:
    values = {"name": f"Account {uuid.uuid4().hex[:6]}"}
    return accounts.create_account(values, {"customer": None}).id


@maker
def archived_account_id(world: World) -> uuid.UUID:
    made = account_id(world)
    accounts.archive_account(made)
    return made


@maker
def contact_id(world: World) -> uuid.UUID:
    account = uuid.UUID(world.make("account_id"))
    return contacts.add_contact(account, {"name": "Chen Jie"}).id


@maker
def stop_id(world: World) -> uuid.UUID:
    other = contacts.add_contact(uuid.UUID(world.make("account_id")), {"name": "Lin Hai"})
    return contacting.stop(other.id, "来电要求 1").id


@maker
def import_id(world: World) -> uuid.UUID:
    return imports.create_import("transactions", io.BytesIO(ORDERS), "orders.csv").id


@maker
def failed_import_id(world: World) -> uuid.UUID:
    run = imports.create_import("transactions", io.BytesIO(ORDERS), "orders.csv")
    run.failed_key, _ = import_files.keep(io.BytesIO(b"number,reasons\n"))
    return run.id


@maker
def name(world: World) -> str:
    run = imports.create_import("transactions", io.BytesIO(ORDERS), "orders.csv")
    return imports.save_mapping(f"m-{uuid.uuid4().hex[:8]}", "transactions", run.mapping).name


@maker
def scheme_id(world: World) -> str:
    return "essentials:abc_sales"


@maker
def own_metric(world: World) -> str:
    """Make a metric of the company's own, in force."""
    from tierline.configuration.planning import publish_planned
    from tierline.own_metrics import service

    title = f"指标 {uuid.uuid4().int % 1_000_000}"
    entered = {"title_zh_CN": title, "of": "essentials:sales_12m", "better": "higher"}
    proposal = service.propose("share", MultiDict(entered))
    revision = service.save(proposal, "a test", "screen")
    assert revision is not None
    publish_planned(revision.number)
    return proposal.id


@maker
def own_scheme(world: World) -> str:
    """Make a scheme of the company's own, in force."""
    from tierline.configuration.planning import publish_planned
    from tierline.schemes import creating, editing

    entered = {"title_zh_CN": f"方案 {uuid.uuid4().int % 1_000_000}", "kind": "abc"}
    scheme_id, document = creating.begin(entered)
    revision = editing.save(scheme_id, document, "a test", "screen")
    assert revision is not None
    publish_planned(revision.number)
    return scheme_id


@maker
def older_version(world: World) -> int:
    """Make a version of the scheme that is not the one in force: run it, then change it."""
    from tierline.configuration.service import override
    from tierline.packs.differences import Operation

    world.make("run_id")
    steeper = [{"tier": tier, "until": until} for tier, until in (("a", 70), ("b", 90), ("c", 100))]
    cuts = Operation("tiering/abc_sales#/rule/cuts", "set", steeper)
    override("essentials", [cuts], reason="a test")
    return 1


@maker
def run_id(world: World) -> uuid.UUID:
    account_id(world)
    job = start_run("essentials:abc_sales", None)
    db.session.commit()
    assert run_job(world.app, world.company.id, job.id) == "done"
    return db.session.scalars(select(Run.id).where(Run.job_id == job.id)).one()


@maker
def open_override_id(world: World) -> uuid.UUID:
    """Make a tier by hand that somebody who may not decide has asked for."""
    member = Subject("Member", world.company.id, Role.MEMBER, membership_id=uuid.uuid4())
    with acting_as(member):
        until = soon().date() + datetime.timedelta(days=30)
        return overrides.ask("essentials:abc_sales", account_id(world), "a", "A test", until).id


@maker
def backtest_id(world: World) -> uuid.UUID:
    """Make a backtest that is done."""
    account_id(world)
    return backtests.carry_out(backtests.create(["essentials:abc_sales"], 14).id).id


@maker
def run_scheme_id(world: World) -> str:
    """Return the id of a scheme that was run."""
    world.make("run_id")
    return scheme_id(world)


def mapping_of(world: World) -> dict[str, Any]:
    """Return the document of the company's saved mapping."""
    saved = world.make("name")
    with working_in(world.app, world.company):
        return dict(get_mapping(saved).document)


@maker
def transaction_id(world: World) -> uuid.UUID:
    found = LedgerTransaction(
        account_id=account_id(world),
        kind="invoice",
        number=uuid.uuid4().hex,
        date=soon().date(),
        currency="CNY",
        amount=100,
        line_count=0,
    )
    db.session.add(found)
    db.session.flush()
    return found.id


@maker
def installed_plugin(world: World) -> str:
    with tempfile.TemporaryDirectory() as home:
        return packing.installed_pack(Path(home))


@maker
def retired_plugin(world: World) -> str:
    with tempfile.TemporaryDirectory() as home:
        plugin = packing.installed_pack(Path(home))
    installing.retire(plugin, packing.OPERATOR)
    return plugin
