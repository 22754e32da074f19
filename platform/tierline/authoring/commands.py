"""`tierline plugins` for authors: a folder to begin with, checks, golden examples, reference."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tierline.authoring import levels, reference, skeleton
from tierline.config import home_folder
from tierline.console import Exit, finish, json_option, offline, show
from tierline.packs.exporting import KINDS, json_schema
from tierline.packs.loading import check_folder, load, plugin_folders
from tierline.packs.problems import PluginInvalid
from tierline.packs.releases import Release
from tierline.tiering.examples import ExampleOutcome, run_examples

folder_argument = click.argument(
    "path", type=click.Path(path_type=Path, exists=True, file_okay=False)
)


@offline
@click.command("new")
@click.argument("plugin", metavar="ID")
@click.option(
    "--category",
    type=click.Choice(("industry", "stakeholders", "method", "integration")),
    default="industry",
    show_default=True,
)
@click.option("--code", is_flag=True, help="An extension, which also holds Python.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The folder to write into (this one).",
)
def new(plugin: str, category: str, code: bool, into: Path) -> None:
    """Write a folder ID that is a valid plugin, to be filled."""
    folder = skeleton.write(into / plugin, plugin, category, code=code)
    click.echo(f"{folder}: tierline plugins check {folder} --level silver says what to fill.")


@offline
@click.command("check")
@folder_argument
@click.option(
    "--level",
    type=click.Choice(levels.LEVELS),
    default="bronze",
    show_default=True,
    help="bronze: valid; silver: complete; gold: at its best.",
)
@json_option
def check(path: Path, level: str, as_json: bool) -> None:
    """Check the plugin in the folder PATH; every problem as file:line:column: path: what."""
    try:
        release = check_folder(path, home_folder() / "plugins")
    except PluginInvalid as invalid:
        problems = [vars(problem) for problem in invalid.problems]
        result = {"valid": False, "plugin": path.resolve().name, "problems": problems}
        show(result, as_json, map(str, invalid.problems))
        finish(Exit.FAILED)
    missed = levels.check_level(levels.Subject(path.resolve(), release.document), level)
    _tell_level(release, level, missed, as_json)
    if missed:
        finish(Exit.FAILED)


def _tell_level(release: Release, level: str, missed: list[levels.Missed], as_json: bool) -> None:
    exempt = dict(release.document["manifest"].get("exemptions", {}))
    lines = [str(each) for each in missed]
    lines += [f"{release.plugin}: exempt from {rule}: {why}" for rule, why in exempt.items()]
    if missed:
        lines.append(f"{release.plugin} {release.version} does not reach {level}: {len(missed)}")
    elif level == "bronze":
        lines.append(f"{release.plugin} {release.version} is valid ({release.digest[:12]})")
    else:
        lines.append(f"{release.plugin} {release.version} reaches {level} ({release.digest[:12]})")
    result = {
        "valid": True,
        "plugin": release.plugin,
        "version": release.version,
        "digest": release.digest,
        "level": level,
        "reached": not missed,
        "missed": [vars(each) for each in missed],
        "exemptions": exempt,
        "problems": [],
    }
    show(result, as_json, lines)


@offline
@click.command("test")
@folder_argument
@json_option
def test(path: Path, as_json: bool) -> None:
    """Run the golden examples of the plugin in PATH; exit code 1 where one comes out otherwise."""
    path = path.resolve()
    release = check_folder(path, home_folder() / "plugins")
    home = plugin_folders(home_folder() / "plugins") | plugin_folders(path.parent)
    releases = load(home | {path.name: path}).releases
    beside = [each.document for id, each in releases.items() if id != release.plugin]
    outcomes = run_examples(release.document, beside)
    failed = sum(not outcome.passed for outcome in outcomes)
    count = f"{len(outcomes)} accounts, {failed} otherwise than expected"
    told = [{**outcome.to_document(), "passed": outcome.passed} for outcome in outcomes]
    found = {"plugin": release.plugin, "failed": failed, "outcomes": told}
    show(found, as_json, [*map(_line, outcomes), count])
    if failed:
        finish(Exit.FAILED)


def _line(outcome: ExampleOutcome) -> str:
    mark = "ok  " if outcome.passed else "FAIL"
    found = _shown(outcome.found)
    came = found if outcome.passed else f"expected {_shown(outcome.expected)}, got {found}"
    return f"{mark} {outcome.scheme}: {outcome.account}: {came}"


def _shown(values: tuple[str | None, float | None, bool | None]) -> str:
    tier, score, incomplete = values
    parts = ["no tier" if tier is None else f"tier {tier}"]
    parts += [] if score is None else [f"score {score}"]
    parts += [] if incomplete is None else ["incomplete" if incomplete else "complete"]
    return ", ".join(parts)


@offline
@click.command("docs")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page to write (docs/reference.md).",
)
def docs(output: Path | None) -> None:
    """Write the reference of hooks, records and manifest from the code."""
    target = output or home_folder() / "docs" / "reference.md"
    target.write_text(reference.page(), encoding="utf-8")
    click.echo(str(target))


@offline
@click.command("schema")
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to fill.")
def schema(kind: str | None, output: Path | None) -> None:
    """Show the JSON Schema of one KIND of file, or write those of every kind into a folder."""
    if output is None and kind is None:
        raise click.UsageError("Name a KIND, or a folder for all of them with --output.")
    if output is None:
        click.echo(_as_json(str(kind)))
        return
    output.mkdir(parents=True, exist_ok=True)
    for each in [kind] if kind else KINDS:
        path = output / f"{each}.schema.json"
        path.write_text(_as_json(each) + "\n", encoding="utf-8")
        click.echo(str(path))


def _as_json(kind: str) -> str:
    return json.dumps(json_schema(kind), ensure_ascii=False, indent=2)


commands = (new, check, test, docs, schema)
