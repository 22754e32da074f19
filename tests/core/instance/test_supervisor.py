"""The supervisor: keeps programs running, stops them in order, and leaves none behind."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.instance.conftest import eventually, running_in
from tierline.instance.errors import InstanceError
from tierline.instance.programs import Program
from tierline.instance.signals import StopRequested
from tierline.instance.supervisor import Supervisor

NOTE_AND_SLEEP = """
import signal, sys, time
from pathlib import Path
folder, name = Path(sys.argv[1]), sys.argv[2]
def end(*_):
    with (folder / "order").open("a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / name).write_text(str(time.monotonic()))
time.sleep(120)
"""
STUBBORN = """
import signal, sys, subprocess, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)", sys.argv[1]])
(Path(sys.argv[1]) / sys.argv[2]).touch()
time.sleep(120)
"""


def program(data: Path, name: str, code: str = NOTE_AND_SLEEP, grace: float = 10) -> Program:
    return Program(name, (sys.executable, "-c", code, str(data), name), signal.SIGKILL, grace)


def started(data: Path, *names: str) -> Callable[[], bool]:
    return lambda: all((data / name).exists() for name in names)


def run_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Let the supervisor run until the condition holds; return whether it came to."""
    end = time.monotonic() + seconds

    def look() -> None:
        if condition() or time.monotonic() > end:
            raise StopRequested

    with pytest.raises(StopRequested):
        supervisor.run(look)
    return condition()


def test_programs_stop_in_their_order(data: Path) -> None:
    names = ["web", "scheduler", "worker"]
    supervisor = Supervisor([program(data, name) for name in names], {}, lambda line: None)
    supervisor.start(started(data, *names))
    supervisor.stop(lambda: False)
    assert (data / "order").read_text().split() == names
    assert running_in(data) == []


def test_a_program_that_ends_is_started_again(data: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([program(data, "worker")], {}, said.append)
    supervisor.start(started(data, "worker"))
    first = (data / "worker").read_text()
    (running,) = running_in(data)
    running.kill()
    assert run_until(supervisor, lambda: (data / "worker").read_text() not in ("", first))
    supervisor.stop(lambda: False)
    assert said == ["The worker ended (by SIGKILL); it is started again."]


def test_a_program_that_keeps_failing_is_not_started_all_the_time(data: Path) -> None:
    said: list[str] = []
    code = "import sys; sys.exit(3)"
    supervisor = Supervisor([program(data, "worker", code)], {}, said.append)
    (one,) = supervisor.all
    one.start()
    seen: list[float] = []
    run_until(supervisor, lambda: bool(seen.append(one.not_before)) or one.failures == 3)
    assert one.not_before - one.started > 1
    assert set(said) == {"The worker ended (exit code 3); it is started again."}


def test_a_program_that_can_not_start_ends_the_start_by_name(data: Path) -> None:
    code = "import sys; sys.exit(3)"
    supervisor = Supervisor([program(data, "web server", code)], {}, lambda line: None)
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
    supervisor = Supervisor([program(data, "worker", STUBBORN, grace)], {}, lambda line: None)
    supervisor.start(started(data, "worker"))
    assert len(running_in(data)) == 2
    supervisor.stop(lambda: in_haste)
    assert eventually(lambda: running_in(data) == [])
