"""`tocsin plan coverage`: which sentences of a plan its scenarios have exercised, and which alterations they would not notice."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tocsin.engine.program import Program
from tocsin.plan.coverage import Rehearsal, count, idle, rehearse, survivors
from tocsin.plan.read import read
from tocsin.plan.scenarios.story import BadScenarioError, shipped


@click.command("coverage")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scenarios", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Their folder, if not the one beside the plan."
)
@click.option(
    "--mutate", is_flag=True, help="Alter every number, comparator, role, moment and approver in turn, and list what nobody noticed."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(file: Path, scenarios: Path | None, *, mutate: bool, as_json: bool) -> None:
    """Say which rules of a plan no scenario has exercised; with --mutate also which alterations no scenario notices."""
    program = read(file.read_bytes(), str(file)).program
    if program is None:
        click.echo(f"{file} has errors; `tocsin plan check` lists them", err=True)
        sys.exit(2)
    try:
        rehearsals = rehearse(program, shipped(scenarios or file.parent / "scenarios"))
    except BadScenarioError as error:
        click.echo(f"{error}: mend the scenario first, it can prove nothing", err=True)
        sys.exit(2)
    report = measured(program, rehearsals, mutate=mutate)
    click.echo(json.dumps(report, ensure_ascii=False, indent=1) if as_json else "\n".join(lines(report)))


def measured(program: Program, rehearsals: Sequence[Rehearsal], *, mutate: bool) -> dict[str, Any]:
    """Return the counts and lists as plain data."""
    unused = [
        {"kind": each.kind, "rule": each.rule.id, "title": dict(each.rule.title), "cite": list(each.rule.cite)}
        for each in idle(program, rehearsals)
    ]
    report: dict[str, Any] = {"plan": program.id, "scenarios": len(rehearsals), "rules": count(program), "idle": unused}
    if mutate:
        found = list(survivors(program, rehearsals))
        report["mutants"] = len(found)
        report["survivors"] = [f"{mutant.sort} {mutant}" for mutant, survived in found if survived]
    return report


def lines(report: dict[str, Any]) -> list[str]:
    """Return a report as lines of text."""
    exercised = report["rules"] - len(report["idle"])
    said = [f"{report['plan']}: {report['scenarios']} scenarios exercise {exercised} of {report['rules']} rules"]
    said += [f"  never exercised: {each['kind']} {each['rule']} [{'; '.join(each['cite'])}]" for each in report["idle"]]
    if "mutants" in report:
        share = 100 * len(report["survivors"]) / max(report["mutants"], 1)
        said.append(f"{report['plan']}: {len(report['survivors'])} of {report['mutants']} alterations go unnoticed ({share:.1f} %)")
        said += [f"  unnoticed: {each}" for each in report["survivors"]]
    return said
