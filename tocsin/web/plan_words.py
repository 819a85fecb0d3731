"""How pages call what a plan knows by id: rules, values of facts, levels with their colour, roles, channels."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from babel.lists import format_list
from babel.units import format_unit
from markupsafe import Markup

from tocsin.engine.expressions import Value
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Fact, Field, Obligation, Program, Rule, Text
from tocsin.engine.times import Span
from tocsin.incidents.shapes import VALUE, Eye, Plain
from tocsin.web import languages, times
from tocsin.web.jinja import text, words
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.markup import filled

TONES: Mapping[str, str] = {"red": "l1", "orange": "l2", "amber": "l3", "yellow": "wy", "blue": "wb", "green": "ok"}
"""The tone in which a level of this colour is shown."""
_EYE = Eye(sealed=lambda _place, tree: str(tree))
_BY_RANK = ("l1", "l2", "l3")


def plain(name: str) -> Text:
    """Return an id as words, where the plan has no others."""
    return {languages.active().code: bare(name).replace("_", " ")}


def titled(rule: Rule | None, name: str = "") -> Text:
    """Return how a rule is called: its title, else what it asks or says, else its id."""
    if rule is None:
        return plain(name)
    return rule.title or getattr(rule, "ask", {}) or getattr(rule, "words", {}) or getattr(rule, "label", {}) or plain(rule.id)


def find(program: Program, name: str) -> Rule | None:
    """Return the rule of any kind with this id; for `<rule>.<part>` the rule."""
    kinds: tuple[Mapping[str, Rule], ...] = (
        program.roles,
        program.groups,
        program.departments,
        program.lists,
        program.decisions,
        program.obligations,
        program.conditions,
        program.messages,
        program.records,
        program.situations,
        program.moments,
        program.facts,
        program.levels,
        program.signals,
        program.resources,
    )
    base = name.partition(".")[0].partition("[")[0]
    return next((rules[key] for key in (name, base) for rules in kinds if key in rules), None)


def name_of(program: Program, name: str) -> Text:
    """Return how whatever bears this id is called."""
    special = {
        "everyone": _("everyone"),
        "departments": _("all departments"),
        "anyone": _("anyone"),
        "system": "Tocsin",
        "affected_parties": _("the affected parties"),
        "reporters": _("those who reported it"),
    }
    if name in special:
        return {languages.active().code: special[name]}
    if name == "commander":
        name = program.commander
    return titled(find(program, name), name)


def anchors(program: Program, rule: Obligation) -> Markup:
    """Return what an obligation begins with; of the entries that it runs over, the field by its own words."""
    fields = {field.id: field for each in rule.collections if each in program.records for field in program.records[each].fields}
    said = (
        text(field.label or plain(field.id))
        if name.startswith("entry.") and (field := fields.get(name.removeprefix("entry.")))
        else text(name_of(program, name))
        for name in rule.anchors
    )
    return filled("{}", _(", ")).join(said)


def names(program: Program, ids: Iterable[str]) -> Markup:
    """Return several names with commas between."""
    return filled("{}", _(", ")).join(text(name_of(program, name)) for name in ids)


def option_name(rule: Fact | Field, value: str) -> Text:
    """Return how people call one value of a choice."""
    return rule.names.get(value) or plain(value)


def case_name(program: Program, by: str, name: str) -> Text:
    """Return how people call one case of a value that depends on a fact, the level or the phase."""
    fact = program.facts.get(by)
    if fact is not None:
        return option_name(fact, name)
    return plain(phase(name)) if by == "phase" else name_of(program, name)


def spelled(rule: Fact | Field, value: Value | None) -> Markup:
    """Return the value of a fact as the viewer reads it."""
    match value:
        case None:
            return filled("{}", _("unknown"))
        case bool():
            return filled("{}", _("yes") if value else _("no"))
        case Decimal():
            unit = getattr(rule, "unit", "")
            return filled("{}{}", f"{value.normalize():f}", f" {unit}" if unit else "")
        case timedelta():
            return filled("{}", times.lasting(value))
        case datetime():
            return times.moment(value)
        case tuple():
            return filled("{}", _(", ")).join(text(option_name(rule, item)) for item in value)
        case _ if rule.of:
            return text(option_name(rule, value))
        case _:
            return filled("{}", value)


def span(limit: Span) -> str:
    """Return a limit of the plan, such as `30 min` or `3 days`."""
    if limit.clock:
        return _until_a_time(limit)
    months = [_unit("month", limit.months)] if limit.months else []
    days = [_unit("day", limit.days)] if limit.days else []
    exact = [_exact(limit.exact)] if limit.exact else []
    open_days = ngettext("%(num)s business day", "%(num)s business days", limit.open_days) % {"num": limit.open_days}
    open_hours = ngettext("%(num)s business hour", "%(num)s business hours", limit.open_hours) % {"num": limit.open_hours}
    business = [words for words, count in ((open_days, limit.open_days), (open_hours, limit.open_hours)) if count]
    return " ".join((*months, *days, *exact, *business)) or times.lasting(timedelta())


def _exact(span: timedelta) -> str:
    """Return a length of time that is the same on every day: hours stay hours, a day of the calendar may have one more or less."""
    hours, rest = divmod(span, timedelta(hours=1))
    return times.lasting(span) if rest or hours < 24 else _unit("hour", hours)


def _until_a_time(limit: Span) -> str:
    days, clock = _days_before(limit), _clock(limit, "or")
    if days:
        return _("at %(times)s, %(span)s later") % {"times": clock, "span": days}
    return (_("at %(times)s of a business day") if limit.working else _("at %(times)s")) % {"times": clock}


def within(limit: Span) -> str:
    """Return what is owed once, such as `within 30 min`, or the time of day at which it is due."""
    return span(limit) if limit.clock else _("within %(span)s") % {"span": span(limit)}


def every(limit: Span) -> str:
    """Return what recurs, such as `every 30 min`, or the times of day at which it does."""
    if not limit.clock:
        return _("every %(span)s") % {"span": span(limit)}
    if _days_before(limit):
        return span(limit)
    return (_("every business day at %(times)s") if limit.working else _("daily at %(times)s")) % {"times": _clock(limit, "standard")}


def _days_before(limit: Span) -> str:
    days = replace(limit, clock=(), working=False)
    return span(days) if days else ""


def _clock(limit: Span, style: Literal["or", "standard"]) -> str:
    times_ = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in limit.clock]
    return format_list(times_, style=style, locale=languages.active().locale)


def _unit(name: str, count: int) -> str:
    return format_unit(count, f"duration-{name}", length="short", locale=languages.active().locale)


def tone(program: Program, level: str) -> str:
    """Return the tone of a level: by its colour, else by its rank from the gravest."""
    rule = program.levels.get(level)
    if rule is None:
        return "none"
    order = program.part(level).levels
    return TONES.get(rule.colour) or _BY_RANK[min(order.index(level), len(_BY_RANK) - 1)]


def mark(program: Program, level: str) -> str:
    """Return the sign on a level's plate: its numeral, or a letter where the plan has no numbers."""
    digits = "".join(letter for letter in bare(level) if letter.isdigit())
    if digits:
        return digits[0]
    spoken = words(titled(program.levels.get(level), level))
    return spoken[:1].upper() or "?"


