"""Incidents over HTTP: list, declare, read, command."""

from typing import Annotated, Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import commands, cursors, facts, out, problems
from tocsin.api.commands import FactValues, Given
from tocsin.api.door import Caller, Request, needs
from tocsin.api.wire import Instant, Name, Text
from tocsin.engine.terms import Refused
from tocsin.incidents import desk, plans, readers
from tocsin.incidents.elsewhere import Elsewhere
from tocsin.incidents.models import BoardRow, ClockRow, Plan, TimelineRow
from tocsin.kit import ids

router = Router(tags=["incidents"])
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200, description="The same key again gets the same answer, for 48 hours.")]
Cursor = Annotated[str, Query(description="`next` of the page before; empty for the first.")]
Limit = Annotated[int, Query(ge=1, le=cursors.LIMIT_MAX)]


class RecordElsewhere(Given):
    """A record of another system: how the system is called, the number that the record has there, and a link that leads to it."""

    system: Annotated[Name, Field(min_length=1)]
    number: Annotated[Name, Field(min_length=1, max_length=100)]
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


class Declaration(Given):
    """One line of `words` is enough. `plan` is the id or hash of a plan in force; it may be left out where only one is."""

    words: Annotated[Text, Field(min_length=1)]
    plan: Name = ""
    beside: list[Name] = Field(
        default_factory=list, description="Other plans that it runs by, and role sets laid over them: ids or hashes."
    )
    record: RecordElsewhere | None = Field(
        default=None, description="The ticket that it is registered for. The same ticket again is answered with the same incident."
    )
    reason: Text = Field(default="", description="Why it runs by another plan than the one whose scope speaks of it.")
    means: Name = "api"
    facts: FactValues = Field(default_factory=dict)
    affected: list[Name] = Field(default_factory=list)
    """Entries of the organisation's registers that it affects, by their keys."""
    happened_at: Instant | None = None
    drill: bool = False


@router.get("", response=out.Incidents, summary="List incidents: those worked out of turn, then the others, then what is over")
@needs(access.SEE)
def every(request: HttpRequest, state: str = "all", cursor: Cursor = "", limit: Limit = 50) -> Any:
    """`state` is all, open or closed. Each kind comes newest first; `place` says where an incident stands in every queue."""
    if state not in {"all", "open", "closed"}:
        raise problems.invalid([{"place": "state", "problem": "all, open or closed was expected"}])
    rows = _visible(request)
    rows = rows if state == "all" else rows.filter(open=state == "open")
    page = cursors.page(rows, "declared_at", cursor, limit, ahead="place")
    return {"items": _viewer(request).glances(page.rows), "next": page.next}


@router.post("", response={201: out.DoneOut, 200: out.DoneOut}, summary="Declare an incident")
@needs(access.DECLARE)
def declare(request: HttpRequest, response: HttpResponse, body: Declaration, key: Key = "") -> Any:
    """
    201 with what was recorded, 200 with the incident that the record of another system is registered as already, 409 with why the plan
    does not allow it, 422 with every place that cannot be read.
    """
    caller = _caller(request)
    plan = _plan(caller, body.plan)
    beside = [_plan(caller, name, f"/beside/{index}") for index, name in enumerate(body.beside)]
    if len({each.plan_id for each in (plan, *beside)}) <= len(beside):
        raise problems.invalid([{"place": "/beside", "problem": "an incident runs by each plan once"}])
    program = plans.composed(caller.organisation.id, [plan.hash, *(each.hash for each in beside)])
    said = desk.Declaration(
        words=body.words,
        means=body.means,
        facts=facts.read(program, body.facts),
        affected=tuple(body.affected),
        record=Elsewhere(body.record.system, body.record.number, body.record.link) if body.record else None,
        happened_at=body.happened_at,
        drill=body.drill,
        reason=body.reason,
        beside=tuple(each.hash for each in beside),
    )
    answer = desk.declare(caller.organisation.id, plan.hash, said, actor=caller.actor(program), key=key)
    if isinstance(answer, Refused):
        return problems.refused(answer)
    response.headers["Location"] = f"/api/v1/incidents/{ids.typed('inc', answer.incident)}"
    return Status(201 if answer.events or answer.seq else 200, out.done(answer))


