"""Tenants as code: what a file creates, what it leaves alone, and how mistakes are named."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tierline.config import home_folder
from tierline.configuration.service import disable
from tierline.console import in_platform, in_tenant
from tierline.plugins.manager import installed
from tierline.plugins.queries import enabled_plugins
from tierline.tenancy.queries import get_tenant
from tierline.tenant_files.formats import TenantFilesInvalid, read_tenant_files
from tierline.tenant_files.service import apply_tenant_files


@pytest.fixture
def home(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home folder with an empty tenants/, which the application takes for its own."""
    settings = replace(app.extensions["tierline.settings"], home=tmp_path)
    monkeypatch.setitem(app.extensions, "tierline.settings", settings)
    (tmp_path / "tenants").mkdir()
    return tmp_path


def write(home: Path, content: str) -> str:
    """Write a tenant's file under a new slug, which stands for SLUG in it; return the slug."""
    slug = f"f-{uuid.uuid4().hex[:12]}"
    (home / "tenants" / f"{slug}.yaml").write_text(content.replace("SLUG", slug))
    return slug


def plugins_of(app: Flask, slug: str) -> set[str]:
    with app.app_context(), in_tenant(slug):
        return set(enabled_plugins())


def test_a_file_creates_a_tenant_with_its_plugins(app: Flask, home: Path) -> None:
    slug = write(
        home, "slug: SLUG\nname: 华兴\nlocale: zh_CN\ncurrency: EUR\nplugins: [suppliers]\n"
    )
    assert apply_tenant_files(app) == [slug]
    with app.app_context(), in_platform():
        tenant = get_tenant(slug)
        found = (tenant.name, tenant.locale, tenant.currency, tenant.time_zone)
    assert found == ("华兴", "zh_CN", "EUR", "Asia/Shanghai")
    assert plugins_of(app, slug) == {"essentials", "suppliers"}


def test_applying_again_changes_nothing_that_people_changed(app: Flask, home: Path) -> None:
    slug = write(home, "slug: SLUG\nname: First\nplugins: [suppliers, regulators]\n")
    apply_tenant_files(app)
    with app.app_context(), in_tenant(slug):
        disable("suppliers")
    path = home / "tenants" / f"{slug}.yaml"
    path.write_text(f"slug: {slug}\nname: Second\nplugins: [suppliers, channel_partners]\n")
    assert apply_tenant_files(app) == []
    with app.app_context(), in_platform():
        assert get_tenant(slug).name == "First"
    assert plugins_of(app, slug) == {"essentials", "regulators", "channel_partners"}


def test_the_demonstration_can_be_left_out(app: Flask, home: Path) -> None:
    write(home, "slug: SLUG\nname: Shown\ndemonstration: true\n")
    real = write(home, "slug: SLUG\nname: Real\n")
    assert apply_tenant_files(app, demonstration=False) == [real]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("slug: SLUG\n", "1:1: name: is missing"),
        ("slug: other\nname: x\n", '1:7: slug: must be the name of the file, "SLUG"'),
        (
            "slug: SLUG\nname: x\nlocal: en\n",
            '3:8: local: is not known here; did you mean "locale"?',
        ),
        (
            "slug: SLUG\nname: x\nplugins:\n  - supliers\n",
            '4:5: plugins[0]: "supliers" is not installed; did you mean "suppliers"?',
        ),
        ("slug: SLUG\nname: x\nlocale: de\n", '3:9: locale: "de" is not one of en, zh_CN'),
        ("slug: SLUG\nslug: SLUG\nname: x\n", "2:1: slug: "),
    ],
)
def test_every_mistake_is_named_with_its_place(
    app: Flask, home: Path, content: str, problem: str
) -> None:
    slug = write(home, content)
    right = write(home, "slug: SLUG\nname: Right\n")
    with pytest.raises(TenantFilesInvalid) as refused:
        apply_tenant_files(app)
    assert f"tenants/{slug}.yaml:{problem.replace('SLUG', slug)}" in refused.value.message
    with app.app_context(), in_platform(), pytest.raises(Exception, match="There is no company"):
        get_tenant(right)


def test_the_repositorys_own_files_are_valid(app: Flask) -> None:
    with app.app_context():
        files = read_tenant_files(home_folder() / "tenants", installed())
    assert {file.slug for file in files if file.demonstration} == {
        "huaxing",
        "brightside",
        "cloudlane",
    }
