"""Where a person is sent next is always an address of ours."""

from __future__ import annotations

import pytest

from tierline.web.preferences import safe_next

OURS = ["/", "/t/acme/accounts?q=1", "/t/acme/accounts#top", "/搜索"]
THEIRS = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/a\r\nSet-Cookie: x=1",
    "/\tevil",
    "evil.example",
    "",
    None,
    "\\\\evil.example",
    "/a\\b",
]


@pytest.mark.parametrize("target", OURS)
def test_a_path_of_ours_is_kept(target):
    assert safe_next(target) == target


@pytest.mark.parametrize("target", THEIRS)
def test_anything_else_leads_to_the_start_page(target):
    assert safe_next(target) == "/"
