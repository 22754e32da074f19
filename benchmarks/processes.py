"""Processor time of processes that the benchmark did not start itself, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process and its children, those that ended included."""
    total = _ticks(pid, ended_children=True)
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        children = []
    return (total + sum(_ticks(int(child)) for child in children)) / TICKS


def _ticks(pid: int, *, ended_children: bool = False) -> int:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it has just ended
        return 0
    last = 15 if ended_children else 13
    return sum(int(ticks) for ticks in after_name[11:last])
