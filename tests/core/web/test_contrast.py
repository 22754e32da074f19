"""Every pair of our own colours keeps WCAG 2.2 AA in both themes, read out of the style sheet."""

from __future__ import annotations

import re

import pytest

from tierline.config import home_folder

TOKENS = home_folder() / "platform" / "frontend" / "src" / "tokens.css"
TIERS = ("violet", "blue", "green", "yellow", "orange", "red", "gray")
KINDS = ("info", "success", "warning", "danger", "neutral")
SURFACES = ("page", "surface", "surface-soft")


def palettes() -> dict[str, dict[str, str]]:
    """Return {theme: {token: colour}}; a `--name: #hex` of the first two blocks of the file."""
    blocks = re.findall(r'\[data-bs-theme="(light|dark)"\] \{([^}]*)\}', TOKENS.read_text("utf-8"))
    return {
        theme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for theme, block in reversed(blocks)
        if "--page:" in block
    }


PALETTES = palettes()


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT_PAIRS = [
    *((f"{name}-text", f"{name}-tint") for name in (*TIERS, *KINDS)),
    *((text, surface) for text in ("text", "text-soft", "brand-text") for surface in SURFACES),
    ("text", "surface-hover"),
    ("text-soft", "surface-hover"),
    ("brand-text", "brand-tint"),
    ("text-soft", "brand-tint"),
    ("danger-text", "surface"),
    ("success-text", "surface"),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("on-danger", "danger"),
    ("on-danger", "danger-hover"),
]
MARK_PAIRS = [
    *((f"{name}-mark", "surface") for name in TIERS),
    *((f"{name}-mark", f"{name}-tint") for name in TIERS),
    *((f"chart-{number}", "surface") for number in range(1, 9)),
    ("line-strong", "surface"),
    *(("focus", surface) for surface in SURFACES),
]


def test_both_themes_define_the_same_colours() -> None:
    assert set(PALETTES) == {"light", "dark"}
    assert set(PALETTES["light"]) == set(PALETTES["dark"])


def test_the_ratio_of_black_and_white_is_that_of_the_standard() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_can_be_read(theme: str, front: str, back: str) -> None:
    palette = PALETTES[theme]
    assert ratio(palette[front], palette[back]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), MARK_PAIRS)
def test_marks_and_edges_can_be_seen(theme: str, front: str, back: str) -> None:
    palette = PALETTES[theme]
    assert ratio(palette[front], palette[back]) >= 3
