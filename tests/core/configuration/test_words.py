"""Documents' addresses and values in words."""

from __future__ import annotations

from flask import Flask

from tierline.configuration.words import tier_names, value

TIERS = [
    {"id": "key", "title": {"en": "Key", "zh_CN": "重点客户"}},
    {"id": "rest", "title": {"en": "Ordinary", "zh_CN": "普通客户"}},
]
DOCUMENT = {"tiering": {"grid": {"title": {"en": "Grid", "zh_CN": "矩阵"}, "tiers": TIERS}}}


def test_a_rules_tiers_are_called_by_their_names(app: Flask) -> None:
    with app.test_request_context():
        names = tier_names("tiering/grid#/rule/cells", DOCUMENT)
        assert (
            value([["key", "rest"], ["rest", "lost"]], names) == "Key · Ordinary · Ordinary · lost"
        )
        assert value([{"tier": "key", "from": 3}], names) == "tier: Key; from: 3"


def test_elsewhere_a_word_is_not_taken_for_a_tier(app: Flask) -> None:
    with app.test_request_context():
        assert tier_names("tiering/grid#/weight", DOCUMENT) == {}
        assert tier_names("fields/key#/type", DOCUMENT) == {}
