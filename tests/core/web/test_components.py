"""The component templates: what they tell a screen reader; that they escape what they get."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from flask_babel import lazy_gettext

from tierline.config import home_folder
from tierline.web.assets import AssetMissing, asset
from tierline.web.components import address_with, layout

TEMPLATES = home_folder() / "platform" / "tierline" / "templates"
ALL_TEMPLATES = [
    *TEMPLATES.rglob("*.html"),
    *(home_folder() / "plugins").glob("*/templates/**/*.html"),
]
ICONS = set((home_folder() / "platform/frontend/src/icons.txt").read_text("utf-8").split())


def rendered(showroom: Flask, body: str, path: str = "/", **values: Any) -> str:
    """Return a template's text, with the components as `ui` and white space folded."""
    with showroom.test_request_context(path):
        text = render_template_string('{% import "components/ui.html" as ui %}' + body, **values)
    return re.sub(r"\s+", " ", text)


def test_a_field_is_tied_to_its_label_hint_and_error(showroom: Flask) -> None:
    html = rendered(
        showroom, "{{ ui.form_field('name', 'Name', error=['Too long'], hint='Short') }}"
    )
    assert '<label class="form-label" for="field-name">' in html
    assert 'aria-describedby="field-name-error field-name-hint" aria-invalid="true"' in html
    assert 'id="field-name-error"' in html
    assert "Too long" in html


def test_a_field_without_a_mistake_says_nothing_of_one(showroom: Flask) -> None:
    html = rendered(showroom, "{{ ui.form_field('name', 'Name', required=true) }}")
    assert "aria-" not in html.replace('aria-hidden="true"', "")
    assert " required" in html


def test_extra_attributes_reach_the_control(showroom: Flask) -> None:
    html = rendered(
        showroom, "{{ ui.form_field('q', 'Query', hx_get='/x', autofocus=true, list=none) }}"
    )
    assert ' hx-get="/x"' in html
    assert " autofocus" in html
    assert "list" not in html


def test_an_error_may_be_a_lazily_translated_text(showroom: Flask) -> None:
    html = rendered(showroom, "{{ ui.form_field('n', 'N', error=e) }}", e=lazy_gettext("Wrong"))
    assert "<span>Wrong</span>" in html


@pytest.mark.parametrize(
    "call",
    [
        "ui.form_field('n', bad, value=bad, error=bad, hint=bad, placeholder=bad)",
        "ui.select('n', bad, [(bad, bad), (bad, [(bad, bad)])])",
        "ui.checkbox('n', bad, value=bad)",
        "ui.radios('n', bad, [(bad, bad, bad)])",
        "ui.page_header(bad, bad)",
        "ui.empty_state(bad, bad, bad, bad, (bad, bad))",
        "ui.alert('info', bad, bad)",
        "ui.tier_badge(bad)",
        "ui.stat(bad, bad, bad)",
        "ui.definition_list([(bad, bad)])",
        "ui.timeline([{'title': bad, 'at': bad, 'at_iso': bad, 'text': bad, 'who': bad}])",
        "ui.chart('c', {'series': [{'name': bad}]}, bad, [bad], [[bad]])",
        "ui.progress({'state': 'running', 'title': bad, 'message': bad}, bad)",
        "ui.post_button(bad, bad, confirm=bad, fields={bad: bad})",
    ],
)
def test_components_escape_what_they_are_given(showroom: Flask, call: str) -> None:
    html = rendered(showroom, "{{ " + call + " }}", bad="\"'><img src=x onerror=alert(1)>")
    assert "<img" not in html


@pytest.mark.parametrize(
    ("polls", "delay"), [(0, "1s"), (9, "1s"), (10, "2s"), (29, "2s"), (30, "5s"), ("junk", "1s")]
)
def test_progress_asks_again_ever_more_rarely(showroom: Flask, polls: object, delay: str) -> None:
    html = rendered(
        showroom, "{{ ui.progress({'state': 'running'}, '/jobs/1', polls=polls) }}", polls=polls
    )
    assert f'hx-trigger="load delay:{delay}"' in html


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_progress_of_ended_work_asks_no_more(showroom: Flask, state: str) -> None:
    body = "{% call ui.progress({'state': state}, '/jobs/1') %}the result{% endcall %}"
    html = rendered(showroom, body, state=state)
    assert "hx-get" not in html
    assert "the result" in html


