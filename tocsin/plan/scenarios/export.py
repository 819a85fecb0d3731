"""A journal as a scenario file: who took part, what they did and when, and what came of it, to be replayed under any version of the plan."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.plan import document
from tocsin.plan.scenarios.expect import failures
from tocsin.plan.scenarios.play import play
from tocsin.plan.scenarios.retelling import Retelling, retell
from tocsin.plan.scenarios.story import load
from tocsin.plan.scenarios.veil import Veil, offset
from tocsin.plan.scenarios.writing import Pen

_BARE: Final = re.compile(r"[a-z][a-z0-9_]*|-?[0-9]+[hms]([0-9]+[ms]){0,2}")
_TAKEN: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def export(program: Program, events: Sequence[t.AnyEvent], name: str, *, texts: bool = False) -> str:
    """
    Return the scenario file of a whole journal, whose first event is the declaration.

    People are p1, p2 …; what they wrote is left out unless `texts` are wanted. What a scenario cannot say stands in comments at its top.
    """
    known, moved = _under_one_version(events)
    found = retell(program, known)
    veil = Veil(program, shown=texts)
    declared, start = events[0], events[0].at
    assert isinstance(declared, t.Declared)
    body = {
        "id": name,
        **_plans(declared),
        "start": start.astimezone(ZoneInfo(program.timezone)).isoformat(),
        "given": {"people": _people(declared, found, veil)},
        "down": [_down(event, start) for event in known if isinstance(event, t.DowntimeNoted)],
    }
    pen = Pen(veil, start)
    acts = [act for told in found.told if not isinstance(told.command, t.Tick) for act in pen.acts(told)]
    lines = [*_head(body), *_list("when", acts), *_list("then", _expected(program, known, start))]
    remarks = [*_remarks(found, texts, start), *moved]
    return "\n".join([*(f"# {each}" for each in (*remarks, *_differs(program, lines))), *lines, ""])


def _under_one_version(events: Sequence[t.AnyEvent]) -> tuple[Sequence[t.AnyEvent], list[str]]:
    """Return the events until the plans change by which it runs, since a scenario plays by the same from start to end; and a remark about it."""
    for index, event in enumerate(events):
        if isinstance(event, t.PlanMoved | t.PlanAdded):
            at = offset(event.at, events[0].at)
            moved = f"moved to version {event.version}" if isinstance(event, t.PlanMoved) else f"began to run by {event.added.plan} too"
            return events[:index], [f"At {at} the incident {moved}; what came after is not in here."]
    return events, []


def _plans(declared: t.Declared) -> dict[str, Any]:
    beside = [ref.plan for ref in declared.beside if ref.kind == "plan"]
    return {"plan": declared.plan, "beside": beside, "lay_over": [ref.plan for ref in declared.beside if ref.kind != "plan"]}


def _people(declared: t.Declared, found: Retelling, veil: Veil) -> dict[str, list[str]]:
    """Return what each person held at the start, and for what they spoke besides."""
    people: dict[str, list[str]] = {}
    for role, person in declared.seats.items():
        people.setdefault(veil.person(person), []).append(role)
    for person, granted in found.grants.items():
        if person != t.SYSTEM:
            own = people.setdefault(veil.person(person), [])
            own += [name for name in (grant.removeprefix("department:") for grant in sorted(granted)) if name not in own]
    return people


def _down(event: t.DowntimeNoted, start: datetime) -> dict[str, str]:
    return {"from": offset(event.since, start), "until": offset(event.at, start)}


# ------------------------------------------------------------------ what came of it


def _expected(program: Program, events: Sequence[t.AnyEvent], start: datetime) -> list[dict[str, Any]]:
    """Return where level, phase and due times stood whenever one changed, and at the end what every clock came to."""
    state, found = t.State(), []
    for at, group in groupby(events, key=lambda event: event.at):
        left = list(group)
        state = reduce(evolve, left, state)
        said: dict[str, Any] = {}
        if any(isinstance(event, t.LevelDecided) for event in left):
            said["level"] = _by_plan(program, {part.name: state.standing(part.name).level for part in program.plans})
        if any(isinstance(event, t.PhaseEntered) for event in left):
            said["phase"] = _by_plan(
                program, {part.name: state.phase_of(f"{part.name}~") if part.name else state.phase for part in program.plans}
            )
        opened = {event.clock for event in left if isinstance(event, t.ClockOpened | t.ClockMoved)}
        latest = {
            name: clock for name, clock in _latest(state).items() if clock.clock in opened and clock.status == "open" and clock.due_at
        }
        said["due"] = {name: offset(clock.due_at, start) for name, clock in latest.items() if clock.due_at}
        if any(said.values()):
            found.append({"at": offset(at, start), **{key: value for key, value in said.items() if value}})
    return [*found, {"at": offset(events[-1].at, start), **_ends(state, start)}]


def _by_plan(program: Program, known: Mapping[str, str]) -> Any:
    ids = {part.name: part.program.id for part in program.plans if part.program.kind == "plan"}
    if len(ids) < 2:
        return bare(known[""]) if "" in known else ""
    return {ids[name]: bare(value) for name, value in known.items() if name in ids and value}


def _latest(state: t.State) -> dict[str, t.Clock]:
    """Return the latest clock of each obligation, link or entry."""
    clocks = sorted(state.clocks.values(), key=lambda clock: clock.generation)
    return {clock.clock.partition("#")[0]: clock for clock in clocks}


def _ends(state: t.State, start: datetime) -> dict[str, Any]:
    clocks = _latest(state)
    said: dict[str, Any] = {
        "state": {name: clock.status for name, clock in clocks.items()},
        "met_at": {name: offset(clock.met_at, start) for name, clock in clocks.items() if clock.met_at},
        "missed": {name: clock.missed for name, clock in clocks.items() if clock.missed},
        "ended": {name: clock.ended for name, clock in clocks.items() if clock.ended},
    }
    return {key: value for key, value in said.items() if value}


# ------------------------------------------------------------------ what cannot be said


def _remarks(found: Retelling, texts: bool, start: datetime) -> Iterator[str]:
    yield "Written from the record of an incident. People are p1, p2 …" + (" " if texts else "; what they wrote is left out.")
    if any(isinstance(told.command, t.Observe) for told in found.told):
        yield "Measurements are given as what turned (observe), as the record has them: another threshold in the plan is not judged anew."
    for told in found.told:
        if isinstance(told.command, t.Tick) and told.command.leapt:
            yield f"Not in here, since no act of a scenario leaves it: at {offset(told.command.at, start)} the server's clock was set."
    for event in found.unexplained:
        yield f"Not in here, since no act of a scenario leaves it: {type(event).__name__} at {offset(event.at, start)}."


def _differs(program: Program, lines: Sequence[str]) -> list[str]:
    """Return where a replay of `lines` under the very plan of the record would not come to what the record says."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "written.yaml"
        file.write_text("\n".join(lines), "utf-8")
        wrong = failures(play(program, load(file, program)))
    return [f"A replay differs from the record: {failure.message}." for failure in wrong]


# ------------------------------------------------------------------ as YAML, one act on a line


def _head(body: Mapping[str, Any]) -> list[str]:
    given = [f"given: {_flow(body['given'])}"] if body["given"]["people"] else []
    plain = [f"{key}: {_flow(body[key])}" for key in ("id", "plan", "beside", "lay_over") if body[key]]
    start = f"start: {body['start']}"
    return ["tocsin_scenario: 1", *plain, start, *given, *_list("down", body["down"])]


def _list(key: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{key}:", *(f"  - {_flow(entry)}" for entry in entries)] if entries else []


def _flow(value: Any) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_flow(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str() if not _BARE.fullmatch(value) or value in _TAKEN:
            return json.dumps(document.writable(value), ensure_ascii=False)
        case _:
            return str(value)
