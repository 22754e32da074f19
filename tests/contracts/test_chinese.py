"""Who reads Chinese reads nothing else: pages, errors, jobs and mails hold no English word.

Names, formats and what the records themselves are called are told apart by the lists below.
"""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from conftest import working_in
from people import make_member
from route_cases import CASES
from route_world import World, stranger
from tierline.access.permissions import Role
from tierline.config import home_folder
from tierline.db import db
from tierline.identity import service
from tierline.jobs.models import Job
from tierline.jobs.running import run_job
from tierline.jobs.service import enqueue
from tierline.web.schema_texts import told

WORDS = re.compile(r"[A-Za-z]{2,}")
NAMES = {
    *("Tierline", "API", "CSV", "XLSX", "ZIP", "JSONL", "UTF", "GB", "MB", "gzip", "English"),
    *("ID", "CNY", "ABC", "RFM", "SaaS", "GMV", "MRR", "ARR", "NPS", "QBR", "SLA", "OEM", "KA"),
    *("USD", "RAROC", "YAML", "zip"),
    *("OpenAPI", "Bearer", "RFC", "problem", "details", "If", "Match", "ETag", "Escape", "Esc"),
    *("Enter", "Shift", "Ctrl", "Alt", "Tab", "yyyy", "mm", "dd", "yyyymmdd"),
    *("tests", "careless", "read", "write", "Read", "Write", "carelessly"),  # what tests declare
}
MAPPINGS = "|".join(path.stem for path in (home_folder() / "tenants/mappings").glob("*.yaml"))
DATA = re.compile(  # what the records of route_world.py are called
    r"[\w.+-]+@[\w.-]+|https?://\S+|(?:Account|Bureau) [0-9a-f]{6}|Chen Jie|A report|orders\.csv"
    r"|A (?:owner|viewer|consultant)"
    rf"|\b(?:made|test|Operator|{MAPPINGS})\b"
    r"|[0-9a-f]{8,}|m-[0-9a-f]+|[a-z_]+(?:[.:][a-z_]+)+"
    r"|\{(?:company|period)\}|\b[A-Z]{2}[0-9]+\b"  # in a survey: filled in, and questions' codes
)
COLUMNS = re.compile(r"\b(?:Number|Customer|Date|Amount)\b|\b[AC]1\b")  # of its file
SHOWN_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-label", "data-confirm")
UNSEEN = ("script", "style", "code", "pre", "svg", "kbd", "textarea")  # the last: what is entered
OTHERS = {  # no pages of the product, or nothing but a redirect
    *("static", "health.healthz", "health.readyz", "api-docs.openapi_json"),
    *("preferences.choose_language", "preferences.choose_theme", "preferences.start"),
    *("imports.download_failed_rows", "reference.show_reference"),
    *("backtests.export_backtest", "tiering.export_tiers"),
}
PAGES = sorted(
    endpoint
    for method, _, endpoint in (key.partition(" ") for key in CASES)
    if method == "GET" and not endpoint.startswith("api_") and endpoint not in OTHERS
)


FOR_STRANGERS = ("security.login", "security.forgot_password", "security.reset_password")


class Shown(HTMLParser):
    """Collects what a page shows: its texts, and the attributes that are read out or shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.unseen = 0
        self.language: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.unseen += tag in UNSEEN
        if tag == "html":
            self.language = given.get("lang")
        self.texts += [given[name] or "" for name in SHOWN_ATTRIBUTES if name in given]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.texts.append(data)


def english(page: str, *, columns: bool = False) -> set[str]:
    """Return the English words that a page shows beside names and the records' own texts."""
    texts = [DATA.sub(" ", text) for text in Shown(page).texts]
    texts = [COLUMNS.sub(" ", text) for text in texts] if columns else texts
    return {" ".join(text.split()) for text in texts if set(WORDS.findall(text)) - NAMES}


@pytest.fixture(scope="module")
def world(app: Flask, make_tenant: Any) -> World:
    """Return a Chinese company with a record of every everyday kind."""
    made = World(app, make_tenant("华兴精密", "zh_CN"))
    made.enable_extensions()
    owner = made.person(Role.OWNER).email
    make_member(app, make_tenant("海润供应链", "zh_CN"), Role.MEMBER, email=owner)
    for kind in ("account_id", "contact_id", "import_id", "token_id", "run_id", "failed_job_id"):
        made.make(kind)
    return made


