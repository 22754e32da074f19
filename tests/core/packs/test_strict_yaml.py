"""YAML read strictly: hostile and ambiguous input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.packs.strict_yaml import MAXIMUM_BYTES, parse


def plain(text: str) -> object:
    node, problems = parse(text.encode(), "f.yaml")
    assert problems == []
    assert node is not None
    return node.plain()


def refusal(content: str | bytes) -> str:
    given = content.encode() if isinstance(content, str) else content
    _node, problems = parse(given, "f.yaml")
    assert len(problems) == 1
    return str(problems[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("0x10", "0x10"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("1_000", "1_000"),
        ("True", "True"),
        ('"true"', "true"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("-5", -5),
        ("4.0", 4.0),
        ("[1, a, {b: false}]", [1, "a", {"b": False}]),
        ("on: off\nnull: 1", {"on": "off", "null": 1}),
    ],
)
def test_what_a_text_means(text: str, value: object) -> None:
    assert plain(text) == value


ALIASES = "a: &a [x]\nb: [*a, *a]\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "f.yaml:1:1: is empty"),
        ("# only a comment", "f.yaml:2:1: is empty"),
        (ALIASES, "f.yaml:1:4: uses an alias or anchor; write the value out"),
        ("a: *x", "f.yaml:1:4: uses an alias or anchor; write the value out"),
        ("a: !!python/name:os.system x", "f.yaml:1:4: uses a tag; only plain values are allowed"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a: stands here twice"),
        ("a: 1\n---\nb: 1\n", "f.yaml:2:1: holds more than one document"),
        ("[a]: 1", "f.yaml:1:1: a key must be plain text"),
        ("a: " + "9" * 16, "f.yaml:1:4: is a number of more than 15 digits"),
        ("[" * 30, "f.yaml:1:25: is deeper than 24 levels"),
        ("[" * 100_000, "f.yaml:1:25: is deeper than 24 levels"),
        (b"a: \xff", "f.yaml:1:1: is not UTF-8 text"),
        (b"ok: 1\na: \xb0\xa1", "f.yaml:2:1: is not UTF-8 text"),
        ("a: [1, 2", "f.yaml:2:1: is not YAML: did not find expected ',' or ']'"),
        (" " * (MAXIMUM_BYTES + 1), "f.yaml:1:1: has more than 256 KiB"),
    ],
)
def test_what_is_refused_and_where(content: str | bytes, message: str) -> None:
    assert refusal(content) == message


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    node, problems = parse(b"\xef\xbb\xbfa: 1", "f.yaml")
    assert node is not None
    assert (node.plain(), problems) == ({"a": 1}, [])


@given(st.binary(max_size=400))
def test_any_bytes_give_a_document_or_a_problem(content: bytes) -> None:
    node, problems = parse(content, "f.yaml")
    assert node is not None or problems


@given(st.text(max_size=200))
def test_any_text_gives_a_document_or_a_problem(text: str) -> None:
    node, problems = parse(text.encode("utf-8", "surrogatepass"), "f.yaml")
    assert node is not None or problems
