"""For tests of plugins: a pytest plugin with an application, tenants, people and records.

In a `conftest.py`:

    pytest_plugins = ["tierline.testing.plugin"]

    @pytest.fixture(scope="session")
    def packs() -> list[Path]:
        return [Path(__file__).parents[1]]  # the folder with plugin.yaml

The fixtures stand on real servers (the extra `tierline[testing]` brings them); a test process has a
database of its own, and tests keep apart by tenant. The platform's own tests use the same ones.
"""

from tierline.testing.companies import Browser, Company, working_in
from tierline.testing.servers import locked, settings_for, superuser

__all__ = ["Browser", "Company", "locked", "settings_for", "superuser", "working_in"]
