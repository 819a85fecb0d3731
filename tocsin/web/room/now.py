"""Now: every clock of the incident. Steps: what is owed, by group and role, and how it is done."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

from tocsin.engine.program import Obligation, Program, Text
from tocsin.engine.role_names import split
from tocsin.incidents.models import ClockRow, FactRow, RoleRow
from tocsin.web import clocks, fact_fields, plan_words
from tocsin.web.cases import Case
from tocsin.web.clocks import Shown
from tocsin.web.room import known
from tocsin.web.room.suggestions import Suggestions

MET_SHOWN = 8
ELSEWHERE = {
    "send": "messages",
    "confirm": "messages",
    "decide": "decisions",
    "record": "records",
    "track": "records",
    "close": "records",
    "sign": "decisions",
}
"""What is not done in the step itself, and the panel where it is."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """A role that an obligation gives to somebody, with who was named for it already."""

    role: str
    name: Text
    person: str


@dataclass(frozen=True, slots=True)
class Step:
    """One obligation that somebody owes. `state` is next, open or done; `anchor` where else on the page it is done; `may` acts here."""

    clock: Shown
    state: str
    key: str
    anchor: str
    may: bool
    worker: str
    """Who works on it; nobody's name is empty."""
    works: bool
    """The viewer does."""
    plain: bool
    """One click is enough: no parts to tick, nothing to answer, no evidence."""
    asked: tuple[fact_fields.Asked, ...]
    given: tuple[Given, ...]
    optional: bool
    """It may be answered that it is not needed."""
    found: known.Found | None
    """What is known that is like the incident, where the plan has that looked up."""


@dataclass(frozen=True, slots=True)
class Group:
    """The steps of a group, or of a role outside every group."""

    name: Text
    holder: str
    held_for: bool
    steps: tuple[Step, ...]
    done: int


def now(case: Case) -> dict[str, object]:
    """Return the clocks: what runs by due time, then what was met."""
    shown = _clocks(case)
    limited = [clock for clock in shown if clock.row.status in clocks.RUNNING]
    dated = [(clock.row.met_at, clock) for clock in shown if clock.row.met_at]
    met = [clock for _met_at, clock in sorted(dated, key=itemgetter(0), reverse=True)]
    return {
        "clocks": clocks.order(limited),
        "met": met[:MET_SHOWN],
        "met_more": max(0, len(met) - MET_SHOWN),
        "late": sum(1 for clock in limited if clock.late),
        "anchors": ELSEWHERE,
        "program": case.program,
    }


def steps(case: Case) -> dict[str, object]:
    """
    Return the steps by group, the open ones first within each; what nobody works on stands above what somebody does (ROL-14), and the
    viewer's own above all else, what is due first at the top.
    """
    shown = [
        clock for clock in _clocks(case) if (clock.row.verb not in ("sign", "ensure") or clock.row.due_at) and clock.row.status != "ended"
    ]
    suggestions = Suggestions(case)
    order = {name: index for index, name in enumerate(case.program.groups)}
    by_group = sorted(
        shown, key=lambda clock: (order.get(_group(case.program, clock.row.owes), len(order)), _group(case.program, clock.row.owes))
    )
    groups = [
        _grouped(case, name, list(members), suggestions)
        for name, members in groupby(by_group, key=lambda clock: _group(case.program, clock.row.owes))
    ]
    groups.sort(key=_precedence)
    owed = [step for group in groups for step in group.steps if not step.clock.row.recurring]
    return {
        "groups": groups,
        "done": sum(1 for step in owed if step.state == "done"),
        "owed": len(owed),
        "people": case.people,
        "channel": plan_words.channel,
    }


def _precedence(group: Group) -> tuple[bool, bool, datetime]:
    """Return what a group is ordered by: by the viewer's own steps in it and the first due time of these, then whether nobody works on others."""
    own = [step.clock.row for step in group.steps if _waits(step)]
    taken = all(step.state == "done" or step.worker for step in group.steps)
    return not own, taken, min((row.due_at for row in own if row.due_at), default=_NEVER)


def _clocks(case: Case) -> list[Shown]:
    rows = sorted((row for row in case.seen(ClockRow) if row.status != "ended"), key=clocks.by_due_time)
    return [
        clocks.show(
            row,
            case.incident_now,
            number=case.number,
            owner=case.people.name(row.owner),
            mine=row.owner == case.people.viewer,
            over=not case.board.open,
        )
        for row in rows
    ]


def _waits(step: Step) -> bool:
    """Return whether a step waits for the viewer: his or her own, and nobody else works on it."""
    return step.state == "next" and (step.works or not step.worker)


def _group(program: Program, owes: str) -> str:
    """Return the group that a role, group or department belongs to; else its own name."""
    for group in program.groups.values():
        if owes in (group.id, group.lead, *group.members):
            return group.id
    return owes


def _grouped(case: Case, name: str, members: list[Shown], suggestions: Suggestions) -> Group:
    steps = sorted(
        (_step(case, clock, suggestions) for clock in members),
        key=lambda step: (
            step.state == "done",
            bool(step.worker),
            not _waits(step),
            step.clock.row.due_at is None,
            step.clock.row.due_at or step.clock.row.began_at,
        ),
    )
    open_steps = [step for step in steps if step.state != "done"]
    return Group(
        name=plan_words.name_of(case.program, name),
        holder=open_steps[0].clock.owner if open_steps else "",
        held_for=any(step.clock.row.via in ("commander", "group", "declarer") for step in open_steps),
        steps=tuple(steps),
        done=sum(1 for step in steps if step.state == "done"),
    )


def _step(case: Case, clock: Shown, suggestions: Suggestions) -> Step:
    row = clock.row
    done = row.status in ("met", "late", "waived")
    mine = clock.mine or case.speaks([row.owes]) or case.commands
    rule = None if done else case.program.obligations.get(row.obligation)
    return Step(
        clock=clock,
        state="done" if done else "next" if clock.mine else "open",
        key=f"step:{row.obligation}:{row.entry}",
        anchor=ELSEWHERE.get(row.verb, ""),
        may=mine and not done,
        worker=case.people.name(row.worker) if row.worker else "",
        works=row.worker == case.people.viewer,
        plain=not (row.checks or row.evidence or (rule and (rule.fields or rule.assigns))),
        asked=_asked(case, rule, suggestions) if rule and rule.fields else (),
        given=tuple(_given(case, role) for role in rule.assigns) if rule else (),
        optional=rule is not None and rule.optional,
        found=known.look(case, rule.searches) if rule and rule.searches else None,
    )


def _asked(case: Case, rule: Obligation, suggestions: Suggestions) -> tuple[fact_fields.Asked, ...]:
    """Return the facts that are answered with an obligation, with what is known or holds by default filled in."""
    rules = suggestions.asked(case.program.facts[name] for name in rule.fields if name in case.program.facts)
    rows = {row.fact: row.value for row in case.rows(FactRow) if row.fact in rule.fields}
    known = {fact.id: plan_words.unplain(rows[fact.id]) for fact in rules if fact.id in rows}
    answered = {name: value for name, value in known.items() if value is not None}
    return tuple(fact_fields.asked(rules, answered, suggestions.of(rules)))


def _given(case: Case, role: str) -> Given:
    named = next((row.assigned for row in case.rows(RoleRow) if row.role == split(role)[0]), "")
    return Given(role, plan_words.name_of(case.program, role), named)
