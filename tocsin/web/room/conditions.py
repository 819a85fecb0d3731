"""Conditions of clearing and ending: held since when, for how long, attested by whom, waived with what reason."""

from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from tocsin.engine.collections import PARTIES
from tocsin.engine.program import Condition, Decision
from tocsin.incidents.models import ConditionRow, PartyRow
from tocsin.web import plan_words, times, wording
from tocsin.web.cases import Case


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for which a condition has to be attested, and by whom it was."""

    entry: str
    name: str
    person: bool
    by: str
    key: str


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One condition. `state` is met, against, open or (in a checklist) later; `held_s` of `hold_s` is how long it has held without
    interruption. With `lines` it is attested line by line.
    """

    row: ConditionRow
    rule: Condition
    state: str
    key: str
    measure: Markup
    held: str
    hold: str
    held_s: int
    hold_s: int
    may_attest: bool
    may_waive: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A decision and the conditions that all have to hold before it."""

    decision: Decision
    conditions: tuple[Shown, ...]
    met: int


def context(case: Case) -> dict[str, object]:
    """Return the doors of the plan with their conditions; a condition behind several doors is acted on at the first."""
    rows = {row.condition: row for row in case.rows(ConditionRow)}
    doors = [_door(case, decision, rows) for decision in case.program.decisions.values() if decision.needs]
    warned = case.board.phase in ("warning", "declared", "")
    return {
        "doors": [door for door in doors if door.conditions and (warned or "cleared" not in door.decision.marks)],
        "people": case.people,
        "names": lambda roles: plan_words.names(case.program, roles),
    }


def _door(case: Case, decision: Decision, rows: dict[str, ConditionRow]) -> Door:
    each_shown = tuple(shown(case, rows[name], case.program.conditions[name]) for name in decision.needs if name in rows)
    return Door(decision, each_shown, sum(1 for each in each_shown if each.state == "met"))


def shown(case: Case, row: ConditionRow, rule: Condition) -> Shown:
    """Return one condition as it stands now, and what the viewer may do about it."""
    held = max(case.incident_now - row.since, timedelta()) if row.since and row.value else timedelta()
    hold = timedelta(seconds=row.hold_s or 0)
    against = row.value is False and row.measured
    return Shown(
        row=row,
        rule=rule,
        state="met" if row.holds else "against" if against else "open",
        key=key(row.condition),
        measure=wording.say(case.program, rule.measure) if rule.measure is not None else Markup(),
        held=times.lasting(min(held, hold)) if hold else "",
        hold=times.lasting(hold) if hold else "",
        held_s=int(min(held, hold).total_seconds()),
        hold_s=int(hold.total_seconds()),
        may_attest=bool(row.attest) and case.speaks([row.attest, "anyone" if row.attest == "sender" else ""]),
        may_waive=_may_waive(case, row, rule),
        lines=_lines(case, row, rule),
    )


def key(condition: str, entry: str = "") -> str:
    """Return the key of the row in which a condition, or one entry of it, is acted on."""
    return f"condition:{condition}:{entry}" if entry else f"condition:{condition}"


def _lines(case: Case, row: ConditionRow, rule: Condition) -> tuple[Line, ...]:
    parties = {row.party: row.name for row in case.rows(PartyRow)} if rule.each in PARTIES else {}
    return tuple(
        Line(
            entry=one["entry"],
            name=parties.get(one["entry"], one["entry"]),
            person=one["entry"] not in parties,
            by=one["by"],
            key=key(row.condition, one["entry"]),
        )
        for one in row.attested_each
    )


def _may_waive(case: Case, row: ConditionRow, rule: Condition) -> bool:
    if rule.waive is None or row.waived or case.people.viewer in row.waived_by:
        return False
    return case.speaks(rule.waive.approve if row.waived_by else rule.waive.by)
