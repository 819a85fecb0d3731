"""`tocsin plan`: check plan files, and show what is in one."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from tocsin.engine.program import Cases, FromFact, Limit, Program, Text
from tocsin.plan.check import registry
from tocsin.plan.difference import difference, sentence
from tocsin.plan.read import Result, read
from tocsin.plan.rehearsals import command as coverage
from tocsin.plan.schema import schema
from tocsin.plan.simulation.command import simulate


@click.group()
def plan() -> None:
    """Check and show plans."""


@plan.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE…")
def check(files: tuple[Path, ...]) -> None:
    """Say everything that is wrong with plan files, one finding to a line. Exit code 1 if any of it is an error."""
    results = [_read(file) for file in files]
    for file, result in zip(files, results, strict=True):
        counts = Counter(finding.severity for finding in result.findings)
        click.echo(f"{file}: {counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes")
    if any(result.program is None for result in results):
        raise SystemExit(1)


@plan.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="", help="Show names in this language where the plan has them.")
def show(file: Path, language: str) -> None:
    """Show the outline of a plan: levels, roles, decisions, situations, what is owed by whom and by when, messages."""
    program = _read(file).program
    if program is None:
        raise SystemExit(1)
    for line in outline(program, language or program.language):
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
        says = (sys.modules[each.find.__module__].__doc__ or "").partition(": ")[2]
        click.echo(f"{each.code}  {each.severity:7}  {each.name:18}  {says.strip()}")


plan.add_command(coverage)


def _read(file: Path) -> Result:
    result = read(file.read_bytes(), str(file))
    for finding in result.findings:
        click.echo(str(finding))
    return result


def outline(program: Program, locale: str) -> Iterable[str]:
    """Yield the lines of an outline, names in `locale` where the plan has them."""

    def title(text: Text) -> str:
        return text.get(locale) or text[program.language]

    yield f"{title(program.title)} ({program.id} {program.version}, {program.hash[:12]})"
    yield ""
    for level in program.levels.values():
        yield f"level       {level.id:24} {title(level.title)}"
    for role in program.roles.values():
        yield f"role        {role.id:24} {title(role.title)}{', commands' if role.commander else ''}"
    for decision in program.decisions.values():
        chain = " → ".join(f"{link.does} ({link.role})" for link in decision.chain)
        yield f"decision    {decision.id:24} {title(decision.title)}{f': {chain}' if chain else ''}"
    for situation in program.situations.values():
        yield f"situation   {situation.id:24} {title(situation.title)}"
    for duty in program.obligations.values():
        limit = duty.within or duty.every
        when = (
            f"{'within' if duty.within else 'every'} {_limit(limit)} of {', '.join(duty.anchors)}"
            if limit
            else f"from {', '.join(duty.anchors)}"
        )
        yield f"obligation  {duty.id:24} {title(duty.title)}: {duty.owes}, {when}  [{'; '.join(duty.cite)}]"
    for message in program.messages.values():
        yield f"message     {message.id:24} {title(message.title)}: {', '.join(message.channels)}"


def _limit(limit: Limit) -> str:
    match limit:
        case Cases(by, cases, otherwise):
            said = [f"{case} {span}" for case, span in cases.items()]
            return f"({by}: {', '.join([*said, f'else {otherwise}'] if otherwise else said)})"
        case FromFact(fact):
            return f"({fact})"
        case _:
            return str(limit)
