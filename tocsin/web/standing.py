"""What the readiness page shows: by plan the standing duties by due time, what is late, and the registers with their entries (RDY-01)."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from markupsafe import Markup

from tocsin.engine import terms as t
from tocsin.engine.expressions import UNKNOWN
from tocsin.engine.program import Department, Field, Group, Obligation, Program, Record, Role, Text
from tocsin.engine.program.standing import PEOPLE, REMOVED
from tocsin.incidents import plans, readers, standing
from tocsin.incidents.models import BreachRow, ClockRow, Incident, RegisterRow, TimelineRow
from tocsin.incidents.tallies import Tally
from tocsin.web import clocks, measures, plan_words, shares, shifts, times
from tocsin.web.cases import People, people_of
from tocsin.web.clocks import Shown
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request
from tocsin.web.room import figures as drawn
from tocsin.web.room.records import label, spelled

FAR: Final = timedelta(days=100)
"""What is due later than this, a quarter and a little, is not looked at every day."""
LOOKED_AT: Final = 400
"""How many of the latest acts are looked through for the last evidence of each duty."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One standing record as the viewer sees it."""

    incident: Incident
    program: Program
    actor: t.Actor
    eyes: readers.Eyes

    @property
    def id(self) -> UUID:
        return self.incident.pk

    @property
    def plan(self) -> str:
        return self.incident.standing

    def sees(self, rule: Record, field: str = "") -> bool:
        """Return whether the viewer sees a register, or one field of it."""
        return self.eyes.are_of(rule.confidential.get(field, ()) if field else rule.visible_to)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a duty was done last."""

    at: datetime
    by: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One standing duty, of one entry where it runs over a register. `about` is what the entry is called."""

    clock: Shown
    rule: Obligation
    about: str
    state: str
    """late, soon or ok."""
    may: bool
    form: tuple[Field, ...]
    """What is filled in where it asks for a record; what names the entry is not among it."""
    names: str
    """The field of the record that names the entry."""
    last: Evidence | None
    far: bool
    """In order, and not due for long: it is folded away."""
    key: str
    inherited: bool
    """Late by nothing but what was due before the record began: nobody here has missed it."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    An entry of a register. `cells` are the fields that anybody sees, `covered` those that the viewer is shown when asking for them,
    `hidden` those that are kept for others.
    """

    row: RegisterRow
    name: str
    person: str
    cells: tuple[tuple[Field, Markup], ...]
    covered: tuple[Field, ...]
    hidden: tuple[Field, ...]
    values: Mapping[str, str]
    """What the form of the entry shows; what is confidential is only written over."""
    fields: tuple[Field, ...]
    due: ClockRow | None
    assumed: bool
    key: str


@dataclass(frozen=True, slots=True)
class Register:
    """A register with its entries."""

    rule: Record
    marks: tuple[str, ...]
    lines: tuple[Line, ...]
    fields: tuple[Field, ...]
    grows: bool
    """Whether entries are made by hand: people come from the directory."""
    roster: shifts.Roster | None
    """How it stands where its entries are shifts, as far as the viewer sees all of them."""
    key: str


