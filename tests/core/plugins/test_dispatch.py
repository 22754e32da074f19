"""The guard round plugins' code: who answers, in what order, and what a failure does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pluggy
import pytest

from tierline.packs.contributions import StakeholderGroup
from tierline.plugins import dispatch
from tierline.plugins.dispatch import FAILURES, WITHIN_SECONDS, Dispatcher
from tierline.plugins.hooks import PROJECT, ContributionHooks, hookimpl

TENANT = 7
NAMED = {"en": "x", "zh_CN": "x"}


def group(id: str, weight: int = 100) -> StakeholderGroup:
    key = id.partition(":")[2]
    return StakeholderGroup(id, key, NAMED, NAMED, NAMED, weight=weight)


class Code:
    """A plugin whose answer is given; counts how often it is asked."""

    def __init__(self, answer: Callable[[], Iterable[Any]]) -> None:
        self.answer, self.asked = answer, 0

    @hookimpl
    def stakeholder_groups(self) -> Iterable[StakeholderGroup]:
        self.asked += 1
        return self.answer()


class Setting:
    """A manager with packs and at most one extension, its dispatcher, and what was suspended."""

    def __init__(self, *, extension: str | None = None, **plugins: Code) -> None:
        self.names = {id: f"{id}{'+code' if id == extension else '@1'}" for id in plugins}
        self.suspended: list[tuple[int, str, str]] = []
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(ContributionHooks)
        for id, code in plugins.items():
            manager.register(code, self.names[id])
        self.dispatcher = Dispatcher(manager, lambda *what: self.suspended.append(what))

    def ask(self, *enabled: str, tenant: int = TENANT) -> list[str]:
        chosen = frozenset(self.names[id] for id in enabled or self.names)
        return [found.id for found in self.dispatcher.call("stakeholder_groups", chosen, tenant)]


def fail(error: BaseException) -> Callable[[], Iterable[Any]]:
    def answer() -> Iterable[Any]:
        raise error

    return answer


def fail_late() -> Iterable[Any]:
    yield group("bad:one")
    raise RuntimeError("in the middle")


def test_answers_are_sorted_by_weight_then_id_whatever_the_order_of_registration() -> None:
    one = Code(lambda: [group("one:z", 10), group("one:b")])
    two = Code(lambda: [group("two:a", 10), group("two:c")])
    order = ["one:z", "two:a", "one:b", "two:c"]
    assert Setting(one=one, two=two).ask() == order
    assert Setting(two=two, one=one).ask() == order


def test_only_enabled_plugins_are_asked() -> None:
    one, two = Code(lambda: [group("one:a")]), Code(lambda: [group("two:a")])
    setting = Setting(one=one, two=two)
    assert setting.ask("two") == ["two:a"]
    assert one.asked == 0


def test_an_answer_is_kept() -> None:
    one, two = Code(lambda: [group("one:a")]), Code(lambda: [group("two:a")])
    setting = Setting(one=one, two=two)
    for enabled in ((), (), ("one",), ("two",)):
        setting.ask(*enabled)
    assert (one.asked, two.asked) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        fail(ValueError("no")),
        fail(SystemExit(3)),
        fail(RecursionError()),
        fail_late,
        lambda: None,
        lambda: ["text"],
        lambda: [group("other:a")],
    ],
    ids=["error", "exit", "recursion", "half way", "nothing", "wrong type", "another's id"],
)
def test_a_failing_plugin_leaves_the_others_answers_whole(answer: Any) -> None:
    setting = Setting(good=Code(lambda: [group("good:a")]), bad=Code(answer))
    assert setting.ask() == ["good:a"]


def hang() -> Iterable[Any]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        yield group("bad:one")


def naps() -> None:
    """Sleep far longer than any machine stalls, in naps, so that the thread can be ended."""
    for _ in range(300):
        time.sleep(0.1)


# The end of the busy thread may fall into a callback of the test tools, which only report it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("answer", [hang, naps], ids=["busy", "asleep"])
def test_an_extension_that_takes_too_long_is_left_out_and_counts_as_a_failure(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(dispatch, "LIMIT_SECONDS", 0.1)
    bad, good = Code(answer), Code(lambda: [group("good:a")])
    setting = Setting(good=good, bad=bad, extension="bad")
    for _ in range(FAILURES):
        assert setting.ask() == ["good:a"]
    why = "stakeholder_groups: TookTooLong: no answer within 0.1 seconds"
    assert setting.suspended == [(TENANT, "bad", why)]
    assert (good.asked, bad.asked) == (1, FAILURES)


def test_a_plugin_that_fails_repeatedly_is_suspended_for_that_tenant_only() -> None:
    setting = Setting(good=Code(lambda: [group("good:a")]), bad=Code(fail(ValueError("no"))))
    for _ in range(FAILURES - 1):
        setting.ask()
        setting.ask(tenant=8)
    assert setting.suspended == []
    setting.ask()
    assert setting.suspended == [(TENANT, "bad", "stakeholder_groups: ValueError: no")]


def test_a_plugin_that_mends_itself_answers_again() -> None:
    answers = iter([fail(ValueError()), lambda: [group("bad:a")]])
    setting = Setting(bad=Code(lambda: next(answers)()))
    assert (setting.ask(), setting.ask()) == ([], ["bad:a"])


def test_failures_far_apart_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(bad=Code(fail(ValueError())))
    for at in range(0, FAILURES * 2 * WITHIN_SECONDS, WITHIN_SECONDS):
        monkeypatch.setattr(time, "monotonic", lambda at=at: float(at))
        setting.ask()
    assert setting.suspended == []