def look(world: World, client: FlaskClient, endpoint: str, **values: str) -> Any:
    """Return the answer of a page, opened as its case in route_cases.py says."""
    case = CASES[f"GET {endpoint}"]
    rule = next(iter(world.app.url_map.iter_rules(endpoint)))
    for name in rule.arguments - {"tenant"} - set(case.fixed) - set(values):
        values[name] = world.make(case.arguments.get(name, name))
    values = {"tenant": world.company.slug, **case.fixed, **values}
    address = rule.build({name: values[name] for name in rule.arguments})
    assert address is not None
    return client.get(address[1], headers={"Accept-Language": "zh-CN"})


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_in_chinese_shows_no_english(app, world, endpoint):
    client = stranger(app) if endpoint in FOR_STRANGERS else world.browser(Role.OWNER)
    client = world.operator() if endpoint.startswith("admin_") else client
    answer = look(world, client, endpoint)
    assert answer.status_code == 200
    shown = Shown(answer.text)
    assert "<html" not in answer.text or shown.language == "zh-CN"
    assert english(answer.text, columns=endpoint.startswith("imports.")) == set()


def test_the_words_that_are_looked_for_are_found():
    assert english('<p>保存</p><i aria-label="Remove filter">关闭</i>') == {"Remove filter"}
    assert english("<h1>客户 ABC</h1><code>accounts.update</code>") == set()


ERRORS = [
    # what is asked for              by            is answered with
    ("/nowhere", Role.OWNER, 404, "此地址没有内容。"),
    ("/t/nobody-here/accounts", Role.OWNER, 404, "没有这家公司，或您不是它的成员。"),
    ("/t/{slug}/accounts/{id}", Role.OWNER, 404, "没有这个客户。"),
    ("/t/{slug}/audit", Role.VIEWER, 403, "角色“只读成员”没有“查看审计日志”的权限（audit.read）。"),
]


