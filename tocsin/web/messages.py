"""Messages: drafted and revised, published as exactly the text that was seen, and the queue of all that wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_GET, require_POST

from tocsin.engine import terms as t
from tocsin.incidents.models import BoardRow, MessageRow, WordRow
from tocsin.web import cases, forms, plan_words, reply, times
from tocsin.web.languages import gettext as _
from tocsin.web.records import typed
from tocsin.web.reply import Request, needs
from tocsin.web.room import messages, offers, panels, records
from tocsin.web.room.kept import Correspondence
from tocsin.web.room.messages import Shown

SENT = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of some incident in the queue. `next` is who acts next; `mine`: the viewer."""

    board: BoardRow
    message: Shown
    next: str
    mine: bool


@require_POST
@needs("incident.act")
def draft(request: Request, number: str) -> HttpResponse:
    """Draft a message, or revise a draft: a new text voids every signature on the old one. Or send it in the same act."""
    form, template = request.POST, request.POST.get("template", "")
    rule = cases.find(request, number).program.messages.get(template)
    fields, row = typed(request, rule.fields if rule else ()), form.get("row", "draft")
    if form.get("act") == "send":
        to = _chosen(form)
        sending = (
            to if isinstance(to, t.Refused) else t.Send(template=template, fields=fields, parties=to, along=tuple(form.getlist("along")))
        )
        return panels.act(request, number, sending, "messages", row)
    message = form.get("message", "")
    command = t.Draft(template=template, fields=fields, message=message, texts=forms.beginning(form, "text:"))
    return panels.act(request, number, command, "messages", f"message:{message}" if message else row)


def _chosen(form: QueryDict) -> tuple[str, ...] | t.Refused:
    """Return the parties that a form chooses of those it offers; none where it is for all of them."""
    chosen, every = form.getlist("party"), form.getlist("parties")
    if every and not chosen:
        return t.Refused("E202", _("Nobody is chosen."), _("Choose to whom it goes."))
    return tuple(chosen) if len(chosen) < len(every) else ()


@require_POST
@needs("incident.act")
def publication(request: Request, number: str, message: str) -> HttpResponse:
    """Send a message: exactly the text whose hash was seen."""
    form = request.POST
    to = _chosen(form)
    publishing = (
        to
        if isinstance(to, t.Refused)
        else t.Publish(
            message=message,
            text_hash=form.get("text_hash", ""),
            confirmed=tuple(form.getlist("confirmed")),
            evidence=forms.evidence(request),
            parties=to,
            along=tuple(form.getlist("along")),
        )
    )
    return panels.act(request, number, publishing, "messages", f"message:{message}")


@require_POST
@needs("incident.act")
def confirmation(request: Request, number: str, message: str) -> HttpResponse:
    """Say what came of a message on a channel that a person serves."""
    form = request.POST
    reached = form.get("reached", "yes") == "yes"
    command = t.Confirm(message=message, channel=form.get("channel", ""), result=form.get("result", "").strip(), reached=reached)
    return panels.act(request, number, command, "messages", f"message:{message}")


@require_POST
@needs("incident.act")
def reading(request: Request, number: str, message: str) -> HttpResponse:
    """Say that one has read a message."""
    return panels.act(request, number, t.Read(message=message), "messages", f"message:{message}")


@require_POST
@needs("incident.act")
def answer(request: Request, number: str, message: str) -> HttpResponse:
    """Write down what somebody answered to a message."""
    form = request.POST
    row = f"message:{message}"
    try:
        happened_at = times.read(form["happened_at"]) if form.get("happened_at") else None
    except ValueError:
        return panels.act(request, number, t.Refused("E104", _("This is no time."), _("Write it as the field asks.")), "messages", row)
    command = t.AddReply(
        message=message,
        words=form.get("words", "").strip(),
        sender=form.get("sender", ""),
        channel=form.get("channel", ""),
        language=form.get("language", ""),
        confirms=form.get("confirms") == "yes",
        happened_at=happened_at,
    )
    return panels.act(request, number, command, "messages", row)


@require_GET
@needs("incident.see")
def queue(request: Request) -> HttpResponse:
    """Show every message that waits for an approval or for being sent, and what was sent last."""
    found = cases.all_open(request)
    drafts = [(case, row) for case in found for row in sorted(case.rows(MessageRow), key=attrgetter("drafted_at")) if row.status == "draft"]
    waiting = [_waiting(case, row) for case, row in drafts]
    chosen = request.GET.get("open", "")
    sent = _sent(found, chosen)
    asked = [one for one in waiting if one.message.chain and one.message.chain.waiting]
    ready = [one for one in waiting if one.message.row.ready and one not in asked]
    everything = [*waiting, *sent]
    shown = next((one for one in everything if f"{one.board.number}/{one.message.row.message}" == chosen), None) or next(
        iter([*(one for one in waiting if one.mine), *waiting]), None
    )
    offered = [(case, one) for case in found for one in offers.of(case) if one.mine]
    program = next((case.program for case in found if shown and case.number == shown.board.number), None)
    context = {
        "came": came_in(found),
        "offered": offered,
        "asked": asked,
        "ready": ready,
        "unready": [one for one in waiting if one not in asked and one not in ready],
        "sent": sent[:SENT],
        "mine": sum(1 for one in waiting if one.mine),
        "waiting": len(waiting),
        "shown": shown,
        "people": cases.people_of(request),
        "audience": plan_words.audience,
        "channel": plan_words.channel,
        "label": records.label,
        "names": lambda roles: plan_words.names(program, roles) if program else "",
    }
    return reply.page(request, "messages/_queue.html" if request.htmx else "messages/queue.html", context)


@dataclass(frozen=True, slots=True)
class CameIn:
    """Something that came in: a report, or an answer from `sender` to a message."""

    board: BoardRow
    row: WordRow
    sender: str


def came_in(found: Iterable[cases.Case]) -> list[CameIn]:
    """Return what came in to the open incidents, the newest first."""
    rows = [
        CameIn(case.board, row, kept.party(row.sender))
        for case in found
        for kept in (Correspondence(case),)
        for row in sorted((row for row in case.seen(WordRow) if row.kind != "told"), key=attrgetter("at"), reverse=True)[:SENT]
    ]
    return sorted(rows, key=lambda one: one.row.happened_at, reverse=True)[:SENT]


def _waiting(case: cases.Case, row: MessageRow) -> Waiting:
    shown = messages.shown(case, row)
    link = shown.chain.waiting if shown.chain else None
    if link:
        return Waiting(case.board, shown, case.people.name(link.person), link.mine)
    return Waiting(case.board, shown, case.people.name(row.publisher_person or row.author), shown.may_publish)


def _sent(found: Iterable[cases.Case], chosen: str) -> list[Waiting]:
    """Return what went out last, the newest first; behind it what is `chosen`, if that is none of it."""
    dated = [(row.published_at, case, row) for case in found for row in case.rows(MessageRow) if row.status != "draft" and row.published_at]
    every = [(case, row) for _published_at, case, row in sorted(dated, key=itemgetter(0), reverse=True)]
    latest = every[:SENT] + [(case, row) for case, row in every[SENT:] if f"{case.number}/{row.message}" == chosen]
    came_of, kept = messages.summaries(latest), {case.id: Correspondence(case) for case, _row in latest}
    return [Waiting(case.board, messages.shown(case, row, kept[case.id], came_of), "", mine=False) for case, row in latest]
