"""Every model of the core, imported in one place so that migrations and the ORM know them all."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

FEATURES = (
    "tenancy",
    "audit",
    "jobs",
    "mail",
    "identity",
    "plugins",
    "accounts",
    "imports",
    "contacting",
    "ledger",
    "metrics",
    "rules",
    "tiering",
    "configuration",
    "schemes",
    "own_metrics",
    "backtests",
    "risk",
    "tenant_files",
)


def feature_modules(part: str, features: tuple[str, ...] = FEATURES) -> list[str]:
    """Return the names of the features' modules `part`; a feature without one is left out."""
    names = [f"tierline.{feature}.{part}" for feature in features if _exists(feature)]
    return [name for name in names if find_spec(name) is not None]


def _exists(feature: str) -> bool:
    return find_spec(f"tierline.{feature}") is not None


MODELS = [import_module(name) for name in feature_modules("models")]