@pytest.mark.parametrize(("address", "role", "status", "message"), ERRORS)
def test_an_error_is_told_in_chinese(world, address, role, status, message):
    path = address.format(slug=world.company.slug, id=uuid.uuid4())
    answer = world.browser(role).get(path, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == status
    assert message in answer.text
    assert english(answer.text) == set()


def test_the_api_answers_in_the_companys_language(world):
    address = f"/api/v1/t/{world.company.slug}/accounts/{uuid.uuid4()}"
    problem = world.program("*").get(address).json
    assert (problem["title"], problem["detail"]) == ("找不到", "没有这个客户。")
    assert problem["code"] if "code" in problem else problem["type"].endswith("not_found")


def test_the_import_wizard_speaks_chinese_at_every_step(app, world):
    client = world.browser(Role.OWNER)
    address = f"/t/{world.company.slug}/imports/{import_of(world)}"
    mapped = CASES["POST imports.map_columns"].form
    steps = (
        lambda: client.post(f"{address}/mapping", data=mapped),
        lambda: run_open_jobs(world),
        lambda: client.post(f"{address}/run"),
        lambda: run_open_jobs(world),
    )
    for step in steps:
        answer = step()
        assert answer is None or answer.status_code == 303
        for shown in ("", "?step=dry", "?step=map"):
            page = client.get(address + shown)
            assert page.status_code == 200
            assert english(page.text, columns=True) == set()


def import_of(world: World) -> str:
    """Return the id of an import that is at its beginning."""
    world.made.pop("import_id", None)
    return world.make("import_id")


def run_open_jobs(world: World) -> None:
    """Run what waits in the company."""
    with working_in(world.app, world.company):
        waiting = list(db.session.scalars(select(Job.id).where(Job.state == "queued")))
    for job in waiting:
        run_job(world.app, world.company.id, job)


def test_a_job_fails_in_the_companys_language(app, world):
    with working_in(app, world.company):
        missing = {"membership_id": str(uuid.uuid4())}
        job = enqueue("identity.send_invitation", missing)
        assert job.title == "邀请"
        db.session.commit()
        assert run_job(app, world.company.id, job.id) == "failed"
        db.session.expire_all()
        assert db.session.get(Job, job.id).error == "没有这个成员。"


def test_what_came_of_a_job_is_told_in_chinese(app, world):
    with working_in(app, world.company):
        done = db.session.scalars(select(Job.id).where(Job.kind == "tiering.run")).first()
    page = look(world, world.browser(Role.OWNER), "jobs.show_job", job_id=str(done)).text
    assert "级别变动" in page
    assert english(page) == set()


MAILS = [
    # the recipient reads, the company   → the mail's subject and first line
    ("zh_CN", "en", "您已成为“Brightside”的成员", "您好"),
    ("en", "zh_CN", "You are a member of Brightside now", "Hello"),
]


@pytest.mark.parametrize(("reads", "company", "subject", "greeting"), MAILS)
def test_an_invitation_is_in_its_recipients_language(
    app, make_tenant, capsys, reads, company, subject, greeting
):
    inviting = World(app, make_tenant("Brightside", company))
    with working_in(app, inviting.company):
        email = f"{uuid.uuid4().hex}@example.com"
        service.create_user(email, locale=reads)
        member = service.add_member(email, Role.MEMBER)
        job = enqueue("identity.send_invitation", {"membership_id": str(member.id)})
        db.session.commit()
        assert run_job(app, inviting.company.id, job.id) == "done"
    mail = capsys.readouterr().out
    assert subject in mail
    assert greeting in mail


def test_who_is_invited_reads_the_companys_language_at_first(world):
    with working_in(world.app, world.company):
        member = service.add_member(f"{uuid.uuid4().hex}@example.com", Role.VIEWER)
        assert member.user.locale == "zh_CN"


LINKS = [("zh_CN", "en", "设置新密码", "您好"), ("en", "zh-CN", "Set a new password", "Hello")]


@pytest.mark.parametrize(("reads", "browser", "subject", "greeting"), LINKS)
def test_a_link_for_a_password_comes_in_its_recipients_language(
    app, capsys, reads, browser, subject, greeting
):
    email = f"{uuid.uuid4().hex}@example.com"
    with app.app_context():
        service.create_user(email, locale=reads)
        db.session.commit()
    stranger(app).post("/reset", data={"email": email}, headers={"Accept-Language": browser})
    mail = capsys.readouterr().out
    assert subject in mail
    assert greeting in mail


class Sample(ma.Schema):
    """Values of the kinds that the API takes."""

    name = ma.fields.String(required=True)
    short = ma.fields.String(validate=ma.validate.Length(min=1, max=3))
    least = ma.fields.Integer(validate=ma.validate.Range(min=1, max=200))
    kind = ma.fields.String(validate=ma.validate.OneOf(["a", "b"]))
    day = ma.fields.Date()


SAID = [
    # given                          → said of it
    ({}, {"name": "缺少必填字段。"}),
    ({"name": None}, {"name": "字段不能为 null。"}),
    ({"name": "x", "other": 1}, {"other": "未知字段。"}),
    ({"name": "x", "short": "long"}, {"short": "长度必须在 1 至 3 之间。"}),
    ({"name": "x", "least": 0}, {"least": "必须大于或等于 1 且小于或等于 200。"}),
    ({"name": "x", "kind": "c"}, {"kind": "只能是以下之一：a, b。"}),
    ({"name": "x", "day": "soon"}, {"day": "不是有效的日期。"}),
]


@pytest.mark.parametrize(("given", "said"), SAID)
def test_what_a_schema_says_is_told_in_chinese(app, given, said):
    with app.app_context(), force_locale("zh_Hans_CN"):
        with pytest.raises(ma.ValidationError) as caught:
            Sample().load(given)
        assert {key: told(texts[0]) for key, texts in caught.value.messages.items()} == said


def test_dates_and_numbers_are_written_as_in_chinese(app, world):
    page = look(world, world.browser(Role.OWNER), "tiering.show_scheme").text
    assert re.search(r"20\d\d年\d{1,2}月\d{1,2}日", page)


def test_who_chose_english_reads_english_in_a_chinese_company(world):
    client = world.browser(Role.ADMINISTRATOR)
    client.get("/language/en")
    page = client.get(f"/t/{world.company.slug}/accounts").text
    assert Shown(page).language == "en"
    assert "Accounts" in page
