"""Which servers and which secret an instance works with."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tierline.config import SettingsError
from tierline.instance import opening
from tierline.instance.errors import InstanceError
from tierline.instance.folders import open_folders
from tierline.instance.opening import check_database, open_instance
from tierline.instance.postgres import shared_memory_type
from tierline.instance.secret import find_secret
from tierline.instance.wish import Wish

NAMED = Wish(database_url="postgresql://db/tierline", redis_url="redis://queue")


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TIERLINE_DATA", "TIERLINE_ENV"):
        monkeypatch.delenv(name, raising=False)


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://env/tierline")
    monkeypatch.setenv("REDIS_URL", "redis://env")
    assert Wish().database == "postgresql://env/tierline"
    assert NAMED.database == "postgresql://db/tierline"
    assert not Wish().needs_servers


@pytest.mark.parametrize(
    ("wish", "needs"),
    [
        (Wish(), True),
        (Wish(database_url="postgresql://db/x"), True),
        (Wish(redis_url="redis://queue"), True),
        (NAMED, False),
    ],
)
def test_embedded_servers_stand_in_for_what_is_not_named(wish: Wish, needs: bool) -> None:
    assert wish.needs_servers is needs


def test_the_data_directory_is_named_by_option_environment_or_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Wish().folder.name == ".data"
    monkeypatch.setenv("TIERLINE_DATA", str(tmp_path / "environment"))
    assert Wish().folder == tmp_path / "environment"
    assert Wish(data=tmp_path / "option").folder == tmp_path / "option"


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    assert find_secret(tmp_path, make=False) == ""
    made = find_secret(tmp_path, make=True)
    assert len(made) == 64
    assert find_secret(tmp_path, make=True) == find_secret(tmp_path, make=False) == made
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_servers_of_ones_own_need_a_secret_of_ones_own(tmp_path: Path) -> None:
    wish = Wish(tmp_path / "data", NAMED.database_url, NAMED.redis_url)
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"), open_instance(wish):
        pass


def test_servers_of_ones_own_need_no_folders_of_embedded_ones(tmp_path: Path) -> None:
    open_folders(tmp_path / "data", with_servers=False)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["locks"]


def test_an_old_postgresql_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_server_version", lambda url: 170006)
    with pytest.raises(InstanceError) as refused:
        check_database("postgresql://db/tierline")
    assert refused.value.message == "The database is PostgreSQL 17; Tierline needs 18 or newer."


def test_parallel_queries_do_without_a_small_shared_memory(tmp_path: Path) -> None:
    assert shared_memory_type(tmp_path) == "posix"
    assert shared_memory_type(tmp_path / "missing") == "mmap"
