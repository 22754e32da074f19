"""Every pack's golden examples, through the engine that tiers: accounts in, expected tiers out."""

from __future__ import annotations

import pytest
from sqlalchemy import column, table

from tierline.config import home_folder
from tierline.metrics.source import Source
from tierline.metrics.units import to_stored
from tierline.packs import records
from tierline.packs.golden import GoldenAccount, GoldenExample, golden_examples
from tierline.packs.loading import load, plugin_folders
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import population_of
from tierline.rules.population import AccountValues
from tierline.rules.scheme import read_scheme

DOCUMENTS = [
    release.document
    for release in load(plugin_folders(home_folder() / "plugins")).releases.values()
]
METRICS = {each.id: each for document in DOCUMENTS for each in records.metrics(document)}
FIELDS = {each.id: each for document in DOCUMENTS for each in records.fields(document)}
SCHEMES = {each.id: each for document in DOCUMENTS for each in records.schemes(document)}
EXAMPLES = [example for document in DOCUMENTS for example in golden_examples(document)]

SOURCE = Source(
    rows=table("nothing"),
    account_id=column("id"),
    groups=column("groups"),
    columns={id: column("value") for id in METRICS},
    units={id: metric.unit for id, metric in METRICS.items()},
    group_bits={},
)


def values_of(place: int, account: GoldenAccount) -> AccountValues:
    """Return an account's values as the store would hold them."""
    metrics = {id: to_stored(value, METRICS[id].unit) for id, value in account.metrics.items()}
    fields = {FIELDS[id].key: value for id, value in account.fields.items()}
    return AccountValues(metrics, fields, key=f"{place:03}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.scheme)
def test_golden_accounts_get_their_tiers(example: GoldenExample) -> None:
    scheme = read_scheme(SCHEMES[example.scheme])
    values = [values_of(place, account) for place, account in enumerate(example.accounts)]
    population = population_of(scheme, SOURCE, values)
    for account, known in zip(example.accounts, values, strict=True):
        outcome = evaluate(scheme, population, SOURCE, known, FIELDS)
        assert (account.name, outcome.tier) == (account.name, account.tier)
        if account.score is not None:
            assert outcome.score is not None
            assert (account.name, round(float(outcome.score), 2)) == (account.name, account.score)
        if account.incomplete is not None:
            assert (account.name, outcome.incomplete) == (account.name, account.incomplete)
