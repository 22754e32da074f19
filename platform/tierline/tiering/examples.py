"""Running golden examples: accounts in, the tiers that they must get out, by the engine that tiers.

They run without a database, so that authors, upgrades and a tenant's changed rules are held
against them alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tierline.metrics.source import Source
from tierline.metrics.units import to_stored
from tierline.packs import records
from tierline.packs.contributions import Field, Metric
from tierline.packs.golden import GoldenAccount, GoldenExample, golden_examples
from tierline.rules.evaluate import evaluate
from tierline.rules.measuring import population_of
from tierline.rules.population import AccountValues
from tierline.rules.scheme import read_scheme


@dataclass(frozen=True)
class ExampleOutcome:
    """What came of one account of an example: tier, score and completeness, expected and found.

    A score or completeness that the example does not expect is None on both sides.
    """

    scheme: str
    account: str
    expected: tuple[str | None, float | None, bool | None]
    found: tuple[str | None, float | None, bool | None]

    @property
    def passed(self) -> bool:
        """Return whether what was found is what was expected."""
        return self.expected == self.found

    def to_document(self) -> dict[str, Any]:
        """Return the outcome as JSON can hold it."""
        return {**vars(self), "expected": [*self.expected], "found": [*self.found]}


def run_examples(
    document: Mapping[str, Any], beside: Iterable[Mapping[str, Any]] = ()
) -> list[ExampleOutcome]:
    """Return the outcomes of a plugin's golden examples; `beside` holds what it may refer to.

    An example that names what is not there (the tenant has hidden it) is left out.
    """
    documents = [*beside, document]
    metrics = {each.id: each for one in documents for each in records.metrics(one)}
    fields = {each.id: each for one in documents for each in records.fields(one)}
    schemes = {each.id: each for one in documents for each in records.schemes(one)}
    outcomes: list[ExampleOutcome] = []
    for example in golden_examples(document):
        if example.scheme in schemes and _is_whole(example, metrics, fields):
            scheme = read_scheme(schemes[example.scheme])
            outcomes += _run(example, scheme, metrics, fields)
    return outcomes


def _is_whole(
    example: GoldenExample, metrics: Mapping[str, Metric], fields: Mapping[str, Field]
) -> bool:
    return all(
        account.metrics.keys() <= metrics.keys() and account.fields.keys() <= fields.keys()
        for account in example.accounts
    )


def _run(
    example: GoldenExample, scheme: Any, metrics: Mapping[str, Metric], fields: Mapping[str, Field]
) -> Iterable[ExampleOutcome]:
    source = Source.of_units({id: metric.unit for id, metric in metrics.items()})
    values = [
        _values(place, account, metrics, fields) for place, account in enumerate(example.accounts)
    ]
    population = population_of(scheme, source, values)
    for account, known in zip(example.accounts, values, strict=True):
        outcome = evaluate(scheme, population, source, known, fields)
        score = None if outcome.score is None else round(float(outcome.score), 2)
        yield ExampleOutcome(
            example.scheme,
            account.name,
            (account.tier, account.score, account.incomplete),
            (
                outcome.tier,
                None if account.score is None else score,
                None if account.incomplete is None else outcome.incomplete,
            ),
        )


def _values(
    place: int,
    account: GoldenAccount,
    metrics: Mapping[str, Metric],
    fields: Mapping[str, Field],
) -> AccountValues:
    """Return an account's values as the store would hold them."""
    stored = {id: to_stored(value, metrics[id].unit) for id, value in account.metrics.items()}
    entered = {fields[id].key: value for id, value in account.fields.items()}
    return AccountValues(stored, entered, key=f"{place:03}")
