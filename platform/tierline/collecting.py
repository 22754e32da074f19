"""Holding garbage collection back while a program is loaded: nearly all that it makes then stays.

It stands below everything and imports nothing of ours, so that the command line can use it first.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Let nothing be collected in the block; afterwards it goes on as before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
