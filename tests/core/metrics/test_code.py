"""Metrics that an extension computes: asked by the batch, checked, and unknown where it fails."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from sqlalchemy import select, update

from conftest import Company, working_in
from tierline.accounts.models import Account
from tierline.config import home_folder
from tierline.configuration import service
from tierline.db import db
from tierline.metrics import code, queries
from tierline.metrics.definitions import define
from tierline.metrics.service import bring_up_to_date, touch
from tierline.metrics.units import from_stored
from tierline.packs import records
from tierline.packs.loading import load, plugin_folders
from tierline.plugins import dispatch, manager
from tierline.plugins.batches import MetricBatch
from tierline.plugins.hooks import hookimpl
from tierline.plugins.manager import Plugins, suspender
from tierline.plugins.queries import get_entry
from trading import Sale, make_accounts, trade

TRIAL = Path(__file__).parents[2] / "trial"
AS_OF = datetime.date(2026, 6, 30)
TEXTS = "title: {en: x, zh_CN: x}\nsummary: {en: x, zh_CN: x}\nperiod: {en: x, zh_CN: x}\n"
METRIC = TEXTS + "unit: ratio\nnull: {en: x, zh_CN: x}\ncompute: "
TWICE = "{code: {fields: [size]}}"
PER_SALE = "{code: {fields: [size], metrics: [essentials:sales_total, twice]}}"
ROUND = "{ratio: {of: per_sale, to: twice, scale: one}}"

Compute = Callable[[MetricBatch], Any]


def honest(batch: MetricBatch) -> Sequence[Decimal | None]:
    """Compute twice the size, and sales for each of that."""
    sizes = batch.inputs["trial:size"]
    if batch.metric == "trial:twice":
        return [size and size * 2 for size in sizes]
    sales, twice = batch.inputs["essentials:sales_total"], batch.inputs["trial:twice"]
    return [a / b if a is not None and b else None for a, b in zip(sales, twice, strict=True)]


class Trial:
    """The code of the extension `trial`; notes what it is asked."""

    def __init__(self, compute: Compute) -> None:
        self.compute = compute
        self.asked: list[MetricBatch] = []

    @hookimpl
    def compute_metric(self, batch: MetricBatch) -> Any:
        self.asked.append(batch)
        return self.compute(batch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of the extension `trial`, with two metrics that its code computes."""
    folder = shutil.copytree(TRIAL, tmp_path / "trial")
    manifest = folder / "plugin.yaml"
    manifest.write_text(manifest.read_text().replace("kind: pack", "kind: extension"))
    for name, compute in {"twice": TWICE, "per_sale": PER_SALE, "round": ROUND}.items():
        (folder / "metrics" / f"{name}.yaml").write_text(METRIC + compute + "\n")
    return folder


@pytest.fixture
def install(
    app: Flask, tenant: Company, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Trial]]:
    """Return a function that installs the extension with this code, and enables it."""
    loaded = load(plugin_folders(home_folder() / "plugins") | {"trial": folder})

    def installed(compute: Compute = honest) -> Trial:
        trial = Trial(compute)
        plugins = Plugins(loaded, {"trial": trial}, suspender(app))
        monkeypatch.setitem(app.extensions, manager.KEY, plugins)
        service.enable("trial")
        db.session.commit()
        return trial

    with working_in(app, tenant):
        yield installed


def make_sized(**sizes: int) -> None:
    """Make accounts of these sizes, each with a purchase of 100, and one without a size."""
    trade(Sale(key, AS_OF, Decimal(100)) for key in sizes)
    make_accounts(["without"])
    for key, size in sizes.items():
        changed = update(Account).where(Account.external_key == key)
        db.session.execute(changed.values(fields={"trial__size": size}))
    db.session.commit()


def values(metric: str, source: Any = None) -> dict[str, Decimal | None]:
    """Return a metric of each account, from the store where no source is given."""
    source = source or queries.store_source(queries.definitions())
    rows = db.session.execute(
        select(Account.external_key, source.columns[f"trial:{metric}"])
        .join_from(source.rows, Account, Account.id == source.account_id)
        .where(Account.tenant_id == db.session().scope.tenant_id)
    )
    return {key: from_stored(value, "ratio") for key, value in rows}


def test_one_call_computes_a_metric_for_all_accounts(install: Callable[..., Trial]) -> None:
    trial = install()
    make_sized(a=2, b=5)
    bring_up_to_date(AS_OF)
    assert values("twice") == {"a": 4, "b": 10, "without": None}
    assert values("per_sale") == {"a": 25, "b": 10, "without": None}
    assert values("round") == {"a": Decimal("6.25"), "b": 1, "without": None}
    assert [batch.metric for batch in trial.asked] == ["trial:twice", "trial:per_sale"]
    assert [len(batch.accounts) for batch in trial.asked] == [2, 2]
    assert {batch.as_of for batch in trial.asked} == {AS_OF}


def test_many_accounts_are_asked_about_in_batches(
    install: Callable[..., Trial], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "AT_ONCE", 2)
    trial = install()
    make_sized(a=1, b=2, c=3)
    bring_up_to_date(AS_OF)
    twice = [len(each.accounts) for each in trial.asked if each.metric == "trial:twice"]
    assert twice == [2, 1]
    assert values("twice") == {"a": 2, "b": 4, "c": 6, "without": None}


