"""What goes into a dossier: the entries as they are stored, and the sealed texts as far as they may be shown."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from tocsin import __version__
from tocsin.accounts import directory
from tocsin.accounts.models import Organisation
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.incidents import canonical, chain, journal, plans, sealing
from tocsin.incidents.dossier import container
from tocsin.incidents.dossier.container import Line
from tocsin.incidents.models import Entry, Head, Incident, Seal, TimelineRow
from tocsin.incidents.readers import Eyes
from tocsin.kit import clock, ids


class Confidential(StrEnum):
    """What becomes of sealed texts and names: shown and marked as confidential, or left out (AUD-03)."""

    MARKED = "marked"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry as the dossier shows it: the event reads `sealing.ERASED` wherever a text is not shown."""

    seq: int
    hash: str
    event: t.AnyEvent
    texts: Mapping[str, str]
    """By place: every sealed text that is not empty, `sealing.ERASED` where it is not shown."""


@dataclass(frozen=True, slots=True)
class Contents:
    """One incident up to its head, read in one piece. `people` are names by typed id, none where confidential parts are left out."""

    organisation: Organisation
    incident: Incident
    program: Program
    head: chain.Head
    head_signature: str
    confidential: Confidential
    exported_at: datetime
    kept: tuple[Kept, ...]
    people: Mapping[str, str]
    lines: tuple[Line, ...] = field(repr=False)
    eyes: Eyes | None = None
    """Those of whoever asked; none where nothing is kept from them."""
    unseen: frozenset[tuple[int, str]] = frozenset()
    """What the plan keeps from whoever asked: entries (with the empty place) and sealed places of entries."""


def find(number_or_id: str, organisation: UUID | str = "") -> Incident:
    """
    Return the incident that `INC-118` or `inc_…` names, within the organisation (its id or short name) if one is given.

    :raises Incident.DoesNotExist: there is none.
    :raises Incident.MultipleObjectsReturned: several organisations have an incident of that number.
    """
    within = Incident.objects.select_related("organisation")
    if organisation:
        within = (
            within.filter(organisation__slug=organisation) if isinstance(organisation, str) else within.filter(organisation=organisation)
        )
    try:
        return within.get(pk=ids.untyped("inc", number_or_id))
    except ValueError:
        return within.get(number=number_or_id)


def gather(incident: Incident, confidential: Confidential, eyes: Eyes | None = None) -> Contents:
    """
    Return everything that the dossier of `incident` holds as of now. `eyes` are those of whoever asks: what the plan keeps from them is
    left out.

    :raises canonical.UnknownEvent: an entry that this release cannot read.
    """
    head = Head.objects.get(pk=incident.pk)  # read first: what lies before it never changes, so no transaction is held open
    stored = list(_joined(*journal.entries_of(incident, 0, head.seq)))
    told = list(TimelineRow.objects.filter(incident=incident, seq__lte=head.seq)) if eyes or incident.standing else []
    unseen = frozenset((row.seq, f"/fields/{part}" if part else "") for row in told if eyes for part in eyes.unseen(row))
    unseen |= frozenset(_of_registers(plans.of(incident), told))
    shown = confidential is Confidential.MARKED
    open_to = {entry.seq: _seen(entry.seq, texts, unseen) if shown else {} for entry, texts in stored}
    kept = tuple(_kept(entry, open_to[entry.seq]) for entry, _texts in stored)
    named = {contact.id: contact.name for contact in directory.contacts(incident.organisation_id).values()} if shown else {}
    withheld = {row.seq for row in told if eyes and (not eyes.reads(row) or eyes.names_unseen(row))}
    people = {person: named[person] for person in sorted(set(_persons(one for one in kept if one.seq not in withheld)) & set(named))}
    lines = [
        line
        for entry, texts in stored
        for line in ((_withheld(entry),) if entry.seq in withheld else lines_of(entry, texts, open_to[entry.seq]))
    ]
    lines += [Line(f"person {person}", {"person": {"id": person, "name": name}}) for person, name in people.items()]
    return Contents(
        organisation=incident.organisation,
        incident=incident,
        program=plans.of(incident),
        head=journal.head_of(head, incident),
        head_signature=head.signature,
        confidential=confidential,
        exported_at=clock.now(),
        kept=kept,
        people=people,
        lines=tuple(lines),
        eyes=eyes,
        unseen=unseen,
    )