@router.get("/{incident}", response=out.StateOut, summary="Read one incident, explained")
@needs(access.SEE)
def one(request: HttpRequest, incident: str) -> Any:
    """`incident` is `inc_…` or `INC-118`."""
    board = _board(request, incident)
    return out.state(_viewer(request).glance(board), _eyes(request, board))


@router.post("/{incident}/commands", response=out.DoneOut, summary="Command an incident")
@needs(access.ACT)
def command(
    request: HttpRequest,
    incident: str,
    body: commands.Body,  # type: ignore[valid-type] # a union made from the engine's commands when the server starts
    key: Key = "",
) -> Any:
    """200 with the entries that followed (none if nothing changed), 409 with the refusal, 422 with every place that cannot be read."""
    caller, board = _caller(request), _board(request, incident)
    program = plans.program(caller.organisation.id, board.plan_hash)
    asked = commands.command(program, body)
    answer = desk.handle(board.incident_id, asked, actor=caller.actor(program), key=key)
    return problems.refused(answer) if isinstance(answer, Refused) else out.done(answer, _eyes(request, board))


@router.get("/{incident}/timeline", response=out.Lines, summary="Read the timeline, oldest first")
@needs(access.SEE)
def timeline(request: HttpRequest, incident: str, cursor: Cursor = "", limit: Limit = 100, after: int = 0) -> Any:
    """`after` is the seq that the caller knows already. Nothing in a timeline ever changes."""
    board = _board(request, incident)
    rows = TimelineRow.objects.filter(incident_id=board.incident_id, seq__gt=after)
    page = cursors.page(rows, "seq", cursor, limit, newest_first=False)
    return {"items": _eyes(request, board).lines(page.rows), "next": page.next}


@router.get("/{incident}/clocks", response=list[out.Clock], summary="Read every clock")  # type: ignore[valid-type]
@needs(access.SEE)
def clocks(request: HttpRequest, incident: str, status: str = "") -> Any:
    """`status` narrows it to open, breached, met, late, waived or ended."""
    board = _board(request, incident)
    rows = ClockRow.objects.filter(incident_id=board.incident_id).order_by("due_at", "pk")
    return _eyes(request, board).seen(rows.filter(status=status) if status else rows)


def _caller(request: HttpRequest) -> Caller:
    return cast("Request", request).auth


def _visible(request: HttpRequest) -> QuerySet[BoardRow]:
    """Return the incidents that the person sees in whose name the key acts."""
    return _viewer(request).incidents()


def _viewer(request: HttpRequest) -> readers.Viewer:
    caller = _caller(request)
    return readers.Viewer(caller.organisation.id, caller.person, access.SEE not in caller.acts)


def _eyes(request: HttpRequest, board: BoardRow) -> readers.Eyes:
    program = plans.program(board.organisation_id, board.plan_hash)
    return readers.eyes(board.incident_id, program, _caller(request).actor(program))


def _board(request: HttpRequest, incident: str) -> BoardRow:
    """Return the incident's row, within what the caller sees only."""
    try:
        named = Q(incident_id=ids.untyped("inc", incident))
    except ValueError:
        named = Q(number=incident)
    row = _visible(request).filter(named).first()
    if row is None:
        raise problems.not_found()
    return row


def _plan(caller: Caller, wanted: str, place: str = "/plan") -> Plan:
    """Return the plan that a declaration names: by id, the version in force; by hash, that version; by nothing, the only one in force."""
    in_force = plans.in_force(caller.organisation.id)
    if not wanted and len(in_force) == 1:
        return next(iter(in_force.values()))
    named = in_force.get(wanted) or Plan.objects.filter(organisation=caller.organisation, hash=wanted).first()
    if named is None:
        known = ", ".join(in_force) or "none"
        raise problems.invalid([{"place": place, "problem": f"the id or hash of a plan was expected; in force: {known}"}])
    return named
