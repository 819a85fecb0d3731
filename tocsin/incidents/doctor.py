"""The doctor: rebuilds state and rows from the journal, names what differs, mends it if asked. The journal itself is only ever read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.compose import hash_of
from tocsin.incidents import canonical, chain, journal, plans, states
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import Entry, Head, Incident, Plan, Seal
from tocsin.incidents.models.row import Row as RowModel
from tocsin.incidents.projection.projector import Name, Projector
from tocsin.incidents.projection.rows import keys_of
from tocsin.incidents.sealing import commit
from tocsin.incidents.times import server_time

Rows = Mapping[Name, Mapping[str, Any]]

_OWN: Final = frozenset({"id", "organisation", "incident"})
"""Columns that are not made from events."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """
    One thing that is not as the journal says. `part` is journal, head, state or rows; `mendable` says whether it can be made again.
    """

    incident: str
    part: str
    place: str
    problem: str
    mendable: bool

    def __str__(self) -> str:
        return f"{self.incident} {self.part} {self.place}: {self.problem}"


def examine(incident_id: UUID, *, mend: bool = False) -> tuple[Complaint, ...]:
    """Return what is wrong with one incident, under its lock. With `mend`, state and rows are made again; a journal never is."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        broken = tuple(_journal(incident))
        if broken:
            return broken  # rows made from an altered journal would only spread the alteration
        try:
            rebuilt = _rebuilt(incident)
        except (UnknownEvent, plans.Uncompilable, Plan.DoesNotExist) as problem:
            return (Complaint(incident.number, "journal", "", str(problem), mendable=False),)
        head = Head.objects.get(pk=incident.pk)
        complaints = (*_state(incident, rebuilt, head), *_rows(incident, rebuilt))
        if mend and complaints:
            _mend(incident, rebuilt, head)
    return complaints


def examine_all(*, mend: bool = False) -> Iterator[Complaint]:
    """Yield what is wrong with any incident, one after the other."""
    for incident_id in Incident.objects.order_by("declared_at").values_list("pk", flat=True).iterator():
        yield from examine(incident_id, mend=mend)


# ------------------------------------------------------------------ the journal


def _journal(incident: Incident) -> Iterator[Complaint]:
    """Yield the first break of the chain, each text that is not the one sealed, and a head that is not the signed one."""
    name = incident.number
    head = Head.objects.filter(pk=incident.pk).first()
    if head is None:
        yield Complaint(name, "head", "", "there is none", mendable=False)
        return
    entries, seals = journal.entries_of(incident)
    before, seq = journal.begin(incident).hash, 0
    for entry in entries.iterator():
        seq += 1
        broken = _entry(entry, seq, before)
        if broken:
            yield Complaint(name, "journal", f"entry {seq}", broken, mendable=False)
            return
        before = entry.hash
    if (head.seq, head.hash) != (seq, before):
        yield Complaint(name, "head", f"entry {seq}", f"the signed end is entry {head.seq}", mendable=False)
    elif not chain.verify_head(journal.signing_key().public_key(), journal.head_of(head, incident), head.signature):
        yield Complaint(name, "head", f"entry {seq}", "the signature is not this installation's", mendable=False)
    for seal in seals.iterator():
        if not _is_sealed(incident, seal):
            yield Complaint(name, "journal", f"entry {seal.seq} {seal.path}", "the text is not the one that was sealed", mendable=False)


def _entry(entry: Entry, seq: int, before: str) -> str:
    if entry.seq != seq:
        return f"missing; entry {entry.seq} follows"
    if entry.prev_hash != before:
        return "does not follow the entry before it"
    if entry.hash != chain.link(before, seq, entry.type, entry.version, entry.body):
        return "was altered"
    return ""


def _is_sealed(incident: Incident, seal: Seal) -> bool:
    body = Entry.objects.filter(incident=incident, seq=seal.seq).values_list("body", flat=True).first() or ""
    try:
        return canonical.commitment_at(canonical.load(body), seal.path) == commit(bytes.fromhex(seal.salt), seal.text)
    except (ValueError, LookupError):
        return False  # nothing is sealed there


# ------------------------------------------------------------------ what is made from it


@dataclass(frozen=True, slots=True)
class _Rebuilt:
    state: t.State
    rows: Rows


def _rebuilt(incident: Incident) -> _Rebuilt:
    projector = Projector(incident, None, t.State())
    for written in journal.read(incident):
        projector.add(written.seq, written.event)
    rows = {(model, key): _whole(model, key, values) for (model, key), values in projector.rows().items()}
    return _Rebuilt(projector.state, rows)


def _whole(model: type[RowModel], key: tuple[str | int, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    row = model(**dict(zip(keys_of(model), key, strict=True)), **values)
    return {field.name: getattr(row, field.name) for field in model._meta.fields if field.name not in _OWN}


def _state(incident: Incident, rebuilt: _Rebuilt, head: Head) -> Iterator[Complaint]:
    if not states.is_whole(incident, rebuilt.state, head):
        yield Complaint(incident.number, "state", "", "is not what the journal gives", mendable=True)
    due = next_due(plans.of(incident, plans.hashes_of(rebuilt.state)), rebuilt.state)
    if (incident.plan_hash, incident.next_due) != (hash_of(plans.hashes_of(rebuilt.state)), due):
        yield Complaint(incident.number, "state", "next_due", "is not what the journal gives", mendable=True)


def _rows(incident: Incident, rebuilt: _Rebuilt) -> Iterator[Complaint]:
    found = dict(_found(incident))
    for name in sorted({*found, *rebuilt.rows}, key=lambda name: (name[0].__name__, name[1])):
        model, key = name
        place = f"{model.__name__} {'/'.join(map(str, key))}".rstrip()
        if name not in found:
            yield Complaint(incident.number, "rows", place, "is missing", mendable=True)
        elif name not in rebuilt.rows:
            yield Complaint(incident.number, "rows", place, "has no entry behind it", mendable=True)
        else:
            wrong = [field for field, value in rebuilt.rows[name].items() if found[name][field] != value]
            if wrong:
                yield Complaint(incident.number, "rows", place, f"differs in {', '.join(wrong)}", mendable=True)


def _found(incident: Incident) -> Iterator[tuple[Name, dict[str, Any]]]:
    for model in row_models():
        keys = keys_of(model)
        for row in model._default_manager.filter(incident=incident):
            values = {field.name: getattr(row, field.name) for field in model._meta.fields if field.name not in _OWN}
            yield (model, tuple(values[key] for key in keys)), values


def row_models() -> list[type[RowModel]]:
    """Return every kind of row."""
    models: list[type[Model]] = list(apps.get_app_config("incidents").get_models())
    return [model for model in models if issubclass(model, RowModel)]


def _mend(incident: Incident, rebuilt: _Rebuilt, head: Head) -> None:
    """Make state and rows again."""
    for model in row_models():
        model._default_manager.filter(incident=incident).delete()
        mine = [values for (kind, _), values in rebuilt.rows.items() if kind is model]
        model._default_manager.bulk_create(
            [model(organisation_id=incident.organisation_id, incident=incident, **values) for values in mine]
        )
    states.keep(incident, rebuilt.state, head)
    incident.plan_hash = plans.together(incident.organisation_id, plans.hashes_of(rebuilt.state))
    incident.next_due = next_due(plans.of(incident, plans.hashes_of(rebuilt.state)), rebuilt.state)
    incident.wake_at = server_time(incident, incident.next_due)
    incident.save(update_fields=["state", "state_hash", "state_seq", "plan_hash", "next_due", "wake_at"])
