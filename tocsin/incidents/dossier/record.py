"""Proving a record by itself: an unbroken chain from the first entry to a signed head, and texts that are the ones committed to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.incidents import canonical, chain, sealing
from tocsin.incidents.dossier.flaws import Flaw, label, public

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """The lines of a file by what they are, in their order. Nothing is proved yet."""

    manifest: Tree
    entries: tuple[Tree, ...]
    seals: tuple[Tree, ...]
    people: tuple[Tree, ...]


def read(lines: Sequence[bytes]) -> Record:
    """Return what can be read of `lines`. What cannot is named by the seal over the file, and breaks the chain besides."""
    of: dict[str, list[Tree]] = {"manifest": [], "entry": [], "seal": [], "person": []}
    for line in lines:
        try:
            content = canonical.load(line.decode())
            of[label(content).split(" ", 1)[0]].append(next(iter(content.values())))
        except (LookupError, ValueError):
            continue
    return Record(next(iter(of["manifest"]), {}), tuple(of["entry"]), tuple(of["seal"]), tuple(of["person"]))


def flaws(record: Record, key: str, anchors: Sequence[str] = ()) -> Iterator[Flaw]:
    """Yield what does not hold. `key` is the public key that the head must be signed with; `anchors` are hashes noted outside before."""
    try:
        manifest = record.manifest
        head = chain.Head(manifest["organisation"], manifest["incident"], manifest["head"]["seq"], manifest["head"]["hash"])
        start, signature = chain.genesis(head.organisation, head.incident), manifest["head"]["signature"]
        signed = (signer := public(key)) is not None and chain.verify_head(signer, head, signature)
    except (LookupError, TypeError):
        yield Flaw("manifest", "is missing, or lacks what the record hangs on")
        return
    if manifest.get("key") != key:
        yield Flaw("manifest", "names another key than the seal")
    bodies: dict[int, Any] = {}
    yield from _chain(record, start, head, bodies)
    if not signed:
        yield Flaw("head", f"the signature under the last entry ({head.seq}) is not by the key that sealed the file")
    yield from _texts(record, bodies)
    hashes = {entry.get("hash") for entry in record.entries}
    for anchor in anchors:
        if anchor not in hashes:
            yield Flaw("anchor", f"no entry has the hash {anchor}: the record was cut or rewritten after that hash was noted")


def _chain(record: Record, start: str, head: chain.Head, bodies: dict[int, Any]) -> Iterator[Flaw]:
    """Yield where the chain breaks, the first place only, since all that follows hangs on it; fill `bodies` on the way."""
    last = start
    for seq, entry in enumerate(record.entries, 1):
        try:
            if entry["seq"] != seq:
                yield Flaw(f"entry {seq}", f"is not in its place: entry {entry['seq']} stands there")
                return
            if entry.get("withheld") is True:  # the entry after it, or the signed head, vouches for its hash
                last = entry["hash"]
                continue
            if chain.link(last, seq, entry["type"], entry["version"], entry["body"]) != entry["hash"]:
                yield Flaw(f"entry {seq}", "does not follow from the entry before it: one of the two was altered")
                return
            bodies[seq] = canonical.load(entry["body"])
        except (LookupError, TypeError, ValueError):
            yield Flaw(f"entry {seq}", "is not made as an entry is")
            return
        last = entry["hash"]
    if (len(record.entries), last) != (head.seq, head.hash):
        yield Flaw("head", f"the record ends with entry {len(record.entries)}, but entry {head.seq} was signed as the last")


def _texts(record: Record, bodies: dict[int, Any]) -> Iterator[Flaw]:
    """Yield texts that are not the ones committed to, and sealed places of which nothing is said."""
    due = {(seq, place) for seq, body in bodies.items() for place in sealing.places(body)}
    for seal in record.seals:
        name = f"seal {seal['seq']} {seal['place']}"
        try:
            due.remove((seal["seq"], seal["place"]))
            committed = canonical.commitment_at(bodies[seal["seq"]], seal["place"])
            if "text" in seal and sealing.commit(bytes.fromhex(seal["salt"]), seal["text"]) != committed:
                yield Flaw(name, "the text or its salt was altered: the entry committed to another")
        except KeyError:
            yield Flaw(name, "belongs to no sealed place of a sound entry, or stands twice")
        except (AttributeError, TypeError, ValueError):
            yield Flaw(name, "is not made as a seal is")
    for seq, place in sorted(due):
        yield Flaw(f"seal {seq} {place}", "is missing: the text is neither shown nor said to be left out")
