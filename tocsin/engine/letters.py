"""The letter that a message is: what fills its fields, what is still missing, and its words in every language. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from tocsin.engine import measured, texts
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.asking import may_be_empty
from tocsin.engine.collections import PARTIES
from tocsin.engine.expressions import UNKNOWN, Name, Unknown
from tocsin.engine.namespaces import within
from tocsin.engine.program import Field, Message, Program
from tocsin.engine.values import lookup

UNSAID: Final = "[—]"
"""Stands in a text for what nobody has said yet, so that whoever reads the draft sees the gap. Nothing goes outside with it."""


def filled(program: Program, state: t.State, at: datetime, template: Message, given: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of `template`: what is `given`, else what the incident knows at `at`."""
    zone = program.zone(template.id)
    said = {field.id: given.get(field.id) or _prefill(program, state, at, template, field) for field in template.fields}
    return {field.id: texts.settled(field, said[field.id], at, zone) for field in template.fields}


def missing(program: Program, state: t.State, at: datetime, template: Message, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields without which the message is not sent at `at`."""
    empty = (field for field in template.fields if not _is_complete(field, fields.get(field.id, "")))
    return tuple(field.id for field in empty if field.columns or not may_be_empty(program, state, field, at))


def _is_complete(field: Field, words: str) -> bool:
    """Return whether a field is filled: with something, or with a table of enough rows and no empty cell."""
    if not field.columns:
        return bool(words)
    rows = [[cell.strip() for cell in line.replace("；", ";").split(";")] for line in words.splitlines() if line.strip()]
    return len(rows) >= field.rows_min and all(len(row) == len(field.columns) and all(row) for row in rows)


def _prefill(program: Program, state: t.State, at: datetime, template: Message, field: Field) -> str:
    plan = program.part(template.id).program
    for name in field.from_:
        if name in texts.PERSONAL:
            return f"{{{{ {name} }}}}"
        if name in texts.OF_INCIDENT:
            return {"incident.number": state.number, "incident.title": state.words}[name]
        said = _said(state, name)
        if said:
            return said
        known = lookup(program, state, at)(Name(name)) if name in program.facts else UNKNOWN
        moment = state.moments.get(name)
        if not isinstance(known, Unknown):
            return texts.spell(known, plan.language, plan.timezone)
        if moment:
            return texts.spell(moment.at, plan.language, plan.timezone)
        if name in measured.SLOTS:
            return measured.said(program, state, name, plan.language)
    return ""


def _said(state: t.State, name: str) -> str:
    """Return what the latest message sent from a template says in one of its fields (`<message>.<field>`)."""
    template, _, field = name.partition(".")
    sent = [message for message in state.messages.values() if message.template == template and message.status == "published"]
    return sent[-1].fields.get(field, "") if sent else ""


def rendered(
    program: Program, state: t.State, template: Message, fields: Mapping[str, str], missing: Collection[str] = ()
) -> dict[str, str]:
    """Return the words of `template` in every locale it has, with its `fields` and what the incident knows filled in; gaps for `missing`."""
    seen = {**fields, **dict.fromkeys(missing, UNSAID)}
    return {locale: _render(program, state, template, locale, seen) for locale in template.text}


def gaps(program: Program, state: t.State, at: datetime, template: Message, words: Mapping[str, str]) -> tuple[str, ...] | None:
    """
    Return what is not said yet of all that the `words` of a draft name, by locale: empty where all of it has been said since, None where the
    words have no gap or stay in the house, where speed counts for more.
    """
    gapped = [locale for locale, said in words.items() if UNSAID in said and locale in template.text]
    if not gapped or not _goes_outside(program, roles_of(program, state, template.to, at)):
        return None
    filled = {field.id for field in template.fields}
    named = ((name, locale) for locale in gapped for name in texts.slots(template.text[locale]) if name not in filled)
    return tuple(dict.fromkeys(name for name, locale in named if _known(program, state, template, locale, name) == UNSAID))


def _goes_outside(program: Program, to: tuple[str, ...]) -> bool:
    """Return whether somebody outside reads it: a party, a role without an account, or, where nobody is named, the world."""
    return not to or any(name in PARTIES or (name in program.roles and program.roles[name].outside) for name in to)


def _render(program: Program, state: t.State, template: Message, locale: str, fields: Mapping[str, str]) -> str:
    zone = program.part(template.id).program.timezone
    types = {field.id: field.type for field in template.fields}

    def fill(name: str) -> str:
        if name in fields:
            return texts.retold(fields[name], types[name], locale, zone)
        return _known(program, state, template, locale, name)

    return texts.render(template.text[locale], fill)


def _known(program: Program, state: t.State, template: Message, locale: str, name: str) -> str:
    """Return what the incident knows under the name of a slot, for people who read `locale`."""
    plan = program.part(template.id)
    zone, language = plan.program.timezone, plan.program.language
    fact, moment = within(plan.name, name), plan.moment(name)
    if fact in state.facts:
        value = state.facts[fact].value
        called = program.facts[fact].names.get(value, {}) if isinstance(value, str) else {}
        return called.get(locale) or texts.spell(value, locale, zone)
    known = state.moments.get(moment) or state.moments.get(fact)
    if known:
        return texts.spell(known.at, locale, zone)
    if name in texts.PERSONAL:
        return f"{{{{ {name} }}}}"  # filled in for each reader when it is sent
    if name in measured.SLOTS:
        return measured.said(program, state, name, locale) or UNSAID
    match name:
        case "incident.number":
            return state.number
        case "incident.title":
            return state.words
        case "level.title":
            level = program.levels.get(state.standing(plan.name).level)
            return level.title.get(locale) or level.title[language] if level else UNSAID
        case _:
            return UNSAID
