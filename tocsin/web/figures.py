"""
Figures over many incidents: each in a period beside the one before, and incidents by kind, cause, level, client or service, with their repeats
and what they cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from tocsin.engine import periods
from tocsin.engine.expressions import UNKNOWN
from tocsin.engine.program import Program, Resource
from tocsin.incidents import plans, tallies
from tocsin.incidents.tallies import Group, Tally
from tocsin.web import plan_words, reply, times
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import figures as drawn

NEAR_DAYS: Final = 14
NEAR_DAYS_MAX: Final = 366
AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Way:
    """What incidents can be told apart by: its name in the address, and in words."""

    name: str
    said: Markup


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the figures of a plan over its incidents."""
    found = plans.in_force(request.organisation.id)
    plan = found.get(request.GET.get("plan", "")) or next(iter(found.values()), None)
    if plan is None:
        return reply.page(request, "figures/page.html", {"plans": [], "program": None})
    return reply.page(request, "figures/page.html", {"plans": list(found.values()), **_of(request, plans.compiled(plan))})


def _of(request: Request, program: Program) -> dict[str, object]:
    per = request.GET.get("per", "")
    per = per if per in periods.MONTHS else "quarter"
    now, before = _spans(request, per, program.timezone)
    near = _days(request.GET.get("near", ""))
    ways = list(_ways(program))
    way = next((way for way in ways if way.name == request.GET.get("by")), ways[0])
    boards = tallies.boards_of(request.viewer, program.id)
    sums = tallies.summed(program)
    orders = [("", _("Incidents")), (tallies.LASTED, _("Lasted together")), *((one.id, text(plan_words.titled(one))) for one in sums)]
    first = next((name for name, _said in orders if name == request.GET.get("first")), "")
    return {
        "program": program,
        "per": per,
        "now": now,
        "before": before,
        "against": request.GET.get("against", ""),
        "near": near,
        "ways": ways,
        "way": way,
        "tallies": tallies.tallies(program, boards, now, before),
        "groups": tallies.groups(request.viewer, boards, way.name, now, timedelta(days=near), sums=sums, first=first),
        "sums": sums,
        "orders": orders,
        "first": first,
        "at": times.now(),
        "spelled": lambda tally, value: drawn.spelled(tally.figure, None if value is UNKNOWN else value),
        "added": lambda figure, group: drawn.spelled(figure, group.sums.get(figure.id)),
        "percent": drawn.percent,
        "named": lambda group: _named(program, way.name, group),
        "titled": plan_words.titled,
        "opened": _opened,
    }


def _spans(request: Request, per: str, zone: str) -> tuple[tallies.Span, tallies.Span]:
    """Return the period that runs, and the one it is held against: the one before, or another that the viewer has chosen."""
    begin = periods.begin(times.now(), per, zone)
    try:
        chosen = periods.begin(times.read(f"{request.GET['against']}T00:00"), per, zone)
    except (KeyError, ValueError):
        chosen = periods.before(times.now(), per, zone)
    if chosen >= begin:
        chosen = periods.before(times.now(), per, zone)
    return (begin, times.now() + AHEAD), (chosen, _after(chosen, per, zone))


def _after(begin: datetime, per: str, zone: str) -> datetime:
    """Return when the period that began then is over."""
    return periods.begin(begin + timedelta(days=31 * periods.MONTHS[per]), per, zone)


def _days(typed: str) -> int:
    return min(int(typed), NEAR_DAYS_MAX) if typed.isdecimal() and len(typed) < 6 and int(typed) else NEAR_DAYS


def _ways(program: Program) -> Iterator[Way]:
    yield Way(tallies.LEVEL, Markup("{}").format(_("Level")))
    for fact in program.facts.values():
        if fact.type == "choice":
            yield Way(f"fact:{fact.id}", text(fact.ask or plan_words.titled(fact)))
    for record in program.records.values():
        for field in () if record.visible_to else record.fields:
            if field.id in record.confidential:
                continue
            if field.type == "choice" or (record.review == "causes" and field.type == "text"):
                label = text(field.label or plan_words.plain(field.id))
                yield Way(f"record:{record.id}.{field.id}", Markup("{}: {}").format(text(plan_words.titled(record)), label))
    yield Way(tallies.PARTY, Markup("{}").format(_("Affected party")))
    for register in program.resources.values():
        yield from _served(register) if register.as_party and not register.visible_to else ()


def _served(register: Resource) -> Iterator[Way]:
    """Yield that incidents are told apart by which entry of a register they affect, and by what it says of that: its process, its client."""
    title = text(plan_words.titled(register))
    yield Way(f"{tallies.PARTY}:{register.id}", title)
    for field in register.fields[1:]:
        contact = register.as_party is not None and field.id == register.as_party.contact
        if field.type in ("text", "choice") and field.id not in register.confidential and not contact:
            label = text(field.label or plan_words.plain(field.id))
            yield Way(f"{tallies.PARTY}:{register.id}.{field.id}", Markup("{}: {}").format(title, label))


def _named(program: Program, by: str, group: Group) -> Markup:
    """Return what the plan calls the value of a group."""
    kind, _sign, name = by.partition(":")
    if kind == tallies.LEVEL:
        return text(plan_words.titled(program.levels.get(group.value), group.value))
    rule = program.facts.get(name) if kind == "fact" else None
    if "." in name:
        held, _sign, field = name.partition(".")
        slot = next((each for each in (program.records if kind == "record" else program.resources)[held].fields if each.id == field), None)
        return text(plan_words.option_name(slot, group.value)) if slot and slot.of else Markup("{}").format(group.value)
    return text(plan_words.option_name(rule, group.value)) if rule else Markup("{}").format(group.value)


def _opened(tally: Tally) -> list[tallies.One]:
    """Return what a figure counts, the latest first."""
    return [*reversed(tally.now), *reversed(tally.before)]
