"""Proving a dossier with nothing but the file: what was altered, removed, moved or inserted, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.incidents.dossier import container, record, whole
from tocsin.incidents.dossier.flaws import Flaw


@dataclass(frozen=True, slots=True)
class Report:
    """
    What was found. `flaws` is empty for a dossier that holds.

    `key` sealed it, which says something only if one knows whose key that is; `foreign` if another one was expected.
    """

    flaws: tuple[Flaw, ...]
    key: str = ""
    foreign: bool = False
    manifest: Mapping[str, Any] = field(default_factory=dict)
    texts: int = 0
    hidden: int = 0
    withheld: int = 0
    """Entries of which the file says nothing but their place: the plan keeps them from whoever took it out."""

    @property
    def holds(self) -> bool:
        """Return whether nothing was altered and the key is the one expected, if one was."""
        return not self.flaws and not self.foreign


def verify(content: bytes, *, key: str = "", anchors: Sequence[str] = ()) -> Report:
    """
    Return everything that is wrong with the dossier `content`. Pure.

    `key` is the public key that the organisation handed out; `anchors` are hashes of entries noted outside at some earlier time.
    """
    try:
        opened = container.open_file(content)
    except container.NotADossier as problem:
        return Report((Flaw("file", str(problem)),))
    try:
        seal = whole.read_seal(opened.seal)
    except ValueError as problem:
        return Report((Flaw("seal", str(problem)),))
    known = record.read(opened.lines)
    flaws = (*whole.flaws(opened, seal), *record.flaws(known, seal.key, anchors))
    hidden = sum(1 for one in known.seals if "text" not in one)
    withheld = sum(1 for one in known.entries if "withheld" in one)
    return Report(flaws, seal.key, bool(key) and key != seal.key, known.manifest, len(known.seals) - hidden, hidden, withheld)
