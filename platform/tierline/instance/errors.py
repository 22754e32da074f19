"""What can go wrong while an instance starts, each as one line for whoever started it."""

from __future__ import annotations

from tierline.errors import TierlineError
from tierline.marking import N_


class InstanceError(TierlineError):
    """An instance needs a data directory, servers and a port of its own."""

    code = "instance"
    status = 500
    title = N_("The instance can't run")