def test_an_account_of_which_no_input_is_known_is_not_asked_about(
    install: Callable[..., Trial],
) -> None:
    trial = install()
    make_accounts(["without"])
    bring_up_to_date(AS_OF)
    assert trial.asked == []


def test_touching_one_account_asks_about_that_one(install: Callable[..., Trial]) -> None:
    trial = install()
    make_sized(a=2, b=5)
    bring_up_to_date(AS_OF)
    trial.asked.clear()
    ids = make_accounts(["a"])
    db.session.execute(
        update(Account).where(Account.external_key == "a").values(fields={"trial__size": 3})
    )
    touch([ids["a"]])
    assert [batch.accounts for batch in trial.asked] == [(ids["a"],)] * 2
    assert values("twice") == {"a": 6, "b": 10, "without": None}


def test_a_past_date_is_computed_without_the_store(install: Callable[..., Trial]) -> None:
    install()
    make_sized(a=2)
    source = queries.source_as_of(AS_OF - datetime.timedelta(days=1), queries.definitions())
    assert values("twice", source) == {"a": 4, "without": None}
    assert values("per_sale", source) == {"a": None, "without": None}


def test_the_code_has_no_application_and_no_tenant(install: Callable[..., Trial]) -> None:
    seen: list[bool] = []

    def look(batch: MetricBatch) -> Sequence[None]:
        seen.append(has_app_context())
        return [None] * len(batch.accounts)

    install(look)
    make_sized(a=2)
    bring_up_to_date(AS_OF)
    assert seen == [False, False]


def raises(batch: MetricBatch) -> Any:
    raise RuntimeError("no")


def leaves(batch: MetricBatch) -> Any:
    raise SystemExit(1)


def hangs(batch: MetricBatch) -> Any:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pass


WRONG: dict[str, Compute] = {
    "it raises": raises,
    "it leaves": leaves,
    "it hangs": hangs,
    "it returns nothing": lambda batch: None,
    "it returns too few": lambda batch: [1] * (len(batch.accounts) - 1),
    "it returns no number": lambda batch: [float("nan")] * len(batch.accounts),
    "it returns the infinite": lambda batch: [float("inf")] * len(batch.accounts),
    "it returns text": lambda batch: ["1"] * len(batch.accounts),
    "it returns yes": lambda batch: [True] * len(batch.accounts),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_leaves_the_metric_unknown_and_the_others_as_they_are(
    install: Callable[..., Trial], monkeypatch: pytest.MonkeyPatch, wrong: Compute
) -> None:
    if wrong is hangs:
        monkeypatch.setattr(dispatch, "LIMIT_SECONDS", 1.0)

    def partly(batch: MetricBatch) -> Any:
        return wrong(batch) if batch.metric == "trial:per_sale" else honest(batch)

    install(partly)
    make_sized(a=2, b=5)
    bring_up_to_date(AS_OF)
    assert values("per_sale") == {"a": None, "b": None, "without": None}
    assert values("round") == {"a": None, "b": None, "without": None}
    assert values("twice") == {"a": 4, "b": 10, "without": None}
    assert values("size") == {"a": Decimal("0.002"), "b": Decimal("0.005"), "without": None}


def test_after_three_failures_the_plugin_is_suspended_and_the_store_goes_on(
    install: Callable[..., Trial],
) -> None:
    trial = install(raises)
    make_sized(a=2)
    for days in range(3):
        bring_up_to_date(AS_OF + datetime.timedelta(days=days))
        db.session.commit()
    entry = get_entry("trial")
    assert (entry.state, entry.reason) == ("suspended", "compute_metric: RuntimeError: no")
    asked = len(trial.asked)
    bring_up_to_date(AS_OF + datetime.timedelta(days=9))
    assert len(trial.asked) == asked


def test_a_raised_revision_computes_the_store_anew(folder: Path) -> None:
    def digest() -> str:
        loaded = load(plugin_folders(home_folder() / "plugins") | {"trial": folder})
        documents = [loaded.releases[name].document for name in ("essentials", "trial")]
        metrics = [metric for document in documents for metric in records.metrics(document)]
        fields = [field for document in documents for field in records.fields(document)]
        return define(metrics, fields)["trial:twice"].digest

    first, metric = digest(), folder / "metrics" / "twice.yaml"
    assert digest() == first
    metric.write_text(metric.read_text().replace("[size]", "[size], revision: 2"))
    assert digest() != first


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("plugin.yaml", "kind: extension", "kind: pack"), "only an extension may compute by code"),
        (("metrics/twice.yaml", "{fields: [size]}", "{}"), "must name what it is computed from"),
        (("metrics/twice.yaml", "fields: [size]", "metrics: [per_sale]"), "leads back to itself"),
        (
            ("metrics/round.yaml", ROUND, "{share: {of: size}}\n#"),
            "rests on a share of all accounts, which code may not",
        ),
    ],
)
def test_a_metric_that_code_may_not_compute_is_named(
    folder: Path, change: tuple[str, str, str], what: str
) -> None:
    file, before, after = change
    path = folder / file
    path.write_text(path.read_text().replace(before, after))
    if "round" in file:
        path.write_text(path.read_text().replace("unit: ratio", "unit: percent"))
        other = folder / "metrics" / "twice.yaml"
        other.write_text(other.read_text().replace(TWICE, "{code: {metrics: [round]}}"))
    loaded = load(plugin_folders(home_folder() / "plugins") | {"trial": folder})
    assert what in str(loaded.failed["trial"].fields)
