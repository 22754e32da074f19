"""Installing packs on the platform while it runs, from a folder or an archive; retiring them.

A pack is installed for all tenants at once, so an operator may install any that is valid, and
others only what a publisher has signed whom the platform trusts. Releases stay for ever, because
tenants pin them; an installation says which one is offered now.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from tierline.audit.service import record
from tierline.db import current_scope, db
from tierline.errors import Conflict, Forbidden, NotFound
from tierline.marking import N_
from tierline.packs.archives import MAXIMUM_UNPACKED, unpack
from tierline.packs.loading import check_against
from tierline.packs.problems import PluginInvalid, Problem
from tierline.packs.releases import Release
from tierline.packs.signing import Signature, read_signature
from tierline.plugins.models import PluginInstallation, PluginRelease
from tierline.plugins.offers import Offer, is_newer, offers
from tierline.plugins.trust import trusted_keys

CHUNK = 1 << 20
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(727203)")


class AskOperator(Forbidden):
    """Only an operator installs a pack that no trusted publisher has signed, or that is special."""

    code = "ask_operator"
    title = N_("Ask the operator")


@dataclass(frozen=True)
class Installer:
    """Who installs: a person by name, and whether the platform is theirs to change."""

    name: str
    operator: bool = False


def install_archive(source: IO[bytes], name: str, by: Installer) -> PluginInstallation:
    """Install the pack in an archive (see `install_folder`); `name` is what the archive is called.

    Raises PluginInvalid for an archive that may not be unpacked, too.
    """
    name = re.sub(r"[^\w.\- ]", "_", name)[:100] or "archive"
    with tempfile.TemporaryDirectory(prefix="tierline-pack-") as folder:
        unpacked = unpack(_copied(source, name), name, Path(folder))
        return install_folder(unpacked, by, source="archive")


def _copied(source: IO[bytes], name: str) -> IO[bytes]:
    """Return the archive in memory, as far as one may be large."""
    copy = io.BytesIO(source.read(MAXIMUM_UNPACKED + 1))
    if copy.getbuffer().nbytes > MAXIMUM_UNPACKED:
        what = f"is larger than {MAXIMUM_UNPACKED // 1024**2} MiB"
        raise PluginInvalid([Problem(name, 1, 1, "", what)])
    return copy


def install_folder(folder: Path, by: Installer, source: str = "folder") -> PluginInstallation:
    """Install the pack in a folder, for every tenant at once; return what is installed now.

    What is installed already is left as it is. Raises PluginInvalid with every problem of the
    files and the signature, Conflict where the version or what is installed stands in the way, and
    AskOperator where the installer is not enough.
    """
    db.session.execute(ONE_AT_A_TIME)
    there = offers()
    signature = read_signature(folder, folder.name)
    documents = {plugin: offer.release.document for plugin, offer in there.items()}
    release = check_against(folder, documents)
    check_signed_version(release, signature)
    before = there.get(release.plugin)
    _check_kind(release)
    _check_installer(release, signature, before, by)
    _check_version(release, before)
    _check_dependents(release, there)
    return _installed(release, signature, source, by)


def check_signed_version(release: Release, signature: Signature | None) -> None:
    """Raise PluginInvalid where a signature is of another version than the manifest's."""
    if signature is not None and signature["version"] != release.version:
        what = f"is of version {signature['version']}, the manifest says {release.version}"
        file = f"{release.plugin}/SIGNATURE.json"
        raise PluginInvalid([Problem(file, 1, 1, "version", what)])


def _check_kind(release: Release) -> None:
    if release.kind != "pack":
        raise Conflict(
            _(
                '"%(plugin)s" is an extension: it holds code, which runs with the server\'s rights.'
                " An operator installs its distribution and restarts the platform.",
                plugin=release.plugin,
            )
        )


def _check_installer(
    release: Release, signature: Signature | None, before: Offer | None, by: Installer
) -> None:
    if not by.operator and (reason := _reason_to_ask(release, signature, before)):
        message = _("Ask the operator to install it: %(reason)s", reason=reason)
        raise AskOperator(message, plugin=release.plugin)


def _reason_to_ask(
    release: Release, signature: Signature | None, before: Offer | None
) -> str | None:
    """Return why only an operator may install this, or None."""
    head = release.document["manifest"]
    if signature is None:
        return str(_("the pack is not signed."))
    if signature["key"] not in {each.key for each in trusted_keys()}:
        key = signature["key"]
        return str(_("its publisher's key %(key)s is not trusted here.", key=key))
    if before is not None and before.publisher_key != signature["key"]:
        return str(_("what is installed comes from another publisher."))
    if before is not None and before.retired:
        return str(_("the plugin was retired."))
    if head["restricted"] or head["default"]:
        return str(_("the pack is restricted, or meant for every new company."))
    return None


def _check_version(release: Release, before: Offer | None) -> None:
    """Raise Conflict unless the version is new, and higher than what is offered."""
    statement = select(PluginRelease.digest).where(
        PluginRelease.plugin == release.plugin, PluginRelease.version == release.version
    )
    taken = set(db.session.scalars(statement))
    if before is not None and before.release.version == release.version:
        taken.add(before.release.digest)
    if taken - {release.digest}:
        message = _("Version %(version)s is taken by other contents.", version=release.version)
        raise Conflict(message, plugin=release.plugin)
    if before is not None and is_newer(before.release.version, release):
        raise Conflict(
            _(
                "Version %(version)s is lower than %(installed)s, which is installed.",
                version=release.version,
                installed=before.release.version,
            )
        )


