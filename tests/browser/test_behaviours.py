"""What the page's scripts do: menus, dialogs, theme, keyboard, progress, charts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.sites import BROWSER, PHONE, opened, serving, violations
from showroom import make_showroom

pytestmark = BROWSER


@pytest.fixture(scope="module")
def showroom() -> Iterator[str]:
    """Serve the style guide; return its address."""
    with serving(make_showroom()) as url:
        yield url


@pytest.fixture
def guide(chromium: Browser, showroom: str) -> Iterator[Page]:
    """Return the style guide in a window."""
    with opened(chromium, showroom) as context:
        page = context.new_page()
        page.goto(f"{showroom}/guide")
        yield page


@pytest.fixture
def work(chromium: Browser, showroom: str) -> Iterator[Page]:
    """Return the page of live parts in a window."""
    with opened(chromium, showroom) as context:
        page = context.new_page()
        page.goto(f"{showroom}/work")
        yield page


@pytest.fixture
def failing_work(chromium: Browser, showroom: str) -> Iterator[Page]:
    """Return the page of live parts in a window whose requests fail on purpose."""
    with opened(chromium, showroom, failing=True) as context:
        page = context.new_page()
        page.goto(f"{showroom}/work")
        yield page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_axe_finds_nothing_in_any_component(
    chromium: Browser, showroom: str, theme: str, locale: str
) -> None:
    with opened(chromium, showroom, theme=theme, locale=locale) as context:
        page = context.new_page()
        page.goto(f"{showroom}/guide")
        expect(page.locator("svg").locator("visible=true").first).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/broken", "/nothing"])
def test_axe_finds_nothing_on_an_error(
    chromium: Browser, showroom: str, theme: str, path: str
) -> None:
    with opened(chromium, showroom, theme=theme, failing=True) as context:
        page = context.new_page()
        page.goto(f"{showroom}{path}")
        expect(page.get_by_role("link", name="Go to the home page")).to_be_visible()
        assert violations(page) == []


def test_no_component_is_wider_than_a_phone(chromium: Browser, showroom: str) -> None:
    with opened(chromium, showroom, viewport=PHONE) as context:
        page = context.new_page()
        page.goto(f"{showroom}/guide")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_first_stop_of_the_keyboard_skips_to_the_content(work: Page) -> None:
    work.keyboard.press("Tab")
    expect(work.get_by_role("link", name="Skip to the content")).to_be_focused()
    work.keyboard.press("Enter")
    expect(work.locator("main")).to_be_focused()


def test_a_menu_opens_walks_and_closes_by_keyboard(guide: Page) -> None:
    summary = guide.locator("summary", has_text="More")
    summary.focus()
    guide.keyboard.press("Enter")
    expect(guide.get_by_role("link", name="Export")).to_be_visible()
    guide.keyboard.press("ArrowDown")
    expect(guide.get_by_role("link", name="Export")).to_be_focused()
    guide.keyboard.press("Escape")
    expect(guide.get_by_role("link", name="Export")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_menu_closes_when_one_leaves_it(guide: Page) -> None:
    guide.locator("summary", has_text="More").click()
    guide.locator("h1").click()
    expect(guide.get_by_role("link", name="Export")).to_be_hidden()


def test_what_destroys_asks_first_and_no_means_no(guide: Page) -> None:
    remove = guide.get_by_role("button", name="Remove", exact=True)
    remove.click()
    dialog = guide.get_by_role("dialog")
    expect(dialog).to_contain_text("Remove this for good?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(remove).to_be_focused()
    assert guide.url.endswith("/guide")


def test_the_help_opens_by_a_key_but_not_while_one_types(guide: Page) -> None:
    guide.get_by_label("Note").fill("why?")
    guide.get_by_label("Note").press("?")
    expect(guide.get_by_role("dialog")).to_be_hidden()
    guide.locator("h1").click()
    guide.keyboard.press("?")
    expect(guide.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_single_keys_can_be_switched_off(guide: Page) -> None:
    guide.locator("h1").click()
    guide.keyboard.press("?")
    guide.get_by_label("Single-key shortcuts").uncheck()
    guide.keyboard.press("Escape")
    guide.keyboard.press("?")
    expect(guide.get_by_role("dialog")).to_be_hidden()


def test_a_chart_is_drawn_and_its_table_stands_behind_it(guide: Page) -> None:
    chart = guide.get_by_role("img", name="Accounts by tier")
    expect(chart.locator("svg")).to_be_visible()
    expect(guide.get_by_role("cell", name="7,695")).to_be_hidden()
    guide.get_by_text("Show as a table").click()
    expect(guide.get_by_role("cell", name="7,695")).to_be_visible()


def test_a_chosen_file_is_named_with_its_size(guide: Page, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(b"x" * 1500)
    guide.get_by_label("Choose a file or drop it here").set_input_files(file)
    expect(guide.get_by_text("orders.csv (1.5 kB)")).to_be_visible()


def test_a_long_list_can_be_searched(guide: Page) -> None:
    enhanced = guide.locator("select[name=region].tomselected")
    expect(enhanced).to_be_attached()  # before that the plain list stands in its place
    guide.get_by_role("combobox", name="Region").click()
    guide.keyboard.type("广")
    expect(guide.get_by_role("option", name="广州")).to_be_visible()
    expect(guide.get_by_role("option", name="上海")).to_be_hidden()
    guide.keyboard.press("Enter")
    assert guide.locator("select[name=region]").input_value() == "gz"


def test_progress_goes_on_by_itself_until_the_end(chromium: Browser, showroom: str) -> None:
    asked: list[str] = []
    with opened(chromium, showroom) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{showroom}/work")
        expect(page.get_by_text("Done")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_be_hidden()
    polls = [address.partition("polls=")[2] for address in asked if "polls=" in address]
    assert polls == ["1", "2", "3"]


def test_a_change_by_htmx_carries_the_token(work: Page) -> None:
    work.get_by_role("button", name="Act").click()
    expect(work.locator("#answer")).to_have_text("It was done.")


def test_a_change_without_the_token_is_refused(failing_work: Page) -> None:
    failing_work.locator('meta[name="csrf-token"]').evaluate("(meta) => (meta.content = 'forged')")
    with failing_work.expect_response("**/act") as answer:
        failing_work.get_by_role("button", name="Act").click()
    assert answer.value.status == 400
    expect(failing_work.locator("#answer")).not_to_contain_text("It was done.")


def test_htmx_asks_in_our_own_dialog(work: Page) -> None:
    work.get_by_role("button", name="Ask first").click()
    expect(work.get_by_role("dialog")).to_contain_text("Really?")
    work.get_by_role("button", name="Yes").click()
    expect(work.locator("#answer")).to_have_text("It was done.")


def test_a_request_without_an_answer_says_so(failing_work: Page) -> None:
    failing_work.route("**/act", lambda route: route.abort())
    failing_work.get_by_role("button", name="Act").click()
    expect(failing_work.get_by_role("alert")).to_contain_text("The server did not answer")


def test_an_error_is_shown_where_the_answer_was_awaited(failing_work: Page) -> None:
    failing_work.get_by_role("button", name="Break").click()
    expect(failing_work.locator("#answer")).to_contain_text("It does not work today.")
    expect(failing_work.locator("html")).to_have_count(1)


def test_a_password_can_be_shown(work: Page) -> None:
    field = work.get_by_label("Secret")
    work.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    work.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "password")


def test_the_system_theme_is_followed_before_the_first_paint(
    chromium: Browser, showroom: str
) -> None:
    with opened(chromium, showroom, theme="auto", color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"{showroom}/guide")
        root = page.locator("html")
        expect(root).to_have_attribute("data-bs-theme", "dark")
        page.emulate_media(color_scheme="light")
        expect(root).to_have_attribute("data-bs-theme", "light")


def test_everything_stands_there_without_javascript(chromium: Browser, showroom: str) -> None:
    with opened(chromium, showroom, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{showroom}/guide")
        expect(page.get_by_role("cell", name="7,695")).to_be_visible()
        page.locator("summary", has_text="More").click()
        expect(page.get_by_role("link", name="Export")).to_be_visible()
        expect(page.get_by_role("button", name="Help")).to_be_hidden()