def test_a_sorted_column_says_so(showroom: Flask) -> None:
    body = "{{ ui.column_head({'label': 'Sales', 'url': '?sort=sales', 'sorted': 'descending'}) }}"
    assert '<th scope="col" aria-sort="descending">' in rendered(showroom, body)


def test_a_bar_never_leaves_its_frame(showroom: Flask) -> None:
    widths = [rendered(showroom, "{{ ui.bar(share) }}", share=share) for share in (-0.5, 0.25, 7)]
    found = [re.findall(r'bar-fill" width="([\d.]+)"', html)[0] for html in widths]
    assert [float(width) for width in found] == [0, 25, 100]


@pytest.mark.parametrize(
    ("path", "changes", "expected"),
    [
        ("/a", {"q": "x"}, "/a?q=x"),
        ("/a?q=x&cursor=7", {"q": "y", "cursor": None}, "/a?q=y"),
        ("/a?tier=a&tier=b", {"sort": "name"}, "/a?tier=a&tier=b&sort=name"),
        ("/a?q=x", {"q": None}, "/a"),
        ("/a", {"q": "华 &"}, "/a?q=%E5%8D%8E+%26"),
    ],
)
def test_an_address_changes_by_what_is_named(
    showroom: Flask, path: str, changes: dict[str, Any], expected: str
) -> None:
    with showroom.test_request_context(path):
        assert address_with(**changes) == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("partial", "layout/fragment.html"), ("full", "layout/app.html")]
)
def test_a_page_answers_htmx_as_it_asks(showroom: Flask, kind: str, expected: str) -> None:
    with showroom.test_request_context(headers={"HX-Request-Type": kind}):
        assert request.headers["HX-Request-Type"] == kind
        assert layout() == expected


def test_an_unknown_asset_is_named(showroom: Flask) -> None:
    with (
        showroom.test_request_context(),
        pytest.raises(AssetMissing, match=r"'logo\.png'.*main\.js"),
    ):
        asset("logo.png")


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    call = re.compile(r"""icon(?:_name)?["']?\s*[(=:]\s*["']([a-z0-9-]+)["']""")
    named = {name for path in ALL_TEMPLATES for name in call.findall(path.read_text("utf-8"))}
    assert named
    assert named <= ICONS


def test_every_icon_that_code_names_is_in_the_sprite() -> None:
    call = re.compile(
        r"""navigation_entry\(\s*"\w+",[^"]+"[^"]+"\),\s*"[\w.]+",\s*"([a-z-]+)"|"""
        r"""timeline_kind\(\s*"[\w.]+",\s*"([a-z-]+)\""""
    )
    texts = (path.read_text("utf-8") for path in TEMPLATES.parent.rglob("*.py"))
    named = {name for text in texts for found in call.findall(text) for name in found if name}
    assert {"home", "pencil"} <= named <= ICONS


def test_templates_hold_nothing_that_the_policy_forbids() -> None:
    inline = r"""\sstyle=["']|\son[a-z]+=["']|<style|<script(?![^>]*(?:nonce=|src=))"""
    forbidden = re.compile(inline)
    wrong = [
        path.relative_to(home_folder()).as_posix()
        for path in ALL_TEMPLATES
        if forbidden.search(path.read_text("utf-8"))
    ]
    assert wrong == []


def test_the_frame_leaves_a_page_its_own_names() -> None:
    wholes = [TEMPLATES / "layout" / f"{name}.html" for name in ("base", "app", "public")]
    names = re.findall(
        r"{%-? set ([\w, ]+?) =", "".join(path.read_text("utf-8") for path in wholes)
    )
    assert names
    assert [name for name in ", ".join(names).split(", ") if not name.startswith("frame_")] == []
