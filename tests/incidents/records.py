"""Dossiers without a database: a few events, chained, sealed and put into a file as the product does it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tocsin.engine import terms as t
from tocsin.incidents import canonical, chain
from tocsin.incidents.dossier import container
from tocsin.incidents.dossier.container import Line
from tocsin.incidents.dossier.contents import lines_of
from tocsin.incidents.models import Entry, Seal

KEY = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
FOREIGN = Ed25519PrivateKey.from_private_bytes(b"\x12" * 32)
ORGANISATION, INCIDENT = "org_" + "1" * 32, "inc_" + "2" * 32
AT = datetime(2026, 10, 12, 9, 12, 4, tzinfo=UTC)
PAGE = '<!doctype html>\n<html lang="en">\n<body>\n<h1>INC-93</h1>\n<p>Чёрный &lt;экран&gt;</p>\n' + container.PAGE_END

EVENTS: tuple[t.AnyEvent, ...] = (
    t.MomentRecorded(at=AT, by="per_1", moment="reported", happened_at=AT, generation=1, correction=False),
    t.Noted(at=AT, by="per_1", words="All lines are silent </script>"),
    t.Attested(at=AT, by="per_2", entry="", condition="core_stable", evidence=("The graph", "", "The log")),
    t.PhaseEntered(at=AT, by="system", phase="response"),
    t.ClockReminded(at=AT, by="system", clock="summary", occurrence=1),
    t.Noted(at=AT, by="per_2", words="Анна took over"),
    t.SituationClosed(at=AT, by="per_2", situation="outage", reason=""),
    t.Filed(at=AT, by="system", inbox="plan_revision", cause="late:summary"),
)


def journal(events: Sequence[t.AnyEvent] = EVENTS) -> list[tuple[Entry, dict[str, Seal]]]:
    """Return the events as the journal stores them, each a second after the one before."""
    stored: list[tuple[Entry, dict[str, Seal]]] = []
    last = chain.genesis(ORGANISATION, INCIDENT)
    for seq, event in enumerate(events, 1):
        one = canonical.encode(replace(event, at=AT + timedelta(seconds=seq)))
        entry = Entry(seq=seq, type=one.type, version=one.version, body=one.body, prev_hash=last)
        entry.hash = last = chain.link(last, seq, one.type, one.version, one.body)
        stored.append((entry, {place: Seal(seq=seq, path=place, salt=it.salt.hex(), text=it.text) for place, it in one.sealed.items()}))
    return stored


def lines(stored: Sequence[tuple[Entry, dict[str, Seal]]], *, shown: bool = True, key: Ed25519PrivateKey = KEY) -> list[Line]:
    """Return every line of the record, the manifest first."""
    head = chain.Head(ORGANISATION, INCIDENT, stored[-1][0].seq, stored[-1][0].hash)
    manifest = {
        "organisation": ORGANISATION,
        "incident": INCIDENT,
        "number": "INC-93",
        "entries": len(stored),
        "head": {"seq": head.seq, "hash": head.hash, "signature": chain.sign_head(key, head)},
        "key": chain.public_text(key.public_key()),
    }
    people = [Line("person per_1", {"person": {"id": "per_1", "name": "Анна"}})] if shown else []
    record = [line for entry, texts in stored for line in lines_of(entry, texts, texts if shown else {})]
    return [Line("manifest", {"manifest": manifest}), *record, *people]


def dossier() -> bytes:
    return container.close(PAGE, lines(journal()), KEY)
