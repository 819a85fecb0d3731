"""Proving that not one byte of a dossier is another than when it was sealed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tocsin.incidents import canonical, chain
from tocsin.incidents.dossier.container import FORMAT, Opened, digest
from tocsin.incidents.dossier.flaws import Flaw, label, public


@dataclass(frozen=True, slots=True)
class FileSeal:
    """The seal as it stands at the end of the file; `signed` is what its signature is over."""

    key: str
    page: str
    lines: tuple[tuple[str, str], ...]
    signature: str
    signed: bytes


def read_seal(content: bytes) -> FileSeal:
    """Return the seal. ValueError unless it is spelled exactly as seals are written."""
    try:
        tree = canonical.load(content.decode())
        signature = tree.pop("signature")
        lines = tuple((str(name), str(hashed)) for name, hashed in tree["lines"])
        seal = FileSeal(str(tree["key"]), str(tree["page"]), lines, str(signature), canonical.dump(tree).encode())
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        raise ValueError("the seal at the end of the file was altered: it cannot be read") from problem
    if tree.get("format") != FORMAT:
        raise ValueError(f"the seal at the end of the file was altered, or is of another format than {FORMAT}")
    if canonical.dump({**tree, "signature": signature}).encode() != content:
        raise ValueError("the seal at the end of the file was altered: it is not spelled as a seal is")
    return seal


def flaws(opened: Opened, seal: FileSeal) -> Iterator[Flaw]:
    """Yield what is not as sealed: seal, page, lines. Where the seal itself does not hold, what it says of the rest is only a hint."""
    key = public(seal.key)
    if key is None or not chain.is_signed(key, seal.signature, seal.signed):
        yield Flaw("seal", "the seal at the end of the file was altered: its signature is not by the key it names")
    if digest(opened.page) != seal.page:
        yield Flaw("page", "the readable page was altered: it is not the one that was sealed")
    yield from _lines([(_name(line), digest(line)) for line in opened.lines], seal.lines)


Named = Sequence[tuple[str, str]]
"""Labels and hashes of lines, in order."""


def _lines(found: Named, sealed: Named) -> Iterator[Flaw]:
    there, due = {hashed for _, hashed in found}, {hashed for _, hashed in sealed}
    present, expected = {name for name, _ in found}, {name for name, _ in sealed}
    for name, hashed in sealed:
        if hashed not in there:
            yield Flaw(name, "was altered after the file was sealed" if name in present else "was removed, or altered beyond recognition")
    for name, hashed in found:
        if hashed not in due and name not in expected:
            yield Flaw(name, "was inserted, or altered beyond recognition: no such line was sealed")
    kept = [(name, hashed) for name, hashed in found if hashed in due]
    order = [hashed for _, hashed in sealed if hashed in there]
    if [hashed for _, hashed in kept] != order:
        moved = (name for (name, hashed), right in zip(kept, order, strict=False) if hashed != right)
        yield Flaw(next(moved, kept[-1][0]), "stands in another place than was sealed, or twice")


def _name(line: bytes) -> str:
    try:
        return label(canonical.load(line.decode()))
    except (LookupError, ValueError):
        return f"the line that begins {line[:40].decode(errors='replace')!r}"
