"""What uses an item of the company's configuration, looked at before it is changed or left out.

It is read from the documents in force themselves: whatever they name, a metric in a scheme, a field
in a metric, a scheme in a playbook, is a use; and what uses that is one too, through it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tierline.db import read_once
from tierline.packs.checking import references_in
from tierline.packs.contributions import Text
from tierline.packs.references import FOLDERS
from tierline.plugins.queries import enabled_plugins

Item = tuple[str, str]
"""A folder and a full id: ("metrics", "essentials:sales_12m")."""


@dataclass(frozen=True)
class Use:
    """An item that uses another: by itself, or through a third one."""

    folder: str
    id: str
    title: Text
    through: str | None  # the id of the item between; None: it names the item itself

    @property
    def plugin(self) -> str:
        """Return the plugin of the item."""
        return self.id.partition(":")[0]

    @property
    def name(self) -> str:
        """Return the name of the item within its plugin."""
        return self.id.partition(":")[2]


def uses_of(folder: str, id: str) -> list[Use]:
    """Return all that uses an item of the enabled plugins, the nearest first; each once."""
    users = _users()
    found: dict[Item, Use] = {}
    waiting: list[tuple[Item, str | None]] = [((folder, id), None)]
    for item, through in waiting:
        for (kind, user), title in sorted(users.get(item, {}).items()):
            if (kind, user) not in found and (kind, user) != (folder, id):
                found[kind, user] = Use(kind, user, title, through)
                waiting.append(((kind, user), user))
    return list(found.values())


@read_once
def _users() -> Mapping[Item, Mapping[Item, Text]]:
    """Return, of each item that something names, what names it, with their titles."""
    users: dict[Item, dict[Item, Text]] = defaultdict(dict)
    for plugin, release in enabled_plugins().items():
        document = release.document
        for folder, name, reference in references_in(plugin, document):
            if reference.kind in FOLDERS:
                used = (FOLDERS[reference.kind], reference.id)
                users[used][folder, f"{plugin}:{name}"] = document[folder][name]["title"]
    return users
