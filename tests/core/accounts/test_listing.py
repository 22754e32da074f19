"""Finding accounts: search, filters, orders, pages."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, text
from sqlalchemy.engine import Engine

from conftest import working_in
from people import make_member
from tierline.access.decision import acting_as
from tierline.accounts import listing, service
from tierline.accounts.listing import AccountFilter, list_accounts, list_for_screen
from tierline.accounts.models import Account
from tierline.accounts.panels import ListColumn, ListFilter
from tierline.configuration.service import enable
from tierline.db import db
from tierline.errors import Invalid, NotFound
from tierline.identity import queries as identity

NAMES = (
    "华兴精密模具有限公司",
    "李明朗",
    "Brightside Foods Ltd",
    "100% Cotton_Co",
    "ＡＣＭＥ　株式会社",
)
SEARCHES = [
    # what is typed, who is found
    ("华兴", {"华兴精密模具有限公司"}),
    ("精密模具", {"华兴精密模具有限公司"}),
    ("huaxing", {"华兴精密模具有限公司"}),
    ("Hua Xing", {"华兴精密模具有限公司"}),
    ("hx", {"华兴精密模具有限公司"}),
    ("lml", {"李明朗"}),
    ("liming", {"李明朗"}),
    ("李明朗", {"李明朗"}),
    ("BRIGHT", {"Brightside Foods Ltd"}),
    ("ltd foods", {"Brightside Foods Ltd"}),
    ("acme", {"ＡＣＭＥ　株式会社"}),
    ("Ｃ-００３", {"Brightside Foods Ltd"}),
    ("c-00", set(NAMES)),
    ("100%", {"100% Cotton_Co"}),
    ("n_c", {"100% Cotton_Co"}),
    ("t%l", set()),
    ("o_o", set()),
    ("\\", set()),
    ("华 朗", set()),
    ("  ", set(NAMES)),
    ("\x00", set(NAMES)),
]


def found(sort: str = "name", **wanted: object) -> list[str]:
    return [row.name for row in list_accounts(AccountFilter(**wanted), sort).items]  # type: ignore[arg-type]


@pytest.fixture
def named(in_tenant):
    """Add the accounts of NAMES, numbered in order."""
    for place, name in enumerate(NAMES, start=1):
        service.create_account({"name": name, "external_key": f"C-00{place}"})


def test_search_finds_by_substring_pinyin_initials_and_number(named):
    for q, names in SEARCHES:
        assert set(found(q=q)) == names, q


@given(q=st.text(max_size=30))
def test_any_text_can_be_searched_for(app, q):
    with app.app_context():
        listing.conditions(AccountFilter(q=q))


def test_chinese_names_sort_by_their_pinyin(in_tenant):
    for name in ("张三", "Baker", "安琪", "李四"):
        service.create_account({"name": name})
    assert found() == ["安琪", "Baker", "李四", "张三"]
    assert found("-name") == ["张三", "李四", "Baker", "安琪"]


@pytest.mark.parametrize("sort", listing.SORTS)
def test_every_order_pages_forth_and_back_over_all_accounts_once(in_tenant, sort):
    for place in range(7):
        service.create_account({"name": f"n{place % 3}", "external_key": f"{place}" * (place % 2)})
    whole = [row.id for row in list_accounts(AccountFilter(), sort).items]
    assert len(set(whole)) == 7
    pages, cursor = [], None
    while True:
        page = list_accounts(AccountFilter(), sort, cursor, 3)
        pages.append([row.id for row in page.items])
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert [each for page in pages for each in page] == whole
    back = list_accounts(AccountFilter(), sort, page.previous_cursor, 3)
    assert [row.id for row in back.items] == pages[-2]


@pytest.mark.parametrize("sort", listing.SORTS)
def test_every_order_is_read_from_an_index(in_tenant, sort):
    order = listing.order(sort)
    columns = [column.desc() if down else column for column, down in order.columns]
    statement = listing.select_rows().where(*listing.conditions(AccountFilter()))
    compiled = statement.order_by(*columns).limit(50)
    for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):  # else few rows are sorted
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    sql = compiled.compile(db.session.get_bind(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(db.session.execute(text(f"EXPLAIN {sql}".replace(":", "\\:"))).scalars())
    assert "Sort" not in plan, plan


def test_filters_narrow(app, tenant):
    mine, hers = make_member(app, tenant, "member"), make_member(app, tenant, "member")
    with working_in(app, tenant):
        enable("suppliers")
        facts = {"kind": "channel", "lifecycle_stage": "lost", "industry": "Food"}
        service.create_account({"name": "mine", "owner_id": mine.membership_id, **facts})
        service.create_account({"name": "hers", "owner_id": hers.membership_id, "region": "浙江"})
        service.create_account({"name": "free"}, {"supplier": "part"})
        gone = service.create_account({"name": "gone"})
        service.archive_account(gone.id)
        with acting_as(identity.subject_of(identity.get_membership(mine.membership_id))):
            assert found(owner="mine") == ["mine"]
        assert found(owner="mine") == [], "the platform owns nothing"
        assert found() == ["free", "hers", "mine"]
        assert found(owner=str(hers.membership_id)) == ["hers"]
        assert found(owner="nobody") == ["free"]
        assert found(kind="channel") == found(stage="lost") == ["mine"]
        assert found(industry="FOOD") == ["mine"]
        assert found(region="浙江") == ["hers"]
        assert found(group="supplier") == ["free"]
        assert found(group="customer") == ["hers", "mine"]
        assert found(archived=True) == ["gone"]
        assert found(kind="channel", owner="nobody") == []
        assert list_for_screen(AccountFilter()).count == 3
        row = list_accounts(AccountFilter(group="supplier")).items[0]
        assert (row.groups, row.owner, row.external_key) == (["supplier"], None, None)


WRONG = [
    ({"owner": "me"}, "name", "owner"),
    ({"added": {"nothing": "x"}}, "name", "filter"),
    ({}, "nmae", "sort"),
]


@pytest.mark.parametrize(("wanted", "sort", "named"), WRONG)
def test_what_can_not_be_asked_is_named(in_tenant, wanted, sort, named):
    with pytest.raises(Invalid) as caught:
        list_accounts(AccountFilter(**wanted), sort)
    assert named in caught.value.fields


def test_a_cursor_of_another_order_is_refused(in_tenant):
    for place in range(3):
        service.create_account({"name": f"n{place}"})
    cursor = list_accounts(AccountFilter(), "name", None, 1).next_cursor
    with pytest.raises(Invalid):
        list_accounts(AccountFilter(), "-name", cursor, 1)


def test_higher_layers_add_columns_and_filters(in_tenant):
    for name in ("ab", "abcd"):
        service.create_account({"name": name})
    column = ListColumn("length", "Length", func.length(Account.name), str)
    short = ListFilter(
        "size", "Size", [("short", "Short")], lambda option: func.length(Account.name) < 3
    )
    page = list_for_screen(AccountFilter(), columns=[column])
    assert [row.added for row in page.items] == [(2,), (4,)]
    wanted = AccountFilter(added={"size": "short"})
    assert [row.name for row in list_accounts(wanted, filters=[short]).items] == ["ab"]
    with pytest.raises(Invalid):
        list_accounts(AccountFilter(added={"size": "long"}), filters=[short])


def test_the_list_of_another_company_is_empty(app, tenant, other_tenant):
    with working_in(app, tenant):
        account = service.create_account({"name": "ours"})
        account_id = account.id
        db.session.commit()
    with working_in(app, other_tenant):
        assert found() == []
        assert not listing.any_account()
        with pytest.raises(NotFound):
            listing.get_row(account_id)


WHAT_THE_PAGE_ASKS = [
    # (words of the statement, what for)
    ("SET LOCAL", "no tenant yet: who is signed in"),
    ("FROM login_session", "the session's user, and the companies to enter and to switch to"),
    ("SET LOCAL", "the tenant in scope, read only"),
    ("FROM tiering_scheme", "filters and columns of tiers"),
    ("FROM plugin_installation", "what is installed besides what came with the platform"),
    ("FROM plugin_enablement", "the tenant's plugins"),
    ("count(*)", "a page of accounts, with the number of all"),
    ("FROM membership", "the owners to filter by"),
]


@pytest.fixture
def asked(app, tenant, login):
    """Return a function that opens the list's page and returns the statements that it took."""
    browser = login("member")
    statements: list[str] = []

    def note(connection, cursor, statement, *rest):
        statements.append(statement)

    def asked_by_the_page() -> list[str]:
        statements.clear()
        assert browser.get(f"/t/{tenant.slug}/accounts").status_code == 200
        return list(statements)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        asked_by_the_page()  # what is asked once in a process
        yield asked_by_the_page
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def fill(app, tenant, number: int) -> None:
    with working_in(app, tenant):
        for _ in range(number):
            service.create_account({"name": uuid.uuid4().hex})
        db.session.commit()


