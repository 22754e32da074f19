"""Documents that nobody can change: plugins and features share them across requests and tenants."""

from __future__ import annotations

from typing import Any, NoReturn


class FrozenDict(dict[str, Any]):
    """A mapping that refuses every change; it still compares and serialises as a dict."""

    def _refuse(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError("a plugin's document can't be changed; make a copy")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def freeze(value: Any) -> Any:
    """Return the value with every mapping a FrozenDict and every list a tuple."""
    if isinstance(value, dict):
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value