def channel(name: str) -> str:
    """Return how a channel is called."""
    known = {
        "email": _("E-mail"),
        "sms": _("SMS"),
        "sms_exchange": _("SMS exchange"),
        "webhook": _("Webhook"),
        "push": _("Push"),
        "chat": _("Chat"),
        "portal": _("Portal"),
        "inbox": _("Inbox"),
        "telephone": _("Telephone"),
        "web_site": _("Web site"),
        "status_page": _("Status page"),
        "social": _("Social media"),
        "voice": _("Voice call"),
        "tracker": _("Tracker"),
    }
    return known.get(name, name.replace("_", " "))


def deed(name: str) -> str:
    """Return what a link of a chain does, as its heading."""
    known = {
        "apply": _("Application"),
        "approve": _("Approval"),
        "evaluate": _("Evaluation"),
        "issue": _("Issue"),
        "opine": _("Opinion"),
        "review": _("Check"),
        "sign": _("Signature"),
    }
    return known.get(name, name.replace("_", " ").capitalize())


def way(name: str) -> str:
    """Return how somebody attended."""
    known = {"in_person": _("in person"), "video": _("by video"), "telephone": _("by telephone")}
    return known.get(name, name.replace("_", " "))


def audience(name: str, program: Program | None = None) -> str:
    """Return how an audience is called; one that bears the name of a role, group or department of the plan as that is."""
    bodies = {**program.departments, **program.groups, **program.roles} if program else {}
    if name in bodies:
        return words(bodies[name].title)
    known = {
        "client": _("Client"),
        "affected": _("Affected parties"),
        "team": _("Team"),
        "leadership": _("Leadership"),
        "command": _("Command"),
        "top_management": _("Top management"),
        "superior": _("Superior authority"),
        "regulator": _("Regulator"),
        "public": _("Public"),
    }
    return known.get(name, name.replace("_", " "))


def part(program: Program, name: str) -> Markup:
    """Return how a part of a split role, a work stream, or the department that has a seat of its own is called."""
    if name in program.departments:
        return text(titled(program.departments[name]))
    known = {"internal": _("internal"), "external": _("external")}
    return filled("{}", known.get(name, name.replace("_", " ")))


def phase(name: str) -> str:
    """Return how a phase is called."""
    known = {
        "": _("Not begun"),
        "declared": _("Assessment"),
        "warning": _("Warning"),
        "responding": _("Response"),
        "recovering": _("Recovery"),
        "watching": _("Watching"),
        "review": _("Review"),
        "closed": _("Closed"),
        "cancelled": _("Cancelled"),
    }
    return known.get(name, name.replace("_", " "))


def mark_word(name: str) -> str:
    """Return how a mark on an entry of a register is called; a plan may use a word of its own."""
    known = {
        "unverified": _("unverified"),
        "outdated": _("outdated"),
        "expired": _("expired"),
        "unchecked": _("unchecked"),
        "untrained": _("untrained"),
    }
    return known.get(name, name.replace("_", " "))


def unplain(value: Plain) -> Value | None:
    """Return a value from the form in which a row keeps it."""
    return None if value is None else VALUE.read(value, _EYE, "")


def said(words_by_locale: Text) -> Markup:
    """Return a text of the plan, or nothing."""
    return text(words_by_locale) if words_by_locale else Markup("")


def kept(fact: Fact, value: Plain) -> Markup:
    """Return a fact's value as the viewer reads it, from the form in which a row keeps it."""
    return spelled(fact, unplain(value))
