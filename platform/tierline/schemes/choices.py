"""What can be chosen in a scheme's form: the metrics that its plugin may name, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tierline.configuration.queries import document_in_force
from tierline.packs.contributions import Field
from tierline.packs.frozen import freeze
from tierline.packs.names import OWN
from tierline.plugins.queries import enabled_plugins, fields, metrics
from tierline.plugins.words import Words
from tierline.web.language import localized


@dataclass(frozen=True)
class Choices:
    """Metrics by id and title, fields of accounts, and the words for conditions."""

    metrics: list[tuple[str, str]]
    fields: list[Field]
    told: Words
    is_sound: bool  # whether the document holds together, so that its conditions can be told

    def field(self, id: str) -> Field | None:
        """Return a field that can be named, by its id, or None."""
        return next((each for each in self.fields if each.id == id), None)

    def title_of(self, criterion: Mapping[str, Any]) -> str:
        """Return a criterion's title, or its metric's."""
        return localized(criterion.get("title")) or self.told.title(criterion.get("metric", ""))

    def sentence(self, condition: Any) -> str:
        """Return a condition as a sentence; nothing where it can't be told yet."""
        return self.told.condition(freeze(condition)) if self.is_sound else ""


def choices_for(plugin: str, *, is_sound: bool) -> Choices:
    """Return what a scheme of a plugin can name: metrics of its own, of what it requires, and those
    that the company made; the company's own schemes name any."""
    known = [*metrics()]
    needed = document_in_force(plugin)["manifest"]["requires"]
    reach = set(enabled_plugins()) if plugin == OWN else {plugin, OWN, *needed}
    options = [(each.id, localized(each.title)) for each in known if each.id.split(":")[0] in reach]
    of_accounts = [each for each in fields("account") if each.id.split(":")[0] in reach]
    told = Words([*fields(), *known])
    return Choices(sorted(options, key=lambda each: each[1]), of_accounts, told, is_sound)
