"""Drawn plugin fields fit the definitions of the packs in plugins/, and the account's trade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from tierline.config import home_folder
from tierline.packs.contributions import Field
from tierline.packs.loading import load, plugin_folders
from tierline.plugins.pack import Pack
from tierline.simulate import INDUSTRIES, World, simulate_world

PLAIN = {"integer": int, "decimal": Decimal, "percent": Decimal, "money": Decimal}


@pytest.fixture(scope="module")
def defined() -> Mapping[str, Field]:
    releases = load(plugin_folders(home_folder() / "plugins")).releases.values()
    return {field.key: field for release in releases for field in Pack(release).fields()}


@pytest.fixture(scope="module", params=sorted(INDUSTRIES))
def world(request: pytest.FixtureRequest) -> World:
    return simulate_world(6, request.param, 400, 12, "zh_CN")


def fits(field: Field, value: str) -> bool:
    if field.type in PLAIN:
        number = PLAIN[field.type](value)
        least, most = field.minimum, field.maximum
        return (least is None or number >= least) and (most is None or number <= most)
    if field.type == "choice":
        return value in {choice.key for choice in field.choices}
    if field.type == "date":
        return bool(date.fromisoformat(value))
    return value in ("true", "false") if field.type == "boolean" else bool(value)


def test_every_value_fits_its_field(world: World, defined: Mapping[str, Field]) -> None:
    for account in world.accounts:
        for key, value in account.fields.items():
            assert fits(defined[key], value), (account.external_key, key, value)


def test_fields_belong_to_the_account_s_groups(world: World, defined: Mapping[str, Field]) -> None:
    for account in world.accounts:
        for key in account.fields:
            groups = defined[key].groups
            assert not groups or set(groups) & set(account.groups)


def test_all_fields_of_the_industry_are_drawn(world: World, defined: Mapping[str, Field]) -> None:
    drawn = {key for account in world.accounts for key in account.fields}
    expected = {key for key in defined if key.startswith((world.industry, "essentials"))}
    assert expected <= drawn


def test_groups_beside_customers_bring_their_fields(defined: Mapping[str, Field]) -> None:
    accounts = simulate_world(6, "manufacturing", 600, 6).accounts
    drawn = {key for account in accounts for key in account.fields}
    plugins = ("suppliers", "regulators", "channel_partners")
    assert {key for key in defined if key.startswith(plugins)} <= drawn


def test_some_values_are_unknown(world: World) -> None:
    customers = [a for a in world.accounts if not world.truth[a.external_key].duplicate_of]
    known = sum("essentials__annual_purchase" in a.fields for a in customers) / len(customers)
    assert 0.75 < known < 0.95


def test_the_share_of_wallet_is_what_is_bought_of_what_is_needed() -> None:
    world = simulate_world(6, "manufacturing", 300, 24)
    for account in world.accounts:
        if world.truth[account.external_key].state == "churned":
            assert account.fields.get("manufacturing__share_of_wallet", "0.0") == "0.0"


def test_signs_of_risk_are_worse_where_trade_is_fading() -> None:
    world = simulate_world(6, "manufacturing", 600, 24)
    drops: dict[str, list[float]] = {"active": [], "churned": []}
    for account in world.accounts:
        state = world.truth[account.external_key].state
        drop = account.fields.get("manufacturing__quote_hit_drop")
        if state in drops and drop is not None:
            drops[state].append(float(drop))
    means = {state: sum(found) / len(found) for state, found in drops.items()}
    assert means["churned"] > means["active"] + 5
