"""Partners: what stands in the registers of the organisation and can be called from here, with what each promised (ESC-09)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from markupsafe import Markup

from tocsin.engine.program import Field, Record, Resource
from tocsin.incidents import partners
from tocsin.incidents.models import RecordRow
from tocsin.incidents.partners import Partner
from tocsin.web.cases import Case
from tocsin.web.room.records import label, spelled


@dataclass(frozen=True, slots=True)
class Shown:
    """One partner as the panel shows it. `secret`: something of it is confidential, and the viewer is of those who see that."""

    partner: Partner
    record: str
    key: str
    said: tuple[tuple[Field, Markup], ...]
    secret: bool
    called_at: datetime | None


def context(case: Case) -> dict[str, object]:
    """Return every partner that can be called, in the order of the registers; and whoever else has a number that the viewer may need."""
    found = [shown for rule in case.program.records.values() if case.sees(rule) for shown in _of(case, rule)]
    callable_ = {shown.partner.register.id for shown in found}
    rest = [shown for register in case.program.resources.values() if register.id not in callable_ for shown in _numbers(case, register)]
    return {"partners": found, "numbers": rest, "label": label}


def _of(case: Case, rule: Record) -> Iterator[Shown]:
    known = partners.callable_by(case.registers, case.program, rule)
    shown = [partner for partner in known if case.eyes.are_of(partner.register.visible_to)]
    called = _called(case, rule) if shown else {}
    for partner in shown:
        yield Shown(
            partner=partner,
            record=rule.id,
            key=f"partner:{partner.key}",
            said=tuple(_said(case, partner)),
            secret=bool(secrets(case, partner)),
            called_at=called.get(partner.name) or called.get(partner.key),
        )


def _numbers(case: Case, register: Resource) -> Iterator[Shown]:
    """Yield what in a register has something confidential that is there for the viewer: a duty desk, the line of the command (X-61)."""
    if any(map(case.eyes.are_of, register.confidential.values())) and case.eyes.are_of(register.visible_to):
        for partner in partners.listed(case.registers, case.program, register):
            if secrets(case, partner):
                yield Shown(partner, "", f"partner:{partner.key}", tuple(_said(case, partner)), secret=True, called_at=None)


def _said(case: Case, partner: Partner) -> Iterator[tuple[Field, Markup]]:
    for field in partner.register.fields[1:]:
        words = partner.open_to_all.get(field.id, "")
        if words:
            yield field, spelled(field, words, case.people)


def _called(case: Case, rule: Record) -> dict[str, datetime]:
    """Return by what was named when it was called last."""
    rows = sorted((row for row in case.seen(RecordRow) if row.record == rule.id), key=attrgetter("seq"))
    return {row.fields[rule.fields[0].id]: row.happened_at for row in rows if row.fields.get(rule.fields[0].id)}


def secrets(case: Case, partner: Partner) -> dict[str, str]:
    """Return what of a partner is confidential and there for the viewer, by field (RDY-06, X-61)."""
    known = {field: partner.values.get(field, "") for field in partner.register.confidential}
    return {field: words for field, words in known.items() if words and case.eyes.are_of(partner.register.confidential[field])}