def make(contents: Contents, page: str, language: str) -> bytes:
    """Return the file: `page`, the record, and the installation's seal over both."""
    key = journal.signing_key()
    first, *beside = (part.program for part in contents.program.plans)
    manifest = {
        "format": container.FORMAT,
        "release": __version__,
        "organisation": contents.head.organisation,
        "organisation_name": contents.organisation.name,
        "incident": contents.head.incident,
        "number": contents.incident.number,
        "drill": contents.incident.drill,
        "plan": {"id": first.id, "version": first.version, "hash": first.hash},
        "beside": [{"id": each.id, "version": each.version, "hash": each.hash, "kind": each.kind} for each in beside],
        "language": language,
        "confidential": contents.confidential.value,
        "exported_at": contents.exported_at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
        "entries": len(contents.kept),
        "head": {"seq": contents.head.seq, "hash": contents.head.hash, "signature": contents.head_signature},
        "key": chain.public_text(key.public_key()),
    }
    return container.close(page, (Line("manifest", {"manifest": manifest}), *contents.lines), key)


def _joined(entries: Iterable[Entry], seals: Iterable[Seal]) -> Iterator[tuple[Entry, dict[str, Seal]]]:
    by_seq = {seq: {seal.path: seal for seal in group} for seq, group in groupby(seals, key=lambda seal: seal.seq)}
    for entry in entries:
        yield entry, by_seq.get(entry.seq, {})


def _kept(entry: Entry, texts: Mapping[str, Seal]) -> Kept:
    known = {place: seal.text for place, seal in texts.items()}
    event = canonical.decode(entry.type, entry.version, entry.body, known)
    places = sealing.places(canonical.load(entry.body))
    return Kept(entry.seq, entry.hash, event, {place: known.get(place, sealing.ERASED) for place in places})


def _seen(seq: int, texts: Mapping[str, Seal], unseen: frozenset[tuple[int, str]]) -> dict[str, Seal]:
    return {place: seal for place, seal in texts.items() if not {(seq, ""), (seq, place)} & unseen}


def _of_registers(program: Program, told: Iterable[TimelineRow]) -> Iterator[tuple[int, str]]:
    """Yield what registers keep confidential: no number leaves in a file, whoever takes it out (RDY-06)."""
    for row in told:
        rule = program.records.get(row.subject) if row.kind == "RecordEntered" else None
        if rule and rule.register:
            yield from ((row.seq, f"/fields/{field}") for field in rule.confidential)


def _withheld(entry: Entry) -> Line:
    """Return the line of an entry that is kept from whoever asks: its place in the chain, and nothing of what it says."""
    return Line(f"entry {entry.seq}", {"entry": {"seq": entry.seq, "hash": entry.hash, "withheld": True}})


def lines_of(entry: Entry, texts: Mapping[str, Seal], shown: Mapping[str, Seal]) -> Iterator[Line]:
    """Yield the lines of one entry: itself, and for each sealed place the text, or that it is left out or erased."""
    own = {"seq": entry.seq, "type": entry.type, "version": entry.version, "body": entry.body, "hash": entry.hash}
    yield Line(f"entry {entry.seq}", {"entry": own})
    for place in sealing.places(canonical.load(entry.body)):
        seal = texts.get(place)
        if seal is None:
            fate: dict[str, str | bool] = {"erased": True}
        elif place in shown:
            fate = {"salt": seal.salt, "text": seal.text}
        else:
            fate = {"left_out": True}
        yield Line(f"seal {entry.seq} {place}", {"seal": {"seq": entry.seq, "place": place, **fate}})


def _persons(kept: Iterable[Kept]) -> Iterator[str]:
    """Yield every typed person id that the record names, as an author, a holder, a recipient, somebody who attended."""
    for one in kept:
        for name in one.event.__dataclass_fields__:
            match getattr(one.event, name):
                case str(person):
                    yield person
                case tuple(several):
                    yield from (person for person in several if isinstance(person, str))
                case Mapping() as mapping:
                    yield from (name for name in (*mapping.keys(), *mapping.values()) if isinstance(name, str))
