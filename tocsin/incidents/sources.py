"""The organisation's own documents beside its plans: attached as text, and the passage that a citation of a plan means (PLN-03)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.incidents.models import SourceText
from tocsin.kit import clock
from tocsin.plan import glosses, passages

POINTED_CHARS_MAX: Final = 4000
Attached = Mapping[str, SourceText]
"""The documents of an organisation by plan id."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the document `name` as it stands there; `pointed` if a person has named it."""

    text: str
    name: str
    pointed: bool


def attached(organisation_id: UUID) -> Attached:
    """Return the documents that are attached to the plans of an organisation."""
    return {row.plan_id: row for row in SourceText.objects.filter(organisation_id=organisation_id)}


def passage(documents: Attached, plan_id: str, cite: str) -> Passage | None:
    """Return what the document of a plan says at a place that the plan cites; a plan may cite the document of another."""
    own = documents.get(plan_id)
    if own is not None and cite in own.pointed:
        return Passage(own.pointed[cite], own.name, pointed=True)
    for row in (
        [own]
        if own is not None and (not own.prefix or _begins(cite, own))
        else [each for each in documents.values() if _begins(cite, each)]
    ):
        said = _find(row.text, cite, row.prefix)
        if said:
            return Passage(said, row.name, pointed=False)
    return None


def attach(organisation_id: UUID, program: Program, name: str, source: str | bytes, by: str) -> SourceText | Refused:
    """
    Attach a document to a plan, in place of the one before it; readings behind traditional characters are taken out (PLN-09).

    What a person has pointed out stays. `by` is a typed person id.
    """
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except UnicodeDecodeError:
        return Refused("E104", "the file is not text in UTF-8", hint="save it as text, without formatting")
    if not text.strip() or "\x00" in text:
        return Refused("E202", "there is no text", hint="save the document as text, without formatting")
    if len(text) > passages.TEXT_CHARS_MAX:
        return Refused("E104", "the document is too long", hint=f"at most {passages.TEXT_CHARS_MAX} characters")
    cleaned = glosses.clean(text)
    row, _ = SourceText.objects.update_or_create(
        organisation_id=organisation_id,
        plan_id=program.id,
        defaults={
            "name": name[:200],
            "text": cleaned.text,
            "glosses": cleaned.glosses,
            "prefix": passages.prefix(program),
            "attached_at": clock.now(),
            "attached_by": by,
        },
    )
    return row


def detach(organisation_id: UUID, plan_id: str) -> None:
    """Take the document of a plan away, with what was pointed out in it."""
    SourceText.objects.filter(organisation_id=organisation_id, plan_id=plan_id).delete()


def point(row: SourceText, cite: str, words: str) -> Refused | None:
    """Say by hand which words of the document a citation means; no words leave it to the reader of the text again."""
    said = words.strip()
    if len(said) > POINTED_CHARS_MAX:
        return Refused("E104", "a sentence is not that long", hint=f"at most {POINTED_CHARS_MAX} characters")
    row.pointed = {key: value for key, value in row.pointed.items() if key != cite} | ({cite: said} if said else {})
    row.save(update_fields=["pointed"])
    return None


def _begins(cite: str, row: SourceText) -> bool:
    return bool(row.prefix) and cite.startswith(row.prefix + " ")


@lru_cache(maxsize=4096)
def _find(text: str, cite: str, prefix: str) -> str:
    return passages.find(text, cite, prefix)
