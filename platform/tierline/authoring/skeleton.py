"""A folder to begin with: a valid plugin whose texts, rules and examples its author replaces.

It is valid at once (bronze). Chinese texts repeat the English ones and the README is short, so that
`check --level silver` names everything that is still to be written.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from tierline.errors import Conflict, Invalid
from tierline.packs.names import PLUGIN_ID

MANIFEST = """\
schema: 1
id: $id
version: 0.1.0
kind: $kind
title: {en: $title, zh_CN: $title}
summary:
  en: What this plugin is for, in a sentence
  zh_CN: What this plugin is for, in a sentence
publisher: Your name
license: MIT
support: you@example.com
category: $category
lifecycle: incubation
core_api: ">=1,<2"
"""
README = """\
# $title

What it is for, and for whom.
"""
CHANGELOG = """\
# Changelog

## 0.1.0

The first release.
"""
GROUP = """\
key: $group
title: {en: $title, zh_CN: $title}
plural: {en: $title, zh_CN: $title}
summary: {en: Whom this group holds, zh_CN: Whom this group holds}
"""
FIELD = """\
record: account
type: money
title: {en: Annual need, zh_CN: Annual need}
summary:
  en: What the party needs in a year, from all its sources
  zh_CN: What the party needs in a year, from all its sources
minimum: 0
groups: [$group]
"""
METRIC = """\
title: {en: Annual need, zh_CN: Annual need}
summary:
  en: What the party needs in a year, as entered
  zh_CN: What the party needs in a year, as entered
unit: money
period: {en: a year, zh_CN: a year}
null: {en: not entered, zh_CN: not entered}
compute: {field: annual_need}
"""
SCHEME = """\
title: {en: By need, zh_CN: By need}
summary: {en: By what the party needs in a year, zh_CN: By what the party needs in a year}
group: $group
kind: table
tiers:
  - {id: large, title: {en: Large, zh_CN: Large}, color: blue}
  - {id: medium, title: {en: Medium, zh_CN: Medium}, color: green}
  - {id: small, title: {en: Small, zh_CN: Small}, color: gray}
rule:
  rules:
    - {id: large, when: {metric: annual_need, op: ge, value: 1000000}, tier: large}
    - {id: medium, when: {metric: annual_need, op: ge, value: 100000}, tier: medium}
    - {id: small, when: {metric: annual_need, op: lt, value: 100000}, tier: small}
"""
EXAMPLES = """\
scheme: by_need
accounts:
  - {name: Needs a million, metrics: {annual_need: 1000000}, tier: large}
  - {name: Needs less than a million, metrics: {annual_need: 999999.99}, tier: medium}
  - {name: Needs less than a hundred thousand, metrics: {annual_need: 99999.99}, tier: small}
  - {name: Nobody has asked yet, tier: null}
"""
PROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "tierline-$dashed"
version = "0.1.0"
description = "$title for Tierline"
requires-python = ">=3.11,<3.14"
dependencies = ["tierline"]

[project.entry-points."tierline.plugins"]
$id = "tierline_$id.plugin"

[tool.hatch.build.targets.wheel]
packages = ["tierline_$id"]
"""
PACKAGE = '''\
"""The code of the plugin $id: trusted code, which runs with the server's rights."""
'''
CODE = '''\
"""What the code of this plugin contributes; its other items stand in the YAML files beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tierline.packs.contributions import Metric
from tierline.plugins.hooks import hookimpl

PACK = Path(__file__).parent.parent


@hookimpl
def metrics() -> Iterable[Metric]:
    """Return the metrics that are put together in code."""
    return [
        Metric(
            id="$id:need_by_code",
            title={"en": "Annual need, by code", "zh_CN": "Annual need, by code"},
            summary={"en": "The same as annual_need", "zh_CN": "The same as annual_need"},
            unit="money",
            period={"en": "a year", "zh_CN": "a year"},
            null={"en": "not entered", "zh_CN": "not entered"},
            compute={"field": "$id:annual_need"},
        )
    ]
'''
PACK_FILES = {
    "plugin.yaml": MANIFEST,
    "README.md": README,
    "CHANGELOG.md": CHANGELOG,
    "fields/annual_need.yaml": FIELD,
    "metrics/annual_need.yaml": METRIC,
    "tiering/by_need.yaml": SCHEME,
    "tests/by_need.yaml": EXAMPLES,
}
CODE_FILES = {
    "pyproject.toml": PROJECT,
    "tierline_$id/__init__.py": PACKAGE,
    "tierline_$id/plugin.py": CODE,
}


def write(folder: Path, plugin: str, category: str, *, code: bool = False) -> Path:
    """Write a new plugin into `folder`; raises Invalid for its id, Conflict for what is there."""
    if not re.fullmatch(PLUGIN_ID, plugin):
        what = "must be small letters, digits and _, at least two, beginning with a letter"
        raise Invalid(f'The id "{plugin}" {what}.', fields={"id": [what]})
    if folder.exists():
        raise Conflict(f"{folder} is there already.")
    for_group = category == "stakeholders"
    values = {
        "id": plugin,
        "dashed": plugin.replace("_", "-"),
        "title": plugin.replace("_", " ").capitalize(),
        "kind": "extension" if code else "pack",
        "category": category,
        "group": plugin if for_group else "customer",
    }
    files = dict(PACK_FILES)
    files |= {"groups/$id.yaml": GROUP} if for_group else {}
    files |= CODE_FILES if code else {}
    for name, text in files.items():
        path = folder / Template(name).substitute(values)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(values), encoding="utf-8")
    return folder
