"""Levels of quality: what a plugin must have beyond being valid (bronze) for silver and for gold.

Each rule is a function over one plugin that yields what is missed, with the file and what to do. A
plugin may exempt itself from a rule in its manifest, with a reason that is shown; not from bronze.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tierline.packs.contributions import LOCALES
from tierline.packs.folders import MANIFEST_FILE
from tierline.packs.problems import did_you_mean

LEVELS = ("bronze", "silver", "gold")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")
SHORTEST_README = 200  # characters
SUMMARISED = ("groups", "fields", "metrics", "tiering", "surveys", "risk", "playbooks")


@dataclass(frozen=True)
class Missed:
    """Something that a level asks for and the plugin has not: where, by which rule, what to do."""

    file: str
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.rule}: {self.what}"


@dataclass(frozen=True)
class Subject:
    """A valid plugin: its folder and its normalised document."""

    folder: Path
    document: Mapping[str, Any]

    @property
    def plugin(self) -> str:
        """Return the plugin's id."""
        return str(self.document["manifest"]["id"])

    def items(self, *kinds: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the items of these kinds: kind, name, document."""
        for kind in kinds:
            for name, item in self.document.get(kind, {}).items():
                yield kind, name, item


Finding = tuple[str, str]
"""The file below the plugin's folder, and what to do."""


def readme(subject: Subject) -> Iterator[Finding]:
    """README.md says what the plugin is for, in at least 200 characters below a title."""
    text = _text(subject, "README.md")
    if text is None:
        yield "README.md", "is missing: write what the plugin is for, and for whom"
    elif not text.startswith("# "):
        yield "README.md", 'must begin with a title: "# Name of the plugin"'
    elif len(text) < SHORTEST_README:
        yield "README.md", f"is shorter than {SHORTEST_README} characters: say more"


def changelog(subject: Subject) -> Iterator[Finding]:
    """CHANGELOG.md tells what the current version brings."""
    version = subject.document["manifest"]["version"]
    text = _text(subject, "CHANGELOG.md")
    if text is None:
        yield "CHANGELOG.md", "is missing"
    elif not re.search(rf"^## {re.escape(version)}\n+(?!#)\S", text, re.MULTILINE):
        yield "CHANGELOG.md", f'must have a section "## {version}" that says what is new'


def languages(subject: Subject) -> Iterator[Finding]:
    """Every text is written in both languages, and each in its own."""
    for file, path, text in _texts(subject):
        english, chinese = text["en"], text["zh_CN"]
        if CHINESE.search(english):
            yield file, f"{path}.en holds Chinese"
        same = chinese.isupper() or _is_sign(path, english, chinese)
        if not (CHINESE.search(chinese) or same):
            yield file, f"{path}.zh_CN is not Chinese: translate it"


def _is_sign(path: str, english: str, chinese: str) -> bool:
    """Return whether a text is the same everywhere: A, 1–3, the unit ppm."""
    return english == chinese and (path == "unit" or not WORD.search(chinese))


def summaries(subject: Subject) -> Iterator[Finding]:
    """Every item says in a summary what it is."""
    for kind, name, item in subject.items(*SUMMARISED):
        if not item.get("summary"):
            yield f"{kind}/{name}.yaml", "add a summary in both languages"


def examples(subject: Subject) -> Iterator[Finding]:
    """Golden examples cover every tier of every scheme, and one account with something unknown."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for _kind, _name, example in subject.items("tests"):
        told.setdefault(example["scheme"], []).extend(example["accounts"])
    for _kind, name, scheme in subject.items("tiering"):
        accounts = told.get(f"{subject.plugin}:{name}", [])
        file = f"tests/{name}.yaml"
        if not accounts:
            yield file, f"is missing: write golden examples for {name}"
            continue
        covered = {account["tier"] for account in accounts}
        for tier in scheme["tiers"]:
            if tier["id"] not in covered:
                yield file, f'add an account that gets the tier "{tier["id"]}" of {name}'
        needed = set(_metrics_named(scheme["rule"]))
        if needed and all(needed <= set(account["metrics"]) for account in accounts):
            yield file, f"add an account of which a metric of {name} is unknown"


def personal_data(subject: Subject) -> Iterator[Finding]:
    """A plugin with sensitive fields, or fields of contacts, says what personal data it keeps."""
    held = [
        name
        for _kind, name, field in subject.items("fields")
        if field["sensitive"] or field["record"] == "contact"
    ]
    if held and not subject.document["manifest"].get("personal_data"):
        names = ", ".join(held)
        yield MANIFEST_FILE, f"declare personal_data: what, why, retention (for {names})"


def edges(subject: Subject) -> Iterator[Finding]:
    """Golden examples stand on every edge of every criterion and axis."""
    values: dict[str, set[Any]] = {}
    for _kind, _name, example in subject.items("tests"):
        for account in example["accounts"]:
            for id, value in account["metrics"].items():
                values.setdefault(id, set()).add(value)
    for _kind, name, scheme in subject.items("tiering"):
        for metric, edge in _edges_in(scheme["rule"]):
            if edge not in values.get(metric, ()):
                yield f"tests/{name}.yaml", f"add an account whose {metric} is exactly {edge}"


def lifecycle(subject: Subject) -> Iterator[Finding]:
    """The plugin is past its trial: lifecycle production or mature, with a support address."""
    head = subject.document["manifest"]
    if head["lifecycle"] not in ("production", "mature"):
        yield MANIFEST_FILE, "lifecycle must be production or mature"
    if "@" not in head["support"] and "://" not in head["support"]:
        yield MANIFEST_FILE, "support must be an address or an e-mail"


def survey(subject: Subject) -> Iterator[Finding]:
    """Each stakeholder group of the plugin has a survey template."""
    asked = {item.get("group") for _kind, _name, item in subject.items("surveys")}
    for _kind, name, group in subject.items("groups"):
        if group["key"] not in asked:
            yield f"surveys/{name}.yaml", f"add a survey template for the group {group['key']}"


def risk_model(subject: Subject) -> Iterator[Finding]:
    """An industry or stakeholder plugin has a risk model."""
    yield from _at_least_one(subject, "risk", "a risk model")


def playbook(subject: Subject) -> Iterator[Finding]:
    """An industry or stakeholder plugin has a playbook."""
    yield from _at_least_one(subject, "playbooks", "a playbook")


Rule = Callable[[Subject], Iterator[Finding]]
RULES: Mapping[str, tuple[Rule, ...]] = {
    "silver": (readme, changelog, languages, summaries, examples, personal_data),
    "gold": (edges, lifecycle, survey, risk_model, playbook),
}


def check_level(subject: Subject, level: str) -> list[Missed]:
    """Return what a valid plugin lacks for a level; what it exempts itself from is left out."""
    exempt = subject.document["manifest"].get("exemptions", {})
    names = [rule.__name__ for rules in RULES.values() for rule in rules]
    manifest = f"{subject.plugin}/{MANIFEST_FILE}"
    missed = [
        Missed(manifest, "exemptions", f'there is no rule "{name}"{did_you_mean(name, names)}')
        for name in exempt
        if name not in names
    ]
    for rules in [RULES[each] for each in LEVELS[1 : LEVELS.index(level) + 1]]:
        for rule in (rule for rule in rules if rule.__name__ not in exempt):
            missed += [
                Missed(f"{subject.plugin}/{file}", rule.__name__, what)
                for file, what in rule(subject)
            ]
    return missed


def _text(subject: Subject, name: str) -> str | None:
    path = subject.folder / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _texts(subject: Subject) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield every text for people: its file, its path there, the text."""
    for path, text in _texts_in(subject.document["manifest"], ""):
        yield MANIFEST_FILE, path, text
    kinds = [kind for kind in subject.document if kind not in ("manifest", "tests")]
    for kind, name, item in subject.items(*kinds):
        for path, text in _texts_in(item, ""):
            yield f"{kind}/{name}.yaml", path, text


def _texts_in(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(value, Mapping):
        if set(value) == set(LOCALES):
            yield path, value
            return
        for key, inner in value.items():
            yield from _texts_in(inner, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _texts_in(inner, f"{path}[{place}]")


def _metrics_named(value: Any) -> Iterator[str]:
    """Yield the ids of the metrics that a rule names."""
    if isinstance(value, Mapping):
        if isinstance(value.get("metric"), str):
            yield value["metric"]
        for inner in value.values():
            yield from _metrics_named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _metrics_named(inner)


def _edges_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each metric's edges in a rule."""
    if isinstance(value, Mapping):
        if isinstance(value.get("metric"), str):
            for edge in value.get("edges", ()):
                yield value["metric"], edge
        for inner in value.values():
            yield from _edges_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _edges_in(inner)


def _at_least_one(subject: Subject, kind: str, what: str) -> Iterator[Finding]:
    due = subject.document["manifest"]["category"] in ("industry", "stakeholders")
    if due and not subject.document.get(kind):
        yield f"{kind}/", f"add {what}"
