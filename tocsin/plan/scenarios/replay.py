"""`tocsin replay`: play scenario files through the engine and say which expectations hold."""

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import click

from tocsin.engine.compose import compose
from tocsin.engine.program import Program
from tocsin.plan import document, shipped
from tocsin.plan import read as plans
from tocsin.plan.scenarios.expect import failures
from tocsin.plan.scenarios.play import Run, play, replayed, steps
from tocsin.plan.scenarios.story import BadScenarioError, heading, load


def program_for(file: Path, plan: Path | None = None) -> Program:
    """
    Return the program that a scenario runs under: of `plan`, else of the plan.yaml above its folder, else of the shipped plan it names;
    composed with the plans that it runs `beside` and the role sets that it has to `lay_over`.

    :raises BadScenarioError: there is no such plan, or it has errors.
    """
    first, *others = heading(file).plans
    sources = [plan or _source(file, first), *(_source(file, name) for name in others)]
    return _told(file, _composed(file, [_program(source) for source in sources]))


def around(file: Path, plan: Program) -> Callable[[Program], Program]:
    """
    Return what makes of `plan`, or of another version of it, the whole program that a scenario in its folder runs under.

    :raises BadScenarioError: there is no such plan, or it has errors.
    """
    given = [None if name in ("", plan.id) else _program(_source(file, name)) for name in heading(file).plans]
    return lambda version: _told(file, _composed(file, [version if each is None else each for each in given]))


def _told(file: Path, program: Program) -> Program:
    """Return the part of a plan that a scenario is of: the incident's, or what is owed between incidents."""
    if not heading(file).standing:
        return program
    if program.standing is None or not program.standing.records:
        raise BadScenarioError(f"{file}: {program.id} has neither registers nor standing duties")
    return program.standing


def _composed(file: Path, programs: list[Program]) -> Program:
    try:
        return compose(programs)
    except ValueError as error:
        raise BadScenarioError(f"{file}: {error}") from error


def _source(file: Path, name: str) -> Path:
    """Return the file of a plan: the one above the scenario's folder, a shipped one, or one that lies beside the scenario."""
    above = file.resolve().parent.parent / "plan.yaml"
    if above.is_file() and (name in ("", above.parent.name) or name == _id_in(above.read_bytes())):
        return above
    source = shipped.sources().get(name, file.resolve().parent / f"{name}.yaml")
    if source.is_file():
        return source
    raise BadScenarioError(f"{file}: no plan {name or 'is named'}; name one with --plan, or of {', '.join(shipped.sources())}")


@lru_cache(maxsize=16)
def _id_in(text: bytes) -> str:
    """Return the id that a plan gives itself, whatever its folder is called."""
    root = document.read(text).root
    said = document.plain(root) if root is not None else None
    return str(said.get("id", "")) if isinstance(said, dict) else ""


def _program(source: Path) -> Program:
    return _read(source.read_bytes(), source)


@lru_cache(maxsize=16)
def _read(text: bytes, source: Path) -> Program:
    """Return a plan's program; scenarios of one plan share it."""
    result = plans.read(text, str(source))
    if result.program is None:
        raise BadScenarioError("\n".join(str(finding) for finding in result.findings if finding.severity == "error"))
    return result.program


def replay(file: Path, program: Program) -> tuple[Run, list[str]]:
    """Play `file` live, from its journal, and with a restart before every act; return the run and what does not hold."""
    story = load(file, program)
    along = steps(program, story)
    run = play(program, story, along=along)
    found = [str(failure) for failure in failures(run)]
    if run.states and replayed(run.events) != run.states[-1]:
        found.append(f"{file} the state folded from the journal is not the live one")
    if play(program, story, restart=True, along=along).events != run.events:
        found.append(f"{file} a restart before every act changes the journal")
    return run, found


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--plan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The plan to play under, if not the one above.")
@click.option("--journal", is_flag=True, help="Print the journal of each run.")
def command(files: tuple[Path, ...], plan: Path | None, journal: bool) -> None:
    """Play scenario FILES through the engine; exit 1 if an expectation does not hold."""
    failed = False
    for file in files:
        try:
            run, found = replay(file, program_for(file, plan))
        except BadScenarioError as error:
            click.echo(str(error), err=True)
            failed = True
            continue
        if journal:
            for event in run.events:
                click.echo(f"{event.at:%Y-%m-%d %H:%M:%S} {event.by or '-'} {event}")
        checks = sum(len(expectation.what) for expectation in run.story.expectations)
        click.echo(f"{run.story.id}: {len(run.events)} events, {checks} expectations, {len(found)} failed")
        under = f"under version {run.program.version}: " if plan else ""
        for failure in found:
            click.echo(f"  {under}{failure}")
        failed = failed or bool(found)
    sys.exit(1 if failed else 0)
