"""`dispatch`: asking plugins for what they contribute, with 50 plugins and 10,000 tenants.

The plugins are packs as large as those of the repository, whose documents they have under names of
their own. Each tenant has a random set of them enabled, one of a few hundred that differ. A request
asks every contribution hook, with a set that it has just made: equal to one that was asked with
before, never the same object, as it is when a request has read it from the database. Measured are
the calls of the dispatcher; reading what a tenant has enabled is one query a request, and not here.
Nothing waits in a call, so its time is the processor's, which a busy machine does not stretch.

Its memory is what the plugins hold to answer (their records, what pluggy keeps of them) and the
answers that are kept. The packs' documents, which a process has of what is installed in any case,
are counted apart.

There is no floor that does as little as this must: the goals are times and sizes themselves, so the
ratio is the greater share of the two that was used up. A bare look-up stands in the details.
"""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Sequence
from statistics import median
from typing import Any

import orjson
import pluggy

from benchmarks.measure import Measurement
from tierline.config import home_folder
from tierline.packs.leaves import plain
from tierline.packs.loading import load, plugin_folders
from tierline.packs.releases import Release, release_of
from tierline.plugins.dispatch import RECORDS, Dispatcher
from tierline.plugins.hooks import PROJECT, ContributionHooks
from tierline.plugins.pack import Pack

PLUGINS = 50
TENANTS = 10_000
SETS = 400
GOAL_MICROSECONDS = 5.0
GOAL_MEBIBYTES = 10.0
HOOKS = tuple(RECORDS)
MEBIBYTE = 2**20
SEED = 7


def measure(runs: int = 5) -> Measurement:
    """Measure a call on the warm path, and the memory that plugins and kept answers take."""
    documents = _documents()
    tenants = _tenants([release_of(document).name for document in documents])
    mebibytes = _memory(documents, tenants)
    dispatcher = _dispatcher(documents)
    cold = _ask(dispatcher, tenants)
    warm = [_ask(dispatcher, tenants) for _ in range(runs)]
    product = median(processor for _, processor in warm)
    dispatch = mebibytes["records"] + mebibytes["answers"]
    share = max(product / GOAL_MICROSECONDS, dispatch / GOAL_MEBIBYTES)
    return Measurement(
        name="dispatch",
        what=f"a call with {PLUGINS} plugins, {TENANTS:,} tenants, {SETS} sets; answers kept",
        floor=f"no floor: the goals, this and {GOAL_MEBIBYTES:g} MiB; the greater share counts",
        ratio=share,
        goal=1.0,
        product=product,
        base=GOAL_MICROSECONDS,
        unit="microseconds",
        runs=runs,
        details={
            "microseconds_by_the_clock": round(median(seconds for seconds, _ in warm), 3),
            "bare_look_up_microseconds": round(median(_look_up(tenants) for _ in range(runs)), 3),
            "first_round_microseconds": round(cold[1], 3),
            "mebibytes": round(dispatch, 2),
            "mebibytes_of": {name: round(size, 2) for name, size in mebibytes.items()},
            "records_a_call": round(_records(dispatcher, tenants), 1),
        },
    )


def _documents() -> list[dict[str, Any]]:
    """Return the documents of as many packs as there are to be, each under an id of its own."""
    found = load(plugin_folders(home_folder() / "plugins")).releases
    models = [plain(found[plugin].document) for plugin in sorted(found)]
    made = []
    for number in range(PLUGINS):
        document = _own(models[number % len(models)])
        document["manifest"]["id"] = f"pack{number}"
        made.append(document)
    return made


def _own(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with texts of its own, as one read from the database has them."""
    own: dict[str, Any] = orjson.loads(orjson.dumps(document))
    return own


def _tenants(names: Sequence[str]) -> list[frozenset[str]]:
    """Return what each tenant has enabled: one of a few hundred sets, each a new object."""
    chance = random.Random(SEED)
    sets: list[list[str]] = []
    while len(sets) < SETS:
        drawn = sorted(chance.sample(names, chance.randint(1, PLUGINS)))
        if drawn not in sets:
            sets.append(drawn)
    return [frozenset(chance.choice(sets)) for _ in range(TENANTS)]


def _dispatcher(documents: Sequence[dict[str, Any]]) -> Dispatcher:
    return _registered([release_of(document) for document in documents])


def _registered(releases: Sequence[Release]) -> Dispatcher:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(ContributionHooks)
    for release in releases:
        manager.register(Pack(release), release.name)
    return Dispatcher(manager, _never)


def _never(tenant_id: int, plugin: str, reason: str) -> None:
    raise RuntimeError(f"{plugin} failed: {reason}")


def _ask(dispatcher: Dispatcher, tenants: Sequence[frozenset[str]]) -> tuple[float, float]:
    """Ask every hook for every tenant; return the microseconds a call, by clock and processor.

    The sets are made anew before, so that none knows its hash; the loop itself counts.
    """
    fresh = [frozenset(set(enabled)) for enabled in tenants]
    call = dispatcher.call
    begin, used = time.perf_counter(), time.process_time()
    for tenant_id, enabled in enumerate(fresh):
        for hook in HOOKS:
            call(hook, enabled, tenant_id)
    calls = len(fresh) * len(HOOKS)
    seconds, processor = time.perf_counter() - begin, time.process_time() - used
    return seconds * 1e6 / calls, processor * 1e6 / calls


def _look_up(tenants: Sequence[frozenset[str]]) -> float:
    """Return the microseconds of a look-up in a dictionary with the keys of the dispatcher's."""
    kept = {(hook, enabled): () for enabled in set(tenants) for hook in HOOKS}
    fresh = [frozenset(set(enabled)) for enabled in tenants]
    begin = time.process_time()
    for enabled in fresh:
        for hook in HOOKS:
            kept[hook, enabled]
    return (time.process_time() - begin) * 1e6 / (len(fresh) * len(HOOKS))


def _memory(
    documents: Sequence[dict[str, Any]], tenants: Sequence[frozenset[str]]
) -> dict[str, float]:
    """Return what the documents, the plugins with their records, and kept answers take, in MiB.

    As Python's allocator counts it, in a round of its own, since counting makes calls slow.
    """
    sizes = {}
    gc.collect()
    tracemalloc.start()
    begin = tracemalloc.get_traced_memory()[0]
    releases = [release_of(_own(document)) for document in documents]
    sizes["documents"] = tracemalloc.get_traced_memory()[0] - begin
    dispatcher = _registered(releases)
    sizes["records"] = tracemalloc.get_traced_memory()[0] - begin - sum(sizes.values())
    for enabled in set(tenants):
        kept = frozenset(set(enabled))  # the answers' own key, as of the first request that asked
        for hook in HOOKS:
            dispatcher.call(hook, kept, 0)
    gc.collect()
    sizes["answers"] = tracemalloc.get_traced_memory()[0] - begin - sum(sizes.values())
    tracemalloc.stop()
    return {name: size / MEBIBYTE for name, size in sizes.items()}


def _records(dispatcher: Dispatcher, tenants: Sequence[frozenset[str]]) -> float:
    """Return how many records a call returns on average."""
    counts = [len(dispatcher.call(hook, each, 0)) for each in tenants for hook in HOOKS]
    return sum(counts) / len(counts)
