"""`tocsin plan simulate`: the command."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from tocsin.plan.scenarios.story import BadScenarioError
from tocsin.plan.simulation.asked import Asked, Pace, UnanswerableError
from tocsin.plan.simulation.crew import simulated
from tocsin.plan.simulation.words import LANGUAGES, lines

_KINDS: Final = ("deputy", "person", "time", "limit")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--runs", default=1000, show_default=True, help="How many runs.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same result.")
@click.option("--hours", default=3.0, show_default=True, help="How much of each incident.")
@click.option("--level", default="", help="The level that is set; what the plan proposes if none is named.")
@click.option(
    "--scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What is reported, measured, said and decided."
)
@click.option("--times", "paces", multiple=True, metavar="ROLE=MEDIAN/NINE_IN_TEN", help="Minutes a role takes, such as tech_leader=8/20.")
@click.option("--otherwise", default="5/15", show_default=True, metavar="MEDIAN/NINE_IN_TEN", help="Minutes that every other role takes.")
@click.option("--at", "at_min", multiple=True, type=float, help="When an incident is reported, in minutes; several share the people.")
@click.option("--every", "apart_min", default=0.0, help="Further incidents by chance, so many minutes apart on average.")
@click.option("--what-if", "change", metavar="KIND:SUBJECT[=MINUTES]", help=f"One change: {', '.join(_KINDS)}; such as deputy:tech_leader.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def simulate(  # noqa: PLR0917 - the options of a command
    file: Path,
    runs: int,
    seed: int,
    hours: float,
    level: str,
    scenario: Path | None,
    paces: tuple[str, ...],
    otherwise: str,
    at_min: tuple[float, ...],
    apart_min: float,
    change: str | None,
    language: str,
    *,
    as_json: bool,
) -> None:
    """
    Let many incidents run by a plan, and say when each clock is met and how many miss it, who is overloaded, which signature waits.

    Response times are drawn; everything else is the engine. Exit code 1 if it cannot be simulated.
    """
    try:
        asked = Asked(
            source=file.read_text(encoding="utf-8"),
            runs=runs,
            seed=seed,
            hours=hours,
            level=level,
            scenario=str(scenario) if scenario else "",
            paces={role: _pace(written) for role, _, written in (one.partition("=") for one in paces)},
            otherwise=_pace(otherwise),
            at_min=at_min or (0.0,),
            apart_min=apart_min,
            change=_change(change) if change else None,
        )
        given, result, after = simulated(asked)
    except (UnanswerableError, BadScenarioError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"result": asdict(result), "changed": asdict(after) if after else None}, ensure_ascii=False, indent=2))
        return
    for line in lines(given, result, after, language):
        click.echo(line)


def _pace(written: str) -> Pace:
    median, _, most = written.partition("/")
    try:
        pace = Pace(median_min=float(median), nine_in_ten_min=float(most or 3 * float(median)))
    except ValueError as error:
        raise UnanswerableError(f"{written!r} is not minutes such as 5/15") from error
    if not 0 < pace.median_min <= pace.nine_in_ten_min:
        raise UnanswerableError(f"{written!r}: the median is more than nothing and at most what nine in ten stay within")
    return pace


def _change(written: str) -> dict[str, object]:
    kind, _, rest = written.partition(":")
    subject, _, minutes = rest.partition("=")
    if kind not in _KINDS or not subject or (minutes and not minutes.replace(".", "", 1).isdigit()):
        raise UnanswerableError(f"{written!r} is no change such as deputy:tech_leader or limit:first_meeting=20")
    return {"kind": kind, "subject": subject, "minutes": float(minutes or 0)}
