"""`tocsin plan`: check plan files, and show what is in one."""

import json
from pathlib import Path

import click

from tocsin.plan import draft as drafts
from tocsin.plan.check import registry
from tocsin.plan.difference import difference, sentence
from tocsin.plan.findings import brief, nearest
from tocsin.plan.outline import outline
from tocsin.plan.read import Result, read
from tocsin.plan.rehearsals import command as coverage
from tocsin.plan.report import as_data, explained, meaning, report, summary
from tocsin.plan.schema import schema
from tocsin.plan.simulation.command import simulate


@click.group()
def plan() -> None:
    """Check and show plans."""


@plan.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.option("--quiet", is_flag=True, help="Leave the notes out.")
@click.option("--strict", is_flag=True, help="Fail on warnings as well: what nobody has acknowledged keeps a plan from being published.")
@click.option(
    "--before",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The version in force: what runs under a name that is gone is said.",
)
def check(files: tuple[Path, ...], *, as_json: bool, quiet: bool, strict: bool, before: Path | None) -> None:
    """
    Say everything that is wrong with plan files, and what to do about it.

    Several files are checked beside each other: what a role set takes over, and what two plans owe the same people, is said as well.

    Exit code 1 if any of it is an error, with --strict also if any is a warning. `tocsin plan explain L52` says more about one finding.
    """
    sources = {file: file.read_bytes() for file in files}
    results = _results(sources, before)
    texts = {file: source.decode("utf-8", "replace") for file, source in sources.items()}
    found = {file: [finding for finding in result.findings if not quiet or finding.severity != "note"] for file, result in results.items()}
    if as_json:
        plans = [
            {"file": str(file), "findings": [as_data(texts[file], finding) for finding in findings]} for file, findings in found.items()
        ]
        click.echo(json.dumps({"plans": plans}, ensure_ascii=False, indent=2))
    else:
        for file, findings in found.items():
            for line in report(texts[file], findings):
                click.echo(line)
        for file, result in results.items():
            click.echo(f"{file}: {summary(result.findings)}")
    fatal = {"error", "warning"} if strict else {"error"}
    if any(result.program is None or any(finding.severity in fatal for finding in result.findings) for result in results.values()):
        raise SystemExit(1)


def _results(sources: dict[Path, bytes], before: Path | None) -> dict[Path, Result]:
    """Return what reading each file says: alone, then beside the others that can be read."""
    earlier = read(before.read_bytes(), str(before)).program if before else None
    if before and earlier is None:
        raise click.ClickException(f"{before} has errors: nothing can be compared with it")
    alone = {file: read(source, str(file), before=earlier) for file, source in sources.items()}
    if len(alone) == 1:
        return alone
    programs = {file: result.program for file, result in alone.items() if result.program}
    return {
        file: read(source, str(file), before=earlier, beside=[each for other, each in programs.items() if other != file])
        for file, source in sources.items()
    }


@plan.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="", help="Show names in this language where the plan has them.")
def show(file: Path, language: str) -> None:
    """Show a plan as a document: whose it is, levels and the rules that propose them, roles, what is decided, owed by when, and said."""
    source = file.read_bytes()
    result = read(source, str(file))
    for finding in result.findings:
        if finding.severity == "error":
            click.echo(str(finding), err=True)
    if result.program is None:
        raise SystemExit(1)
    for line in outline(drafts.read(source), result.program, language or result.program.language):
        click.echo(line)


@plan.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="", help="Show names in this language where the plans have them.")
def diff(before: Path, after: Path, language: str) -> None:
    """Say rule by rule what differs between two versions of a plan. Exit code 1 if anything does, 2 if one of them cannot be read."""
    old, new = (read(file.read_bytes(), str(file)) for file in (before, after))
    for result in (old, new):
        for finding in result.findings:
            if finding.severity == "error":
                click.echo(str(finding), err=True)
    if old.program is None or new.program is None:
        raise SystemExit(2)
    changes = difference(old.program, new.program)
    for change in changes:
        click.echo(sentence(change, language or new.program.language))
    raise SystemExit(1 if changes else 0)


@plan.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of plan files, for an editor that completes and checks them."""
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


plan.add_command(simulate)


@plan.command()
def findings() -> None:
    """List everything that checking may find: code, severity, name, and what it means."""
    for each in registry():
        click.echo(f"{each.code}  {each.severity:7}  {each.name:18}  {meaning(each)}")


@plan.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a finding such as L52 means, and what becomes of a plan that has it."""
    known = {key: each for each in registry() for key in (each.code, each.name)}
    if code not in known:
        hint = nearest(code, known) or "`tocsin plan findings` lists them all"
        raise click.ClickException(f"there is no finding {brief(code)}: {hint}")
    for line in explained(known[code]):
        click.echo(line)


plan.add_command(coverage)