def test_the_page_asks_for_each_thing_once(app, tenant, asked):
    fill(app, tenant, 1)
    statements = asked()
    assert len(statements) == len(WHAT_THE_PAGE_ASKS), statements
    for statement, (words, what_for) in zip(statements, WHAT_THE_PAGE_ASKS, strict=True):
        assert words in statement, what_for


def test_the_page_asks_as_much_for_many_accounts_as_for_few(app, tenant, asked):
    fill(app, tenant, 1)
    few = asked()
    fill(app, tenant, 20)
    assert len(asked()) == len(few)


def test_past_the_last_page_the_number_of_all_is_still_known(app, tenant):
    fill(app, tenant, 3)
    with working_in(app, tenant):
        cursor = list_accounts(AccountFilter(), "name", None, 2).next_cursor
        last = list_for_screen(AccountFilter(), "name", cursor, 2)
        assert (len(last.items), last.count) == (1, 3)
        service.archive_account(last.items[0].id)
        beyond = list_for_screen(AccountFilter(), "name", cursor, 2)
        assert (beyond.items, beyond.count) == ([], 2)


def test_each_row_of_the_page_leads_to_its_account(app, tenant, login):
    fill(app, tenant, 2)
    browser = login("viewer")
    page = browser.get(f"/t/{tenant.slug}/accounts").text
    links = re.findall(r'<th scope="row"><a href="([^"]+)">([0-9a-f]{32})</a>', page)
    assert len(links) == 2
    for address, name in links:
        assert name in browser.get(address).text
