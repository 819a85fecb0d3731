"""The journal of an incident: appended to under the lock of its row, read back as events, never altered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import QuerySet

from tocsin.engine import terms as t
from tocsin.incidents import canonical, chain
from tocsin.incidents.models import Breach, Entry, Head, Incident, Seal
from tocsin.kit import ids
from tocsin.kit.tables import Sheaf


@dataclass(frozen=True, slots=True)
class Written:
    """An event at its place in the journal."""

    seq: int
    event: t.AnyEvent


def begin(incident: Incident) -> Head:
    """Return the head of a journal in which nothing stands yet; not saved."""
    return Head(incident=incident, organisation_id=incident.organisation_id, seq=0, hash=chain.genesis(*_names(incident)), signature="")


def append(sheaf: Sheaf, incident: Incident, head: Head, events: Iterable[t.AnyEvent]) -> tuple[Written, ...]:
    """
    Let `events` be written after `head`, which moves along and is to be signed. Under the incident's lock.

    Returns them as they will be read again (keys in order, open texts in NFC), so that living through them and replaying are the same. The
    database refuses a breach that the journal already has, and whatever somebody else wrote at the same place.
    """
    written: list[Written] = []
    own = {"organisation_id": incident.organisation_id, "incident_id": incident.pk}
    for seq, encoded in enumerate(map(canonical.encode, events), head.seq + 1):
        event = encoded.event
        linked = chain.link(head.hash, seq, encoded.type, encoded.version, encoded.body)
        sheaf.add(
            Entry,
            {
                **own,
                "seq": seq,
                "type": encoded.type,
                "version": encoded.version,
                "at": event.at,
                "by": event.by,
                "body": encoded.body,
                "prev_hash": head.hash,
                "hash": linked,
            },
        )
        for path, one in encoded.sealed.items():
            sheaf.add(Seal, {**own, "seq": seq, "path": path, "salt": one.salt.hex(), "text": one.text})
        for key in _breaches(event):
            sheaf.add(Breach, {**own, "seq": seq, **key})
        written.append(Written(seq, event))
        head.seq, head.hash = seq, linked
    return tuple(written)


def sign(sheaf: Sheaf, incident: Incident, head: Head, *, begins: bool) -> None:
    """Sign the head where it has come to, and let it be written in the transaction that made it so; the one of what `begins` is new."""
    head.signature = chain.sign_head(signing_key(), head_of(head, incident))
    values = {"organisation_id": incident.organisation_id, "seq": head.seq, "hash": head.hash, "signature": head.signature}
    sheaf.put(Head, {"incident_id": incident.pk}, values, change=not begins)


def _breaches(event: t.AnyEvent) -> Iterator[dict[str, str | int]]:
    """Yield what may stand in the journal once only: each breach, and each of the occurrences that one event says were missed."""
    match event:
        case t.ClockBreached():
            missed = 1
        case t.OccurrenceMissed(missed=missed):
            pass
        case _:
            return
    for occurrence in range(event.occurrence, event.occurrence + missed):
        yield {"clock": event.clock, "generation": event.generation, "occurrence": occurrence, "threshold": "due"}


def read(incident: Incident, after: int = 0, until: int | None = None) -> Iterator[Written]:
    """
    Yield the events of the journal in order, beginning after entry `after`.

    :raises canonical.UnknownEvent: an entry that this release cannot read; the incident is then read-only.
    """
    entries, seals = entries_of(incident, after, until)
    texts = groupby(seals, key=lambda seal: seal.seq)
    seq, sealed = next(texts, (0, iter(())))
    for entry in entries:
        mine: dict[str, str] = {}
        if seq == entry.seq:
            mine = {seal.path: seal.text for seal in sealed}
            seq, sealed = next(texts, (0, iter(())))
        yield Written(entry.seq, canonical.decode(entry.type, entry.version, entry.body, mine))


def hashes(incident: Incident, seqs: Iterable[int]) -> dict[int, str]:
    """Return the hashes of these entries by seq, as a reader is shown them."""
    return dict(Entry.objects.filter(incident=incident, seq__in=list(seqs)).values_list("seq", "hash"))


def entries_of(incident: Incident, after: int = 0, until: int | None = None) -> tuple[QuerySet[Entry], QuerySet[Seal]]:
    """Return the entries after `after` up to `until`, and their seals, both by seq."""
    entries = Entry.objects.filter(incident=incident, seq__gt=after).order_by("seq")
    seals = Seal.objects.filter(incident=incident, seq__gt=after).order_by("seq")
    if until is not None:
        entries, seals = entries.filter(seq__lte=until), seals.filter(seq__lte=until)
    return entries, seals


def head_of(head: Head, incident: Incident) -> chain.Head:
    """Return what is signed."""
    organisation, name = _names(incident)
    return chain.Head(organisation, name, head.seq, head.hash)


def _names(incident: Incident) -> tuple[str, str]:
    return ids.typed("org", incident.organisation_id), ids.typed("inc", incident.id)


@cache
def signing_key() -> Ed25519PrivateKey:
    """Return the installation's key; read once, since every commit signs."""
    key: Ed25519PrivateKey = settings.HOME.signing_key()
    return key
