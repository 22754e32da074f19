"""Installing packs while the platform runs: who may, what is refused, and when it is live."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from conftest import Company, working_in
from packing import (
    OPERATOR,
    archived,
    installed_pack,
    make_key,
    new_id,
    signed,
    trusted_key,
    write_pack,
)
from tierline.config import Settings, SettingsError
from tierline.configuration import service
from tierline.db import db
from tierline.errors import Conflict, Forbidden, NotFound
from tierline.packs.problems import PluginInvalid
from tierline.packs.signing import public_key
from tierline.plugins import installing, manager, offers
from tierline.plugins.installing import AskOperator, Installer, install_archive, install_folder
from tierline.plugins.models import PluginInstallation, PluginRelease
from tierline.plugins.overview import overview
from tierline.plugins.queries import catalogue, fields, get_entry
from tierline.plugins.service import sync_releases
from tierline.plugins.trust import distrust

CONSULTANT = Installer("a consultant")


@pytest.fixture(autouse=True)
def _here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def titles(company: Company, app: Flask) -> dict[str, str]:
    """Return the titles of the tenant's fields by id."""
    with working_in(app, company):
        return {field.id: field.title["en"] for field in fields()}


def test_an_archive_is_offered_and_enabled_without_a_restart(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    plugin = installed_pack(tmp_path)
    with working_in(app, tenant):
        entry = get_entry(plugin)
        assert (entry.state, entry.installed_version) == ("available", "1.0.0")
        service.enable(plugin)
        assert f"{plugin}:amount" in {field.id for field in fields()}


def test_it_is_live_in_another_process(app: Flask, settings: Settings, tmp_path: Path) -> None:
    """Another process that runs already offers it at its next look."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tierline.app import create_app\n"
        "from tierline.config import Settings\n"
        "from tierline.plugins.offers import offers\n"
        "from tierline.db import db\n"
        "url, redis, secret, home = sys.argv[1:]\n"
        "home = Path(home)\n"
        "app = create_app(Settings(url, redis, secret, home, home, False))\n"
        "for line in sys.stdin:\n"
        "    with app.app_context():\n"
        "        print(line.strip() in offers(), flush=True)\n"
    )
    arguments = [settings.database_url, settings.redis_url, settings.secret_key, settings.home]
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        plugin = new_id()

        def offered() -> str:
            print(plugin, file=other.stdin, flush=True)
            return other.stdout.readline().strip()

        assert offered() == "False"
        installed_pack(tmp_path, plugin)
        assert offered() == "True"
        other.stdin.close()


def test_a_newer_release_is_offered_and_the_pinned_one_stays(
    app: Flask, tenant: Company, other_tenant: Company, tmp_path: Path
) -> None:
    plugin = installed_pack(tmp_path)
    with working_in(app, tenant):
        service.enable(plugin)
        db.session.commit()
    install_folder(write_pack(tmp_path, plugin, "1.10.0", title="Quantity"), OPERATOR)
    db.session.commit()
    with working_in(app, other_tenant):
        service.enable(plugin)
        db.session.commit()
    id = f"{plugin}:amount"
    assert (titles(tenant, app)[id], titles(other_tenant, app)[id]) == ("Amount", "Quantity")
    (shown,) = [each for each in overview() if each.id == plugin]
    assert (shown.version, shown.source) == ("1.10.0", "folder")
    assert [(pins.version, pins.tenants) for pins in shown.pins] == [("1.0.0", 1), ("1.10.0", 1)]


def test_installing_again_changes_nothing(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    first = install_folder(folder, OPERATOR)
    at = first.installed_at
    assert install_folder(folder, Installer("another", operator=True)).installed_at == at


@pytest.mark.parametrize(
    ("version", "title", "what"),
    [
        ("1.2.0", "Other", "Version 1.2.0 is taken by other contents"),
        ("1.1.9", "Other", "Version 1.1.9 is lower than 1.2.0, which is installed"),
    ],
)
def test_only_a_higher_version_replaces(
    tmp_path: Path, version: str, title: str, what: str
) -> None:
    plugin = installed_pack(tmp_path, version="1.2.0")
    with pytest.raises(Conflict, match=what):
        install_folder(write_pack(tmp_path, plugin, version, title=title), OPERATOR)


def test_a_version_stays_taken_when_it_is_no_longer_offered(tmp_path: Path) -> None:
    plugin = installed_pack(tmp_path)
    install_folder(write_pack(tmp_path, plugin, "2.0.0"), OPERATOR)
    with pytest.raises(Conflict, match=r"Version 1\.0\.0 is taken by other contents"):
        install_folder(write_pack(tmp_path, plugin, "1.0.0", title="Other"), OPERATOR)


def test_an_extension_is_not_installed_this_way(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="An operator installs its distribution"):
        install_folder(write_pack(tmp_path, kind="extension"), OPERATOR)


def test_what_is_required_must_be_installed(tmp_path: Path) -> None:
    base = new_id()
    needing = write_pack(tmp_path, more=f"requires: [{base}]\n")
    with pytest.raises(PluginInvalid) as caught:
        install_folder(needing, OPERATOR)
    assert f'there is no plugin "{base}"' in caught.value.problems[0].what
    installed_pack(tmp_path, base)
    assert install_folder(needing, OPERATOR).state == "installed"


def test_a_release_that_others_can_not_live_with_is_refused(tmp_path: Path) -> None:
    base = installed_pack(tmp_path)
    needing = write_pack(tmp_path, more=f"requires: [{base}]\n")
    (needing / "metrics").mkdir()
    text_ = "{en: x, zh_CN: 某}"
    (needing / "metrics" / "amount.yaml").write_text(
        f"title: {text_}\nsummary: {text_}\nunit: count\nperiod: {text_}\nnull: {text_}\n"
        f"compute: {{field: {base}:amount}}\n",
        encoding="utf-8",
    )
    install_folder(needing, OPERATOR)
    without = write_pack(tmp_path, base, "2.0.0", field="other")
    with pytest.raises(Conflict, match=f"{needing.name}: {base}:amount"):
        install_folder(without, OPERATOR)


def test_who_is_no_operator_installs_what_a_trusted_publisher_signed(tmp_path: Path) -> None:
    key = trusted_key()
    folder = signed(write_pack(tmp_path), key)
    row = install_archive(archived(folder), "pack.zip", CONSULTANT)
    assert (row.publisher_key, row.installed_by) == (public_key(key), "a consultant")
    (shown,) = [each for each in overview() if each.id == row.plugin]
    assert (shown.signature, shown.publisher) == ("trusted", "发布者")


@pytest.mark.parametrize("more", ["restricted: true\n", "default: true\n"])
def test_special_packs_are_the_operators(tmp_path: Path, more: str) -> None:
    folder = signed(write_pack(tmp_path, more=more), trusted_key())
    with pytest.raises(AskOperator, match="restricted, or meant for every new company"):
        install_folder(folder, CONSULTANT)


def test_others_ask_the_operator_with_the_reason(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    with pytest.raises(AskOperator, match="Ask the operator to install it: the pack is not signed"):
        install_folder(folder, CONSULTANT)
    key = make_key()
    with pytest.raises(AskOperator) as caught:
        install_folder(signed(folder, key), CONSULTANT)
    assert f"key {public_key(key)} is not trusted here" in caught.value.message


def test_only_the_same_publisher_replaces_a_pack(tmp_path: Path) -> None:
    first, second = trusted_key("First"), trusted_key("Second")
    folder = signed(write_pack(tmp_path), first)
    plugin = install_folder(folder, CONSULTANT).plugin
    newer = write_pack(tmp_path, plugin, "1.1.0")
    with pytest.raises(AskOperator, match="comes from another publisher"):
        install_folder(signed(newer, second, "1.1.0"), CONSULTANT)
    assert install_folder(signed(newer, first, "1.1.0"), CONSULTANT).release.version == "1.1.0"
    newest = signed(write_pack(tmp_path, plugin, "1.2.0"), second, "1.2.0")
    assert install_folder(newest, OPERATOR).publisher_key == public_key(second)


def test_what_is_built_in_is_replaced_by_operators_only(tmp_path: Path) -> None:
    newer = write_pack(tmp_path, "saas", "9.5.0")
    with pytest.raises(AskOperator, match="comes from another publisher"):
        install_folder(signed(newer, trusted_key(), "9.5.0"), CONSULTANT)


def test_an_older_folder_does_not_push_a_newer_archive_back(app: Flask, tmp_path: Path) -> None:
    release = replace(offers.offers()["suppliers"].release)
    row = installing.get_installation("suppliers")
    assert (row.release.source, row.digest) == ("built_in", release.digest)
    install_folder(write_pack(tmp_path, "suppliers", "9.5.0"), OPERATOR)
    installing.note_built_in(release)
    offer = offers.offers()["suppliers"]
    assert (offer.release.version, offer.source) == ("9.5.0", "folder")


def test_a_key_that_is_distrusted_shows_and_stops_the_next_install(tmp_path: Path) -> None:
    key = trusted_key()
    plugin = install_folder(signed(write_pack(tmp_path), key), CONSULTANT).plugin
    distrust(public_key(key), "tests")
    (shown,) = [each for each in overview() if each.id == plugin]
    assert (shown.signature, shown.publisher) == ("unknown", None)
    newer = signed(write_pack(tmp_path, plugin, "1.1.0"), key, "1.1.0")
    with pytest.raises(AskOperator, match="is not trusted here"):
        install_folder(newer, CONSULTANT)


def test_a_stored_release_that_was_altered_is_refused_and_stops_no_other(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    for column, value in (
        ("document", '{"manifest": {"id": "x", "version": "1.0.0", "kind": "pack"}}'),
        ("signature", '{"plugin": "x", "version": "1.0.0", "key": "", "signature": ""}'),
    ):
        plugin = installed_pack(tmp_path)
        change = update(PluginRelease).where(PluginRelease.plugin == plugin)
        db.session.execute(change.values({column: text(f"'{value}'::jsonb")}))
        db.session.commit()
        with pytest.raises(Conflict, match="was changed"):
            offers.pinned_release(installing.get_installation(plugin).digest)
        assert plugin not in offers.offers()
        assert "essentials" in offers.offers()
        with working_in(app, tenant), pytest.raises(NotFound):
            service.enable(plugin)
        db.session.execute(delete(PluginInstallation).where(PluginInstallation.plugin == plugin))
        db.session.commit()


def test_retired_is_no_longer_offered_but_who_has_it_keeps_it(
    app: Flask, tenant: Company, other_tenant: Company, tmp_path: Path
) -> None:
    plugin = installed_pack(tmp_path)
    with working_in(app, tenant):
        service.enable(plugin)
        db.session.commit()
    installing.retire(plugin, OPERATOR)
    db.session.commit()
    assert f"{plugin}:amount" in titles(tenant, app)
    with working_in(app, other_tenant):
        assert plugin not in {entry.id for entry in catalogue()}
        with pytest.raises(Conflict, match="is retired"):
            service.enable(plugin)
    with pytest.raises(AskOperator, match="is not signed"):
        install_folder(write_pack(tmp_path, plugin, "1.1.0"), CONSULTANT)
    installing.restore(plugin, OPERATOR)
    db.session.commit()
    with working_in(app, other_tenant):
        service.enable(plugin)
        assert get_entry(plugin).state == "enabled"


def test_what_others_need_is_not_retired(tmp_path: Path) -> None:
    base = installed_pack(tmp_path)
    needing = install_folder(write_pack(tmp_path, more=f"requires: [{base}]\n"), OPERATOR).plugin
    with pytest.raises(Conflict, match=f"can't be retired: {needing}"):
        installing.retire(base, OPERATOR)
    with pytest.raises(NotFound):
        installing.retire("nothing", OPERATOR)


def test_a_restricted_archive_is_enabled_by_operators_only(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    from tierline.access.decision import Subject, acting_as
    from tierline.access.permissions import Role

    plugin = install_folder(write_pack(tmp_path, more="restricted: true\n"), OPERATOR).plugin
    db.session.commit()
    owner = Subject("an owner", tenant.id, Role.OWNER, membership_id=uuid.uuid4())
    with working_in(app, tenant), acting_as(owner), pytest.raises(Forbidden, match="operators"):
        service.enable(plugin)


@pytest.mark.parametrize("setting", ["none", "essentials"])
def test_the_safe_mode_holds_for_archives(
    app: Flask, tenant: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    plugin = installed_pack(tmp_path)
    with working_in(app, tenant):
        service.enable(plugin)
        db.session.commit()
    reload(app, monkeypatch, setting)
    assert plugin not in offers.offers()
    assert f"{plugin}:amount" not in titles(tenant, app)
    with working_in(app, tenant):
        assert get_entry(plugin).state == "missing"
    reload(app, monkeypatch, f"essentials,{plugin}")
    assert f"{plugin}:amount" in titles(tenant, app)


def test_a_choice_that_is_nowhere_stops_the_start(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = installed_pack(tmp_path)
    reload(app, monkeypatch, f"essentials,{plugin}")
    sync_releases(app)
    reload(app, monkeypatch, "essentials,sass")
    with pytest.raises(SettingsError, match="names 'sass', which is not installed"):
        sync_releases(app)


def reload(app: Flask, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    """Load the application's plugins anew, by another TIERLINE_PLUGINS."""
    given: Settings = app.extensions["tierline.settings"]
    monkeypatch.setitem(app.extensions, "tierline.settings", replace(given, plugins=setting))
    for key in (manager.KEY, manager.CODE_KEY):
        monkeypatch.setitem(app.extensions, key, None)
    manager.install(app)


def test_a_refused_pack_leaves_no_trace(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "fields" / "amount.yaml").write_text("record: accountt\n", encoding="utf-8")
    with pytest.raises(PluginInvalid):
        install_folder(folder, OPERATOR)
    for model in (PluginRelease, PluginInstallation):
        statement = select(model).where(model.plugin == folder.name)
        assert db.session.scalars(statement).all() == []
