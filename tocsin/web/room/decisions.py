"""Decisions: those the viewer may take, those of others, and chains of signatures under them."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from tocsin.engine import terms as t
from tocsin.engine.program import Decision, Text
from tocsin.incidents import plans
from tocsin.incidents.models import ChainRow, ConditionRow, DecidedRow, DecisionRow, Plan
from tocsin.web import fact_fields, plan_words
from tocsin.web.cases import Case
from tocsin.web.fact_fields import Asked
from tocsin.web.room import attachments, records
from tocsin.web.room.attachments import Attachment
from tocsin.web.room.records import Entry
from tocsin.web.room.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class Link:
    """One signature of a chain: done, now or later. `mine`: the viewer would sign it."""

    id: str
    name: str
    role: Text
    person: str
    state: str
    at: datetime | None
    mine: bool
    attach: tuple[Attachment, ...]
    instead_of: str = ""
    """The holder for whom a deputy signed."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as a page shows it; `waiting` is the link that is to be signed now."""

    row: ChainRow
    key: str
    links: tuple[Link, ...]
    waiting: Link | None


@dataclass(frozen=True, slots=True)
class Open:
    """A decision that can be taken now. `unmet` are the conditions that it needs and that do not hold."""

    row: DecisionRow
    rule: Decision
    key: str
    may: bool
    asked: tuple[Asked, ...]
    unmet: tuple[ConditionRow, ...]
    attach: tuple[Attachment, ...]
    ends: bool
    """It ends the incident."""
    entries: tuple[Entry, ...] = ()
    """What it can be about: the entries of a record, the newest first."""
    ways: tuple[str, ...] = ()
    """How one may attend, where a group decides together."""


def context(case: Case) -> dict[str, object]:
    """Return the decisions by who may take them, the running chains, and what was decided."""
    rows = sorted((row for row in case.seen(DecisionRow) if not row.sets_level), key=attrgetter("order"))
    unmet = {row.condition: row for row in case.rows(ConditionRow) if row.holds is not True}
    suggestions = Suggestions(case)
    decisions = [_open(case, row, unmet, suggestions) for row in rows if row.decision in case.program.decisions]
    chained = {row.subject for row in case.rows(ChainRow) if row.kind == "decision" and row.status == "running"}
    free = [one for one in decisions if one.row.decision not in chained]
    free.sort(key=lambda one: (not one.row.proposed, one.row.order))
    over = case.board.phase in t.OVER
    return {
        "mine": [] if over else [one for one in free if one.may],
        "others": [] if over else [one for one in free if not one.may],
        "chains": chains(case, "decision"),
        "decided": sorted(case.seen(DecidedRow), key=attrgetter("seq"), reverse=True)[:8],
        "people": case.people,
        "names": lambda roles: plan_words.names(case.program, roles),
        "name_of": lambda name: plan_words.name_of(case.program, name),
        "version": None if over or not case.commands else _newer(case),
        "addable": [] if over or not case.commands else _addable(case),
        "label": records.label,
        "named": plan_words.option_name,
        "way": plan_words.way,
    }


def _addable(case: Case) -> list[tuple[Plan, str]]:
    """Return the plans and role sets in force that it does not run by yet, each with its kind."""
    known = {plan["id"] for plan in case.board.plans}
    return [(plan, plans.compiled(plan).kind) for name, plan in case.in_force.items() if name not in known]


def _newer(case: Case) -> Plan | None:
    """Return the version of the plan in force, where the incident runs on another one."""
    plan = case.in_force.get(case.board.plan_id)
    return plan if plan and plan.hash != case.board.plans[0]["hash"] else None


def chains(case: Case, kind: str) -> list[Chain]:
    """Return the chains of this kind, the running ones first."""
    rows = sorted((row for row in case.seen(ChainRow) if row.kind == kind), key=attrgetter("at"), reverse=True)
    return sorted((shown(case, row) for row in rows), key=lambda chain: chain.row.status != "running")


def shown(case: Case, row: ChainRow) -> Chain:
    """Return one chain as a page shows it."""
    links: list[Link] = []
    for link in row.links:
        waits = row.status == "running" and all(earlier.state == "done" for earlier in links)
        links.append(
            Link(
                id=link["link"],
                name=plan_words.deed(link["link"]),
                role=plan_words.name_of(case.program, link["role"]),
                person=link["person"] or link["owner"],
                state="done" if link["person"] else "now" if waits else "later",
                at=datetime.fromisoformat(link["at"]) if link["at"] else None,
                mine=not link["person"] and case.speaks([link["role"]]),
                attach=attachments.of(case.program, link["attach"]) if waits else (),
                instead_of=link.get("instead_of", ""),
            )
        )
    return Chain(row, f"chain:{row.chain}", tuple(links), next((link for link in links if link.state == "now"), None))


def _open(case: Case, row: DecisionRow, unmet: dict[str, ConditionRow], suggestions: Suggestions) -> Open:
    rule = case.program.decisions[row.decision]
    asks = suggestions.asked(case.program.facts[name] for name in rule.asks if name in case.program.facts)
    marks = {*rule.marks, *(mark for option in rule.options for mark in option.marks)}
    return Open(
        row=row,
        rule=rule,
        key=f"decision:{row.decision}",
        may=case.speaks(_who(rule, row)),
        asked=tuple(fact_fields.asked(asks, {}, suggestions.of(asks))),
        unmet=tuple(unmet[name] for name in row.needs if name in unmet),
        attach=attachments.of(case.program, rule.chain[0].attach) if rule.chain else (),
        ends=bool(marks & {"closed", "cancelled"}),
        entries=records.entries(case, rule.about) if rule.about else (),
        ways=case.program.groups[rule.together].attendance if rule.together else (),
    )


def _who(rule: Decision, row: DecisionRow) -> tuple[str, ...]:
    """Return the roles that may take it in the present case; before the case is known, in any."""
    if row.who:
        return tuple(row.who)
    cases = getattr(rule.who, "cases", {})
    return tuple(dict.fromkeys(role for roles in cases.values() for role in roles))
