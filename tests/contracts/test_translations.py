"""Chinese is complete: every text of the code is in the catalogue, translated for sure.

How to change a text and its translation: docs/translations.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tierline.audit.words import action_name
from tierline.config import home_folder
from tierline.errors import TierlineError

PLATFORM = home_folder() / "platform"
CATALOGUE = PLATFORM / "tierline/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["_l", "N_", "lazy_gettext", "lazy_pgettext:1c,2"])

EXTENSIONS = {
    path.parent: path.parent / "locale" / "zh_CN.po"
    for path in sorted((home_folder() / "plugins").glob("*/pyproject.toml"))
    if list(path.parent.glob("templates"))
}

Key = tuple[str | None, str]


def name_of(catalogue: Path) -> str:
    """Return whose catalogue it is."""
    return "platform" if catalogue == CATALOGUE else catalogue.parts[-3]


def key_of(context: str | None, message: str | tuple[str, ...]) -> Key:
    """Return a message's key: its context and its (singular) text."""
    return context, message if isinstance(message, str) else message[0]


def extracted(folder: Path = PLATFORM, mapping: Path = PLATFORM / "babel.cfg") -> dict[Key, str]:
    """Return where each text of the code in a folder stands, by key."""
    with mapping.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(folder, methods, options, KEYWORDS)
    return {key_of(context, text): f"{file}:{line}" for file, line, text, _notes, context in found}


@pytest.fixture(scope="module", params=[CATALOGUE, *EXTENSIONS.values()], ids=name_of)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """Return a catalogue: the platform's, or an extension's."""
    with request.param.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def platforms() -> Catalog:
    """Return the platform's catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def messages(catalogue: Catalog) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield what each message is called, its texts, and its translations."""
    for message in catalogue:
        if message.id:
            texts = [message.id] if isinstance(message.id, str) else list(message.id)
            chinese = message.string
            yield texts[0], texts, [chinese] if isinstance(chinese, str) else list(chinese)


@pytest.mark.parametrize("folder", EXTENSIONS, ids=lambda folder: folder.name)
def test_an_extension_brings_exactly_the_texts_that_the_platform_lacks(platforms, folder):
    with EXTENSIONS[folder].open("rb") as file:
        own = {key_of(message.context, message.id) for message in read_po(file) if message.id}
    known = {key_of(message.context, message.id) for message in platforms}
    said = set(extracted(folder, folder.parent / "babel.cfg"))
    assert said - known == own


def test_every_text_of_the_code_is_in_the_catalogue(platforms):
    known = {key_of(message.context, message.id) for message in platforms}
    missing = {key: place for key, place in extracted().items() if key not in known}
    assert missing == {}


def test_the_catalogue_holds_nothing_that_the_code_does_not_say(platforms):
    said = set(extracted())
    known = {key_of(message.context, message.id) for message in platforms if message.id}
    assert known - said == set()
    assert not platforms.obsolete


def test_every_text_is_translated_for_sure(catalogue):
    assert [name for name, _, chinese in messages(catalogue) if not all(chinese)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_a_translation_names_what_its_text_names(catalogue):
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)\w|%[a-z]", text))

    wrong = [
        name
        for name, texts, chinese in messages(catalogue)
        if any(names(text) != names(texts[-1]) for text in chinese)
    ]
    assert wrong == []


def test_chinese_has_one_form_for_all_numbers(catalogue):
    assert catalogue.num_plurals == 1
    assert [name for name, _, chinese in messages(catalogue) if len(chinese) != 1] == []


def test_chinese_keeps_to_its_punctuation_and_spaces(catalogue):
    """Full-width punctuation after Chinese; a space between Chinese and Latin letters or digits."""
    narrow = re.compile(r"[一-鿿][,;:!?()]|[一-鿿]\.(?!\w)")
    joined = re.compile(r"[一-鿿][A-Za-z0-9]|[A-Za-z0-9][一-鿿]")
    plain = {
        name: re.sub(r"%\(\w+\)s", "", text)
        for name, _, chinese in messages(catalogue)
        for text in chinese
    }
    assert {
        n: text for n, text in plain.items() if narrow.search(text) or joined.search(text)
    } == {}


def test_the_compiled_catalogue_is_the_catalogue(platforms):
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.is_file(), "the build compiles it: uv sync"
    with compiled.open("rb") as file:
        built = list(messages(read_mo(file)))
    assert sorted(built) == sorted(messages(platforms))


def test_every_kind_of_error_has_a_translated_title(app, platforms):
    known = {message.id for message in platforms}
    assert [kind.__name__ for kind in kinds_of(TierlineError) if kind.title not in known] == []


def kinds_of(error: type[TierlineError]) -> Iterator[type[TierlineError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def test_every_action_in_the_audit_log_has_a_name(app):
    folders = [PLATFORM / "tierline", *EXTENSIONS]
    done = {
        node.args[0].value
        for folder in folders
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert done
    assert {action for action in done if action_name(action) == action} == set()
