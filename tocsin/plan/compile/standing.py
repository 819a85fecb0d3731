"""What an organisation owes between incidents, as a program of its own: registers become its records, standing duties its obligations."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from tocsin.engine.expressions import All, Compare, Expression, Literal, Name
from tocsin.engine.program import Cases, Effect, Field, FromFact, Help, Ladder, Moment, Obligation, Program, Record, Resource, Rung
from tocsin.engine.program.standing import PEOPLE, REMOVED
from tocsin.plan.builtin import MOMENTS, OF_PEOPLE, STANDING, TAKEN_OUT
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.compile.words import records
from tocsin.plan.findings import Path
from tocsin.plan.forms.standing import EnsureForm, EntrySpan, LatenessForm, ReadinessForm
from tocsin.plan.standing import item_of

_TOLD = ("tell", "alert", "call")


def standing(context: Context, program: Program) -> Program:
    """Return the program of what is owed between incidents; it is empty where the plan has neither registers nor standing duties."""
    form = context.form
    duties = {identifier: _duty(context, ("readiness", identifier), rule) for identifier, rule in form.readiness.items()}
    kept = {identifier: _register(rule, _over(duties.values(), identifier)) for identifier, rule in program.resources.items()}
    if any(PEOPLE in duty.collections for duty in duties.values()):
        kept[PEOPLE] = OF_PEOPLE
    return replace(
        program,
        facts={},
        signals={},
        watches={},
        conditions={},
        moments=_moments(context),
        levels={},
        classify=None,
        triggers={},
        situations={},
        obligations=duties,
        decisions={},
        messages={},
        records=kept | dict(_written(context)),
        figures={},
        checklists={},
        help=Help(),
        resources={},
        maps={},
    )


def _moments(context: Context) -> dict[str, Moment]:
    """The record begins once; everything else that a standing duty counts from comes with that, or lies before it."""
    document = context.form.document
    said = document.updated or document.created if document else ""
    dated = {"year_start": "year", "document.updated": _day(said), "document.reviewed": _day(said)}
    found = {each: MOMENTS[each] for each in ("reported", "registered")}
    for each, title in STANDING.items():
        day, repeats = dated.get(each, ""), each == "document.published"
        found[each] = Moment(id=each, title=title, cite=(), dated=day, with_="" if day else "registered", repeats=repeats)
    return found


def _day(words: str) -> str:
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        return ""


def _written(context: Context) -> Iterator[tuple[str, Record]]:
    """Yield the records that standing duties ask for, with the evidence that these demand."""
    every = records(context)
    for rule in context.form.readiness.values():
        if rule.record:
            record = every[rule.record.name]
            every[record.id] = replace(record, evidence=record.evidence or rule.evidence, then=())
            yield record.id, every[record.id]


# ------------------------------------------------------------------ registers


def _over(duties: Iterable[Obligation], register: str) -> list[Obligation]:
    return [duty for duty in duties if register in duty.collections]


def _register(rule: Resource, duties: list[Obligation]) -> Record:
    """A register is a record whose entries stay; what a duty counts from is a time, and what it takes as its limit a length of time."""
    times = {anchor.removeprefix("entry.") for duty in duties for anchor in duty.anchors if anchor.startswith("entry.")}
    spans = {duty.every.fact.removeprefix("entry.") for duty in duties if isinstance(duty.every, FromFact)}
    fields = [replace(field, type="time" if field.id in times else "period" if field.id in spans else field.type) for field in rule.fields]
    return Record(
        id=rule.id,
        title=rule.title,
        cite=rule.cite,
        assumed=rule.assumed,
        acknowledges=rule.acknowledges,
        was=rule.was,
        fields=(*fields, Field(REMOVED, "time", label=TAKEN_OUT, optional=True)),
        open_until=REMOVED,
        visible_to=rule.visible_to,
        confidential=rule.confidential,
        retained=rule.retained,
        register=True,
        items=rule.items,
        owner=rule.owner,
    )


# ------------------------------------------------------------------ duties


def _duty(context: Context, path: Path, rule: ReadinessForm) -> Obligation:
    verb = "do" if rule.do else "record" if rule.record else "ensure"
    anchor = rule.of or rule.from_ or ""
    register, item, field = item_of(anchor)
    said = context.title_of("record", name(rule.record)) if rule.record else context.text(rule.do)
    return Obligation(
        **context.common(str(path[-1]), rule, title=said or None),
        owes=rule.owes,
        verb=verb,  # type: ignore[arg-type]
        object=name(rule.record),
        words=context.text(rule.do),
        within=rule.within,
        every=FromFact(rule.every.from_) if isinstance(rule.every, EntrySpan) else rule.every,
        anchors=_anchors(f"entry.{field}" if item else anchor, recurring=rule.every is not None),
        fixed=rule.counted == "fixed",
        evidence=rule.evidence,
        remind=rule.remind if rule.remind is not None else context.defaults.remind,
        late=tuple(map(_rung, rule.late)) if rule.late is not None else _usual(context.defaults.late),
        collections=(register,) if item else tuple(dict.fromkeys(PEOPLE if each == "newcomers" else each for each in rule.for_each)),
        where=_where(context, rule, item),
        **_ensured(rule.ensure),
        drill=rule.runs is not None,
    )


def _ensured(form: EnsureForm | None) -> dict[str, Any]:
    """Return what is to stay true: fields filled, a roster manned, or the shifts of a register known so far ahead."""
    if form is None:
        return {}
    if form.over is not None:
        return {"covered": form.covered or "", "over": form.over}
    return {"filled": tuple(form.filled), "manned": form.covered or ""}


def _anchors(anchor: str, *, recurring: bool) -> tuple[str, ...]:
    """What was never done is owed from when the record, or the entry, began; so is what counts from the last time, before the first."""
    if anchor == "last":
        return ("always",)
    return (anchor, "always") if anchor.startswith("entry.") and recurring else (anchor,)


def _where(context: Context, rule: ReadinessForm, item: str) -> Expression | None:
    tests = [context.expression(rule.where, rule.for_each[0])] if rule.where and rule.for_each else []
    if item:
        tests.append(Compare("==", Name("entry.id"), Literal(item)))
    if "newcomers" in rule.for_each:
        tests.append(Name("entry.newcomer"))
    known = tuple(test for test in tests if test is not None)
    return All(known) if len(known) > 1 else next(iter(known), None)


def _rung(form: LatenessForm) -> Rung:
    effects = [Effect("tell", names(form.tell)), Effect("alert", names(form.alert))]
    if form.mark:
        effects.append(Effect("mark_entry", (form.mark.entry,) if form.mark.entry else ()))
        effects.append(Effect("mark_register", (form.mark.register_,) if form.mark.register_ else ()))
    return Rung(
        tuple(effect for effect in effects if effect.targets),
        form.after.after if form.after else Fraction(0),
        form.after.before if form.after else False,
    )


def _usual(ladder: Ladder) -> tuple[Rung, ...]:
    """Of what follows by default when a duty of an incident is late, a standing one takes over who is told."""
    if isinstance(ladder, Cases):
        return ()
    rungs = (replace(rung, effects=tuple(effect for effect in rung.effects if effect.kind in _TOLD and not effect.when)) for rung in ladder)
    return tuple(rung for rung in rungs if rung.effects)
