"""`tierline.testing` as a plugin's author uses it, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tierline.authoring.skeleton import write

CONFTEST = """
from pathlib import Path
import pytest

pytest_plugins = ["tierline.testing.plugin"]


@pytest.fixture(scope="session")
def packs():
    return [Path(__file__).parents[1] / "hotels"]
"""
TESTS = """
import pytest
from tierline.plugins.queries import fields
from tierline.testing import working_in


def ids(app, company):
    with working_in(app, company):
        return {field.id for field in fields()}


def test_it_is_enabled_for_one_company_only(app, tenant, other_tenant, enable):
    enable("hotels")
    assert "hotels:annual_need" in ids(app, tenant)
    assert "hotels:annual_need" not in ids(app, other_tenant)


def test_an_account_is_closed_to_others(tenant, make_account, assert_isolated):
    account_id = make_account("Lakeview", external_key="L-1")
    assert_isolated(f"/t/{tenant.slug}/accounts/{account_id}")


def test_what_is_open_to_others_is_found(tenant, assert_isolated):
    with pytest.raises(AssertionError, match="is seen at"):
        assert_isolated(f"/t/{tenant.slug}/accounts")


def test_a_viewer_enables_nothing(tenant, login):
    answer = login("viewer").post(f"/t/{tenant.slug}/plugins/hotels/enable")
    assert answer.status_code == 403
"""


def test_an_author_tests_a_pack_with_its_fixtures(tmp_path: Path) -> None:
    write(tmp_path / "hotels", "hotels", "industry")
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text(CONFTEST)
    (tests / "test_hotels.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:valkey"]
    environment = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [*command, f"--basetemp={tmp_path / 'temporary'}", str(tests)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr
