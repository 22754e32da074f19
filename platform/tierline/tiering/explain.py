"""Why an account is in its tier: criterion, value, points, total, tier, and the rows behind."""

from typing import Any


def explain(*a: Any) -> dict[str, Any]: ...
