"""The organisation's own documents beside its plans: attached as text, and the passage that a citation of a plan means (PLN-03)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import transaction

from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.incidents.models import SourceText
from tocsin.kit import clock
from tocsin.kit.texts import storable
from tocsin.plan import glosses, passages

POINTED_CHARS_MAX: Final = 4000
NAME_CHARS_MAX: Final = 200
Attached = Mapping[str, SourceText]
"""The documents of an organisation by plan id, without their texts: these are long, and looked up where they are needed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the document `name` as it stands there; `pointed` if a person has named it."""

    text: str
    name: str
    pointed: bool


def attached(organisation_id: UUID) -> Attached:
    """Return the documents that are attached to the plans of an organisation."""
    return {row.plan_id: row for row in SourceText.objects.filter(organisation_id=organisation_id).defer("text")}


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
        said = _find(row.id, row.attached_at, cite, row.prefix)
        if said:
            return Passage(said, row.name, pointed=False)
    return None


def attach(organisation_id: UUID, program: Program, name: str, source: str | bytes, by: str) -> SourceText | Refused:
    """
    Attach a document to a plan, in place of the one before it; readings behind traditional characters are taken out (PLN-09).

    What a person has pointed out stays where the new text has it too. `by` is a typed person id.
    """
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except UnicodeDecodeError:
        return Refused("E104", "the file is not text in UTF-8", hint="save it as text, without formatting")
    if not text.strip():
        return Refused("E202", "there is no text", hint="save the document as text, without formatting")
    refused = _unfit(name, NAME_CHARS_MAX, "the name") or _unfit(text, passages.TEXT_CHARS_MAX, "the document")
    if refused:
        return refused
    cleaned = glosses.clean(text)
    present = {
        "name": name,
        "text": cleaned.text,
        "glosses": cleaned.glosses,
        "prefix": passages.prefix(program),
        "attached_at": clock.now(),
        "attached_by": by,
    }
    with transaction.atomic():
        row, _ = SourceText.objects.select_for_update().get_or_create(organisation_id=organisation_id, plan_id=program.id, defaults=present)
        for column, value in present.items():
            setattr(row, column, value)
        row.pointed = {cite: words for cite, words in row.pointed.items() if passages.stands_in(cleaned.text, words)}
        row.save()
    return row


def detach(organisation_id: UUID, plan_id: str) -> None:
    """Take the document of a plan away, with what was pointed out in it."""
    SourceText.objects.filter(organisation_id=organisation_id, plan_id=plan_id).delete()


def point(row: SourceText, cite: str, words: str) -> Refused | None:
    """
    Say by hand which words of the document a citation means; no words leave it to the reader of the text again.

    Only words of the document are its own sentence.
    """
    said = words.strip()
    refused = _unfit(said, POINTED_CHARS_MAX, "the sentence")
    if refused:
        return refused
    with transaction.atomic():
        present = SourceText.objects.select_for_update().filter(pk=row.pk).first()
        if present is None or not passages.stands_in(present.text, said):
            return Refused("E104", "these words do not stand in the document", hint="copy them from it")
        present.pointed = {key: value for key, value in present.pointed.items() if key != cite} | ({cite: said} if said else {})
        present.save(update_fields=["pointed"])
    return None


def _unfit(text: str, chars_max: int, what: str) -> Refused | None:
    if len(text) > chars_max:
        return Refused("E104", f"{what} has {len(text)} characters, and at most {chars_max} are taken", hint="shorten it")
    if not storable(text):
        return Refused("E104", f"{what} has a character that is none (NUL)", hint="save it as text, without formatting")
    return None


def _begins(cite: str, row: SourceText) -> bool:
    return bool(row.prefix) and cite.startswith(row.prefix + " ")


@lru_cache(maxsize=4096)
def _find(row_id: UUID, attached_at: datetime, cite: str, prefix: str) -> str:
    return passages.find(_read(row_id, attached_at), cite, prefix)


@lru_cache(maxsize=8)
def _read(row_id: UUID, attached_at: datetime) -> passages.Node:
    """Return a document as a tree of its places; `attached_at` tells it from the one that was attached before it."""
    text = SourceText.objects.filter(pk=row_id, attached_at=attached_at).values_list("text", flat=True).first()
    return passages.read(text or "")
