"""Stop signals: the first unwinds, and none is lost."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from tierline.instance.signals import StopRequested, StopSignals


def test_a_stop_that_was_swallowed_is_told_again() -> None:
    with StopSignals() as signals:
        assert not signals.take_reload()
        with suppress(StopRequested):  # as Python does where it hits a finalizer
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopRequested):
            signals.take_reload()
    assert not signals.in_haste
