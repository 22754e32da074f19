"""Every pack's golden examples, through the engine that tiers: accounts in, expected tiers out."""

from __future__ import annotations

import pytest

from tierline.config import home_folder
from tierline.packs.loading import load, plugin_folders
from tierline.tiering.examples import run_examples

RELEASES = load(plugin_folders(home_folder() / "plugins")).releases


@pytest.mark.parametrize("plugin", sorted(RELEASES))
def test_golden_accounts_get_their_tiers(plugin: str) -> None:
    document = RELEASES[plugin].document
    beside = [each.document for name, each in RELEASES.items() if name != plugin]
    outcomes = run_examples(document, beside)
    assert len(outcomes) == sum(len(each["accounts"]) for each in document["tests"].values())
    assert [outcome for outcome in outcomes if not outcome.passed] == []
