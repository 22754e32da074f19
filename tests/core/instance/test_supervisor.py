"""The supervisor: keeps programs running, stops them in order, and leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from core.instance.conftest import eventually
from tierline.instance.errors import InstanceError
from tierline.instance.programs import Program
from tierline.instance.signals import StopRequested
from tierline.instance.supervisor import Supervisor

# Under xdist the test process has a second thread; the supervisor's has not.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


Ready = Callable[[], None]


def note_and_sleep(data: Path, name: str, ready: Ready) -> None:
    """Note that we run and, at SIGTERM, that we end."""

    def end(*_: object) -> None:
        with (data / "order").open("a") as file:
            file.write(f"{name}\n")
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    (data / name).write_text(f"{os.getpid()}")
    ready()
    time.sleep(120)


def be_stubborn(data: Path, name: str, ready: Ready) -> None:
    """Ignore SIGTERM, with a child that runs, too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    command = [sys.executable, "-c", "import time; time.sleep(120)", str(data)]
    child = subprocess.Popen(command)
    (data / name).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(120)


def fail(data: Path, name: str, ready: Ready) -> None:
    """Fail at once."""
    sys.exit(3)


def program(
    data: Path,
    name: str,
    run: Callable[[Path, str, Ready], None] = note_and_sleep,
    grace: float = 10,
) -> Program:
    return Program(name, partial(run, data, name), signal.SIGKILL, grace)


def is_running(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started(data: Path, *names: str) -> Callable[[], bool]:
    return lambda: all((data / name).exists() for name in names)


def order(data: Path) -> list[str]:
    """Return who has noted that it ends, in order."""
    return (data / "order").read_text().split() if (data / "order").exists() else []


def run_until(
    supervisor: Supervisor,
    condition: Callable[[], bool],
    seconds: float = 60,
    asked_to_renew: Callable[[], bool] = lambda: False,
) -> bool:
    """Let the supervisor run until the condition holds; return whether it came to."""
    end = time.monotonic() + seconds

    def look() -> None:
        if condition() or time.monotonic() > end:
            raise StopRequested

    with pytest.raises(StopRequested):
        supervisor.run(look, asked_to_renew)
    return condition()


def test_programs_stop_in_their_order(data: Path) -> None:
    names = ["web", "scheduler", "worker"]
    supervisor = Supervisor([program(data, name) for name in names], lambda line: None)
    supervisor.start(started(data, *names))
    supervisor.stop(lambda: False)
    assert (data / "order").read_text().split() == names
    assert not any(is_running(int((data / name).read_text())) for name in names)


def test_a_program_that_ends_is_started_again(data: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([program(data, "worker")], said.append)
    supervisor.start(started(data, "worker"))
    first = (data / "worker").read_text()
    os.kill(int(first), signal.SIGKILL)
    assert run_until(supervisor, lambda: (data / "worker").read_text() not in ("", first))
    supervisor.stop(lambda: False)
    assert said == ["The worker ended (by SIGKILL); it is started again."]


def test_a_program_that_keeps_failing_is_not_started_all_the_time(data: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([program(data, "worker", fail)], said.append)
    (one,) = supervisor.all
    one.start()
    seen: list[float] = []
    run_until(supervisor, lambda: bool(seen.append(one.not_before)) or one.failures == 3)
    assert one.not_before - one.started > 1
    assert set(said) == {"The worker ended (exit code 3); it is started again."}


def fail_when_fresh(data: Path, name: str, ready: Ready) -> None:
    """Fail where the first process has noted that it runs."""
    if (data / name).exists():
        sys.exit(3)
    note_and_sleep(data, name, ready)


def test_programs_are_renewed_one_after_the_other_and_the_old_ones_end(data: Path) -> None:
    names = ["web", "scheduler", "worker"]
    supervisor = Supervisor([program(data, name) for name in names], lambda line: None)
    supervisor.start(started(data, *names))
    first = [int((data / name).read_text()) for name in names]
    asked = iter([True])
    renewed = run_until(
        supervisor, lambda: "worker" in order(data), asked_to_renew=lambda: next(asked, False)
    )
    assert renewed
    assert order(data) == names
    second = [int((data / name).read_text()) for name in names]
    assert not set(first) & set(second)
    assert not any(is_running(number) for number in first)
    assert all(is_running(number) for number in second)
    supervisor.stop(lambda: False)
    assert not any(is_running(number) for number in second)


def test_where_the_new_process_does_not_start_the_old_one_stays(data: Path) -> None:
    said: list[str] = []
    programs = [program(data, "web server", fail_when_fresh), program(data, "worker")]
    supervisor = Supervisor(programs, said.append)
    supervisor.start(started(data, "web server", "worker"))
    first = [int((data / name).read_text()) for name in ("web server", "worker")]
    assert not supervisor.renew()
    assert said == ["The new web server does not start (exit code 3); the old one stays."]
    assert [int((data / name).read_text()) for name in ("web server", "worker")] == first
    assert all(is_running(number) for number in first)
    supervisor.stop(lambda: False)
    assert not any(is_running(number) for number in first)


def test_a_program_that_can_not_start_ends_the_start_by_name(data: Path) -> None:
    supervisor = Supervisor([program(data, "web server", fail)], lambda line: None)
    with pytest.raises(InstanceError, match=r"The web server can't be started \(exit code 3\)"):
        supervisor.start(lambda: False)
    supervisor.stop(lambda: False)


@pytest.mark.parametrize(
    ("grace", "in_haste"),
    [
        pytest.param(0.2, False, id="its grace is over"),
        pytest.param(600, True, id="somebody asked twice"),
    ],
)
def test_a_stubborn_program_is_ended_with_its_children(
    data: Path, grace: float, in_haste: bool
) -> None:
    supervisor = Supervisor([program(data, "worker", be_stubborn, grace)], lambda line: None)
    supervisor.start(started(data, "worker"))
    both = [int(number) for number in (data / "worker").read_text().split()]
    assert all(is_running(number) for number in both)
    supervisor.stop(lambda: in_haste)
    assert eventually(lambda: not any(is_running(number) for number in both))
