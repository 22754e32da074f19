"""The real data that benchmarks read, found as the tests find them."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

RETAIL = "02_online_retail/onlineretail__onlineretail.csv.gz"


def data_folder() -> Path:
    """Return the folder of real data: $TIERLINE_TEST_DATA, or shared/data beside the checkout."""
    given = os.environ.get("TIERLINE_TEST_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        raise SystemExit(f"There is no data in {folder}; set TIERLINE_TEST_DATA.")
    return folder


def retail_csv(folder: Path) -> Path:
    """Unpack the 541,909 lines of Online Retail into `folder` and return the CSV's path."""
    target = folder / "online_retail.csv"
    with gzip.open(data_folder() / RETAIL) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1 << 20)
    return target