@dataclass(frozen=True, slots=True)
class Drag:
    """What is late of one duty."""

    title: Text
    cite: tuple[str, ...]
    count: int
    about: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one plan owes, what of it is late, and its registers."""

    kept: Kept
    duties: list[Duty]
    drags: list[Drag]
    registers: list[Register]
    shares: list[shares.Share]
    prepared: list[Tally]
    left: list[measures.Open]
    """What the reviews of its incidents left to do."""
    overdue: list[measures.Open]


def every(request: Request) -> list[Kept]:
    """Return the standing records of the organisation that this release can read."""
    found = []
    for incident in standing.records(request.organisation.id):
        with suppress(plans.Uncompilable):
            found.append(_kept(request, incident))
    return found


def find(request: Request, plan: str) -> Kept | None:
    """Return the standing record of a plan, or None."""
    incident = next((each for each in standing.records(request.organisation.id) if each.standing == plan), None)
    return _kept(request, incident) if incident else None


def _kept(request: Request, incident: Incident) -> Kept:
    program = plans.of(incident)
    actor = replace(request.actor, standing=request.viewer.standing(incident.plan_hash))
    return Kept(incident, program, actor, readers.eyes(incident.pk, program, actor))


def context(request: Request) -> dict[str, object]:
    """Return what the page shows."""
    people = people_of(request)
    parts = [_part(request, kept, people) for kept in every(request)]
    duties = [duty for part in parts for duty in part.duties]
    held = sum(1 for duty in duties if duty.state != "late")
    return {
        "parts": parts,
        "people": people,
        "owed": len(duties),
        "held": held,
        "score": 100 * held // len(duties) if duties else 100,
        "drags": sorted((drag for part in parts for drag in part.drags), key=lambda drag: -drag.count),
        "label": label,
        "named": plan_words.option_name,
        "mark": plan_words.mark_word,
        "spelled": lambda tally: drawn.spelled(tally.figure, None if tally.mean is UNKNOWN else tally.mean),
        "row": "",
        "typed": {},
    }


def _part(request: Request, kept: Kept, people: People) -> Part:
    rows = list(kept.eyes.seen(RegisterRow.objects.filter(incident_id=kept.id, open=True)))
    called = {row.entry: _called(kept, row, people) for row in rows if row.entry}
    running = ClockRow.objects.filter(incident_id=kept.id, status__in=clocks.RUNNING).order_by("due_at", "clock")
    seen = [row for row in kept.eyes.seen(running) if row.obligation in kept.program.obligations]
    evidence = _evidence(kept, called)
    before = BreachRow.objects.filter(incident_id=kept.id, missed=1, due_at__lt=kept.incident.declared_at)
    inherited = {(breach.clock, breach.generation) for breach in kept.eyes.seen(before)}
    duties = [_duty(kept, row, people, called, evidence, inherited=inherited) for row in seen]
    duties.sort(key=lambda duty: (duty.state != "late", duty.clock.row.due_at is None, duty.clock.row.due_at or duty.clock.row.began_at))
    shown = [rule for rule in kept.program.records.values() if rule.register and kept.sees(rule)]
    return Part(
        kept,
        duties,
        _drags(kept, duties),
        [_register(kept, rule, rows, people, seen) for rule in shown],
        shares.shares(kept.program, kept.eyes.seen(ClockRow.objects.filter(incident_id=kept.id))),
        shares.prepared(plans.program(kept.incident.organisation_id, kept.incident.plan_hash), request.viewer, times.now()),
        measures.every(request.viewer, kept.plan),
        measures.overdue(request.viewer, times.now(), kept.plan),
    )


def secrets(kept: Kept, register: str, entry: str) -> list[tuple[Text, str]]:
    """Return what of an entry is confidential and there for the viewer, each as it is called (RDY-06)."""
    rule, row = kept.program.records.get(register), RegisterRow.objects.filter(incident_id=kept.id, record=register, entry=entry).first()
    if rule is None or row is None or not kept.sees(rule):
        return []
    return [
        (label(field), row.fields[field.id]) for field in _shown(kept, rule) if field.id in rule.confidential and row.fields.get(field.id)
    ]


def _called(kept: Kept, row: RegisterRow, people: People) -> str:
    """Return what an entry is called: its first field, unless that is for others."""
    rule = kept.program.records.get(row.record)
    first = rule.fields[0] if rule else None
    words = row.fields.get(first.id, "") if first and rule and kept.sees(rule, first.id) else ""
    return people.name(words) if first and first.type == "person" and words else words or row.entry.partition("-")[2]


# ------------------------------------------------------------------ duties


def _duty(
    kept: Kept,
    row: ClockRow,
    people: People,
    called: Mapping[str, str],
    evidence: Mapping[tuple[str, str], Evidence],
    *,
    inherited: Collection[tuple[str, int]],
) -> Duty:
    rule, now = kept.program.obligations[row.obligation], times.now()
    shown = clocks.show(row, now, number=kept.plan, owner=people.name(row.owner), mine=row.owner == people.viewer)
    late = row.status == "breached" or bool(row.behind)
    soon = row.due_at is not None and row.remind_at is not None and row.remind_at <= now
    record = kept.program.records.get(rule.object) if rule.verb == "record" else None
    names = record.fields[0].id if record and record.of and row.entry else ""
    mine = {*kept.eyes.mine, f"person:{people.viewer}"}
    return Duty(
        clock=replace(shown, state="late", late=True) if late else shown,
        rule=rule,
        about=called.get(row.entry, ""),
        state="late" if late else "soon" if soon else "ok",
        may=shown.mine or row.owes in mine or kept.program.commander in mine,
        form=tuple(field for field in record.fields if field.id != names) if record else (),
        names=names,
        last=evidence.get((row.obligation, row.entry)),
        far=not late and not soon and (row.due_at is None or row.due_at > now + FAR),
        key=f"duty:{kept.plan}:{row.clock}",
        inherited=row.missed <= 1 and (row.clock, row.generation) in inherited,
    )


def _evidence(kept: Kept, called: Mapping[str, str]) -> dict[tuple[str, str], Evidence]:
    """Return how each duty was done last, by its id and entry, from the latest acts."""
    rows = TimelineRow.objects.filter(incident_id=kept.id, kind__in=("Fulfilled", "RecordEntered")).order_by("-seq")[:LOOKED_AT]
    found: dict[tuple[str, str], Evidence] = {}
    for row in kept.eyes.lines(rows):
        for name in _done_by(kept, row, called):
            found.setdefault(name, Evidence(row.happened_at, row.by, tuple(row.data.get("evidence") or ())))
    return found


def _done_by(kept: Kept, row: TimelineRow, called: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if row.kind == "Fulfilled":
        yield row.subject, row.data.get("entry", "")
        return
    record = kept.program.records.get(row.subject)
    if record is None or record.register:
        return
    wanted = row.data["fields"].get(record.fields[0].id, "")
    about = [entry for entry, name in called.items() if wanted in (entry, entry.partition("-")[2], name)] if record.of else []
    for rule in kept.program.obligations.values():
        if rule.verb == "record" and rule.object == record.id:
            yield from ((rule.id, entry) for entry in (about or called if rule.collections else [""]))


def _drags(kept: Kept, duties: list[Duty]) -> list[Drag]:
    """Return what is late, by duty: that is what lowers the readiness."""
    late = sorted((duty for duty in duties if duty.state == "late"), key=lambda duty: duty.rule.id)
    found = []
    for _rule, group in groupby(late, key=lambda duty: duty.rule.id):
        several = list(group)
        first = several[0]
        names = tuple(duty.about for duty in several if duty.about)
        found.append(Drag(first.rule.title, first.rule.cite, len(several), names[:6], f"#duty-{first.clock.row.pk}"))
    return found


# ------------------------------------------------------------------ registers


def _register(kept: Kept, rule: Record, rows: list[RegisterRow], people: People, running: list[ClockRow]) -> Register:
    own = [row for row in rows if row.record == rule.id]
    whole = next((row for row in own if not row.entry), None)
    return Register(
        rule=rule,
        marks=tuple(whole.marks) if whole else (),
        lines=tuple(_line(kept, rule, row, people, running) for row in sorted(own, key=lambda row: row.pk) if row.entry),
        fields=_shown(kept, rule),
        grows=rule.id != PEOPLE,
        roster=shifts.roster(rule, (row.fields for row in own if row.entry), times.now()) if _open_to(kept, rule) else None,
        key=f"register:{kept.plan}:{rule.id}",
    )


def _cell(kept: Kept, field: Field, words: str, people: People) -> Markup:
    """Return what a field holds as the viewer reads it: roles and departments that it names are called by their titles."""
    if field.type == "text" and not field.of:
        named = [plan_words.find(kept.program, name) for name in words.split(", ")]
        if all(isinstance(one, Role | Group | Department) for one in named):
            return Markup("{}").format(_(", ")).join(text(plan_words.titled(one)) for one in named)
    return spelled(field, words, people)


def _shown(kept: Kept, rule: Record) -> tuple[Field, ...]:
    """Return the fields of a register that the viewer sees."""
    return tuple(field for field in rule.fields if field.id != REMOVED and kept.sees(rule, field.id))


def _open_to(kept: Kept, rule: Record) -> bool:
    return all(kept.sees(rule, field.id) for field in rule.fields)


def _line(kept: Kept, rule: Record, row: RegisterRow, people: People, running: list[ClockRow]) -> Line:
    item = next((each for each in rule.items if row.entry == f"{rule.id}-{each.id}"), None)
    first, fields = rule.fields[0].id, _shown(kept, rule)
    open_to_all = {name: words for name, words in row.fields.items() if name not in rule.confidential}
    return Line(
        row=row,
        name=_called(kept, row, people),
        person=row.fields.get(first, "") if rule.fields[0].type == "person" else "",
        cells=tuple(
            (field, _cell(kept, field, open_to_all[field.id], people))
            for field in fields
            if field.id != first and open_to_all.get(field.id)
        ),
        covered=tuple(field for field in fields if field.id in rule.confidential and row.fields.get(field.id)),
        values=open_to_all,
        hidden=tuple(field for field in rule.fields if not kept.sees(rule, field.id)),
        fields=tuple(field for field in fields if rule.id != PEOPLE or field.id == "department"),
        due=next((clock for clock in running if clock.entry == row.entry and clock.due_at), None),
        assumed=bool(item and item.assumed),
        key=f"entry:{kept.plan}:{row.entry}",
    )
