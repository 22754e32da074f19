"""The reference of hooks, records and the manifest, written from the code that defines them.

Types and remarks are taken from the source, so that the page says what the code says.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import tokenize
from collections.abc import Iterator
from io import StringIO
from types import ModuleType
from typing import Any

from tierline.packs.contributions import Manifest
from tierline.packs.documents import FORMATS
from tierline.packs.folders import PLAIN_FILES
from tierline.plugins import hooks
from tierline.plugins.dispatch import RECORDS

HEAD = """\
# Reference for plugin authors

Written from the code by `tierline plugins docs`; a test fails where it is out of date. What the
words of the YAML files mean is told in [plugins.md](plugins.md), how to begin in
[tutorial.md](tutorial.md).
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *_hooks(), *_manifest(), *_records(), *_folders()]) + "\n"


def hook_classes() -> list[type[Any]]:
    """Return the classes that specify hooks, in the order of the source."""
    found = [
        each
        for each in vars(hooks).values()
        if inspect.isclass(each) and each.__module__ == hooks.__name__ and specified(each)
    ]
    return sorted(found, key=lambda each: inspect.getsourcelines(each)[1])


def specified(hook_class: type[Any]) -> list[str]:
    """Return the names of the hooks that a class specifies."""
    return [
        name
        for name, value in vars(hook_class).items()
        if inspect.isfunction(value) and hasattr(value, f"{hooks.PROJECT}_spec")
    ]


def _hooks() -> Iterator[str]:
    yield "## Hooks\n"
    yield (inspect.getdoc(hooks) or "").partition("\n\n")[2] + "\n"
    for each in hook_classes():
        yield f"### {_first_line(each)}\n"
        for name in specified(each):
            function = getattr(each, name)
            yield f"#### `{name}`\n"
            yield f"```python\n{_signature(function)}\n```\n"
            yield inspect.getdoc(function) or ""
            yield ""


def _signature(function: Any) -> str:
    """Return a hook's signature as its author writes it, without the class's self."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101 - a hook is a function
    definition.args.args = [each for each in definition.args.args if each.arg != "self"]
    arguments, returns = ast.unparse(definition.args), definition.returns
    answer = f" -> {ast.unparse(returns)}" if returns else ""
    return f"def {definition.name}({arguments}){answer}: ..."


def _manifest() -> Iterator[str]:
    yield "## Manifest (`plugin.yaml`)\n"
    yield "`schema: 1`, then:\n"
    yield from _fields_of(Manifest)


def _records() -> Iterator[str]:
    yield "## Records\n"
    yield "What hooks return, frozen; and what these are made of.\n"
    for module in _record_modules():
        for record in _dataclasses_of(module):
            if record is not Manifest:
                hook = next((name for name, kind in RECORDS.items() if kind is record), None)
                yield f"### `{record.__name__}`\n"
                yield inspect.getdoc(record) or ""
                yield f"\nReturned by `{hook}`.\n" if hook else ""
                yield from _fields_of(record)


def _record_modules() -> list[ModuleType]:
    """Return the modules that define what hooks return, each once."""
    names = dict.fromkeys(kind.__module__ for kind in RECORDS.values())
    return [sys.modules[name] for name in names]


def _dataclasses_of(module: ModuleType) -> list[type[Any]]:
    found = [
        each
        for each in vars(module).values()
        if inspect.isclass(each)
        and dataclasses.is_dataclass(each)
        and each.__module__ == module.__name__
    ]
    return sorted(found, key=lambda each: inspect.getsourcelines(each)[1])


def _fields_of(record: type[Any]) -> Iterator[str]:
    yield "| Field | Type | When left out | |"
    yield "|---|---|---|---|"
    remarks = _remarks(record)
    for field in dataclasses.fields(record):
        kind = str(field.type).replace("|", "\\|")
        yield f"| `{field.name}` | `{kind}` | {_default(field)} | {remarks.get(field.name, '')} |"
    yield ""


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"`{field.default!r}`"
    if field.default_factory is not dataclasses.MISSING:
        return f"`{field.default_factory()!r}`"
    return "needed"


def _remarks(record: type[Any]) -> dict[str, str]:
    """Return the remark behind each field in the source."""
    source = inspect.getsource(record)
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - a record is a class
    return {
        node.target.id: comments[node.lineno].replace("|", "\\|")
        for node in definition.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.lineno in comments
    }


def _folders() -> Iterator[str]:
    yield "## Folder\n"
    yield f"Beside {', '.join(f'`{name}`' for name in PLAIN_FILES)}, a pack holds YAML files in:\n"
    for kind in FORMATS:
        yield f"* `{kind}/`"


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0].rstrip(".")