def _check_dependents(release: Release, there: Mapping[str, Offer]) -> None:
    """Raise Conflict where other plugins name something that the new release no longer has."""
    own = {
        f"{release.plugin}:{name}"
        for kind, items in release.document.items()
        if kind != "manifest"
        for name in items
    }
    missing = sorted(
        f"{plugin}: {id}"
        for plugin, offer in there.items()
        if release.plugin in offer.release.document["manifest"]["requires"]
        for id in set(_ids_named(offer.release.document, release.plugin)) - own
    )
    if missing:
        message = _(
            "Other plugins need what this version no longer has: %(names)s.",
            names=", ".join(missing[:10]),
        )
        raise Conflict(message, missing=missing)


def _ids_named(value: Any, plugin: str) -> Iterator[str]:
    """Yield every id of a plugin's items that a document names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _ids_named(key, plugin)
            yield from _ids_named(inner, plugin)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _ids_named(inner, plugin)
    elif isinstance(value, str) and re.fullmatch(rf"{re.escape(plugin)}:[a-z][a-z0-9_]*", value):
        yield value


def _installed(
    release: Release, signature: Signature | None, source: str, by: Installer
) -> PluginInstallation:
    """Write the release and its installation."""
    store(release, source, signature)
    row = find_installation(release.plugin)
    same = row is not None and (row.digest, row.state) == (release.digest, "installed")
    key = signature["key"] if signature else None
    if row is not None and same and row.publisher_key == key:
        return row
    values = {
        "digest": release.digest,
        "publisher_key": key,
        "installed_by": by.name,
        "installed_at": func.now(),
        "state": "installed",
    }
    statement = insert(PluginInstallation).values(plugin=release.plugin, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["plugin"], set_=values))
    row = get_installation(release.plugin)
    _note("plugins.install", row, by, version=release.version, digest=release.digest, key=key)
    return row


def retire(plugin: str, by: Installer) -> PluginInstallation:
    """Offer a plugin no longer; who has it keeps it. Raises NotFound, and Conflict while needed."""
    row = get_installation(plugin)
    if row.state == "retired":
        return row
    needing = [
        other
        for other, offer in offers().items()
        if not offer.retired and plugin in offer.release.document["manifest"]["requires"]
    ]
    if needing:
        names = ", ".join(sorted(needing))
        message = _('"%(plugin)s" can\'t be retired: %(names)s', plugin=plugin, names=names)
        raise Conflict(message, needed_by=sorted(needing))
    return _set_state(row, "retired", "plugins.retire", by)


def restore(plugin: str, by: Installer) -> PluginInstallation:
    """Offer a retired plugin again; raises NotFound."""
    row = get_installation(plugin)
    return row if row.state == "installed" else _set_state(row, "installed", "plugins.restore", by)


def _set_state(
    row: PluginInstallation, state: str, action: str, by: Installer
) -> PluginInstallation:
    row.state = state
    db.session.flush()
    _note(action, row, by)
    return row


def _note(action: str, row: PluginInstallation, by: Installer, **changes: str | None) -> None:
    """Write the platform's chain, and the tenant's where it was done in one."""
    record(action, row, {"plugin": row.plugin, **changes}, actor=by.name, platform=True)
    if current_scope().tenant_id is not None:
        record(action, row, {"plugin": row.plugin, **changes})


def find_installation(plugin: str) -> PluginInstallation | None:
    """Return a plugin's installation, locked and as it is now, or None."""
    statement = (
        select(PluginInstallation)
        .where(PluginInstallation.plugin == plugin)
        .options(
            joinedload(PluginInstallation.release, innerjoin=True).defer(PluginRelease.document)
        )
        .with_for_update(of=PluginInstallation)
        .execution_options(populate_existing=True)
    )
    found: PluginInstallation | None = db.session.scalar(statement)
    return found


def get_installation(plugin: str) -> PluginInstallation:
    """Return a plugin's installation, locked; raises NotFound."""
    row = find_installation(plugin)
    if row is None:
        raise NotFound(_("The plugin %(plugin)s is not installed.", plugin=plugin))
    return row


def store(release: Release, source: str = "built_in", signature: Signature | None = None) -> int:
    """Keep a release for ever; return 1 where it is new. A signature is added where none was."""
    statement = insert(PluginRelease).values(
        digest=release.digest,
        plugin=release.plugin,
        version=release.version,
        kind=release.kind,
        document=release.document,
        source=source,
        signature=signature,
    )
    new = db.session.execute(statement.on_conflict_do_nothing().returning(PluginRelease.digest))
    added = len(new.all())
    if not added and signature is not None:
        _change_release(release, PluginRelease.signature.is_(None), signature=signature)
    return added


def _change_release(release: Release, condition: Any, **values: Any) -> None:
    changed = update(PluginRelease).where(PluginRelease.digest == release.digest, condition)
    db.session.execute(changed.values(values).execution_options(synchronize_session=False))


def note_built_in(release: Release) -> int:
    """Keep a release of this process, and note it as installed; return 1 where it is new.

    A pack that was installed at a higher version stays: the older folder does not push it back.
    """
    added = store(release)
    _change_release(release, PluginRelease.source != "built_in", source="built_in")
    new = {"plugin": release.plugin, "digest": release.digest, "installed_by": "platform"}
    db.session.execute(insert(PluginInstallation).values(new).on_conflict_do_nothing())
    row = get_installation(release.plugin)
    if row.digest != release.digest and (
        row.release.source == "built_in" or not is_newer(row.release.version, release)
    ):
        row.digest, row.publisher_key, row.installed_by = release.digest, None, "platform"
        row.installed_at = func.now()
        db.session.flush()
    return added


def unpacked_copy(path: Path, into: Path) -> Path:
    """Return the folder of a pack: `path` itself copied, or what the archive at `path` holds."""
    if path.is_dir():
        return Path(shutil.copytree(path.resolve(), into / path.resolve().name, symlinks=True))
    with path.open("rb") as source:
        return unpack(source, path.name, into)
