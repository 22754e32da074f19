"""What every test stands on: the fixtures of `tierline.testing`, and the folder of real data."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import hypothesis
import pytest

from tierline.config import home_folder
from tierline.testing import Browser, Company, locked, settings_for, superuser, working_in

__all__ = ["Browser", "Company", "locked", "settings_for", "superuser", "working_in"]

hypothesis.settings.register_profile("tierline", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tierline")


gc.set_threshold(50_000, 20, 20)  # a seventh of the tests' time went into looking for garbage


def pytest_collection_finish() -> None:
    """Keep what stands now, modules and tests, out of every later search for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real data; skips the test where there is none."""
    given = os.environ.get("TIERLINE_TEST_DATA")
    folder = Path(given) if given else home_folder().parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data: neither ../shared/data nor $TIERLINE_TEST_DATA is a folder")
    return folder
