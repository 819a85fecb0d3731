"""
The desk: the one way into an incident. Lock, stamp the time, load, decide, append, project, wish, commit, give notice.

`declare` and `handle` are a sitting each; `sit` is one for any number of commands, and `pass_time` one for many incidents that are due.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.incidents import answers, beginnings, counters, elsewhere, journal, plans, turns
from tocsin.incidents.answers import Request
from tocsin.incidents.declaration import Declaration
from tocsin.incidents.models import Incident, Plan
from tocsin.incidents.sitting import NUMBERS, Sitting, due, sitting
from tocsin.incidents.turns import Answer, Done
from tocsin.kit import clock, ids
from tocsin.kit.transactions import retry

__all__ = [
    "NUMBERS",
    "Answer",
    "Declaration",
    "Desk",
    "Done",
    "Overtaken",
    "declare",
    "establish",
    "foresee",
    "handle",
    "pass_time",
    "rehearse",
    "sit",
    "stalled",
]


class Overtaken(Exception):  # noqa: N818 - it names what happened to the worker
    """The worker's lease ran out and another one has the incident: whatever this one wanted to write is void (F-13)."""


def declare(organisation_id: UUID, plan_hash: str, declaration: Declaration, *, actor: t.Actor, key: str = "") -> Answer:
    """
    Begin an incident under a plan in force and return its first events, or why not (E501).

    :raises answers.KeyReused: the key belongs to another request (422).
    :raises Plan.DoesNotExist: the organisation has no plan with this hash (404).
    """
    own_key = key or str(ids.new())  # lets it find out whether a commit whose answer was lost did happen

    def whole() -> Answer:
        with sit() as desk:
            return desk.declare(organisation_id, plan_hash, declaration, actor=actor, key=own_key)

    return retry(whole)


def handle(incident_id: UUID, command: t.Command, *, actor: t.Actor, key: str = "", fence: int | None = None) -> Answer:
    """
    Let `actor` command the incident; return the events that followed, or the refusal.

    The desk stamps who and when. A worker hands in the `fence` of its claim.

    :raises answers.KeyReused: the key belongs to another request (422).
    :raises Incident.DoesNotExist: no such incident (404).
    :raises Overtaken: another worker has claimed the incident since.
    """
    own_key = key or ("" if isinstance(command, t.Tick) else str(ids.new()))  # time may pass twice without harm

    def whole() -> Answer:
        with sit() as desk:
            return desk.handle(incident_id, command, actor=actor, key=own_key, fence=fence)

    return retry(whole)


def pass_time(most: int, *, actor: t.Actor) -> int:
    """
    Let time pass for incidents that are due, at most so many, all in one transaction; return how many there were. Nobody else is at them: they
    are locked until it ends, and free at once if whoever holds them dies.

    A fault of one is a fault of all: nothing is written then, and whoever calls takes them one by one.
    """

    def whole() -> int:
        if not due(clock.now()).exists():  # on SQLite even who finds nothing has been in everybody's way to look for it in a transaction
            return 0
        with sit() as desk:
            return desk.pass_time(most, actor)

    return retry(whole)


def foresee(incident_id: UUID, command: t.Command, *, actor: t.Actor) -> tuple[t.AnyEvent, ...] | t.Refused:
    """Return what `command` would cause now. Nothing is locked and nothing is written: when it is commanded, it may be otherwise."""
    return turns.foreseen(Sitting(), Incident.objects.select_related("head").get(pk=incident_id), command, actor)


def rehearse(organisation_id: UUID, plan_hash: str, declaration: Declaration, *, actor: t.Actor) -> None:
    """
    Go the way of a declaration by the system up to its end, and forget it, so that the first real one need not wait for what is made once.

    :raises plans.Uncompilable: the plan cannot be compiled by this release.
    """
    beginnings.rehearse(Sitting(), organisation_id, [plan_hash, *declaration.beside], declaration, actor=actor)


def stalled(answer: Answer) -> str:
    """Return why time did not pass as it should for an incident that was due; nothing if it did."""
    if isinstance(answer, t.Refused):
        return f"{answer.code}: {answer.message}"
    return "" if answer.events else "time passed and nothing changed, although something was due"


def establish(organisation_id: UUID, plan: Plan, *, seats: Mapping[str, str]) -> UUID:
    """Begin the record of what an organisation owes between incidents under a plan, unless it has begun; return it."""

    def whole() -> UUID:
        with sitting() as present:
            return _established(present, organisation_id, plan, seats)

    return retry(whole)


@contextmanager
def sit() -> Iterator["Desk"]:
    """Hold a sitting: all that is commanded in the block is written at its end, or nothing if the block ends in a fault."""
    with sitting() as present:
        yield Desk(present)


class Desk:
    """
    The desk while it sits: each command as if it came alone, all of them in one transaction. A command without a key is remembered by whoever
    gives it: what is committed with it says that it was done.
    """

    def __init__(self, present: Sitting) -> None:
        self._sitting = present

    def declare(self, organisation_id: UUID, plan_hash: str, declaration: Declaration, *, actor: t.Actor, key: str = "") -> Answer:
        """Begin an incident, as `declare` does."""
        present = self._sitting
        number = present.number(organisation_id)  # also the lock under which the key is looked up
        request = Request(organisation_id, actor.person, "incidents", key, answers.body_hash(plan_hash, declaration) if key else "")
        known = answers.recall(request, present.now)
        if known is not None:
            return _again(known)
        registered = elsewhere.incident(organisation_id, declaration.record)
        if registered is not None:
            return Done(registered.pk, registered.number, 1, 0, ())
        hashes = [plan_hash, *declaration.beside]
        refused = present.known(("in force", organisation_id, *hashes), lambda: plans.not_in_force(organisation_id, hashes))
        answer = refused or beginnings.begin(present, organisation_id, hashes, declaration, actor=actor, number=f"INC-{number}")
        if isinstance(answer, Done):
            answers.remember(present.sheaf, request, _kept(answer), present.now)
        return answer

    def handle(self, incident_id: UUID, command: t.Command, *, actor: t.Actor, key: str = "", fence: int | None = None) -> Answer:
        """Let `actor` command the incident, as `handle` does."""
        present = self._sitting
        incident = present.incident(incident_id)
        if fence is not None and incident.fence != fence:
            raise Overtaken
        path, body = f"incidents/{incident.id}/commands", answers.body_hash(type(command).__name__, command) if key else ""
        request = Request(incident.organisation_id, actor.person, path, key, body)
        known = answers.recall(request, present.now)
        if known is not None:
            return _again(known)
        answer = turns.take(present, incident, command, actor)
        answers.remember(present.sheaf, request, _kept(answer), present.now)
        if fence is not None:
            present.let_go(incident, well=isinstance(answer, Done) and bool(answer.events))
        return answer

    def lock(self, incidents: Iterable[UUID]) -> None:
        """Lock incidents at once that are to be commanded: they are read together."""
        self._sitting.lock(incidents)

    def pass_time(self, most: int, actor: t.Actor) -> int:
        """Let time pass for incidents that are due, as `pass_time` does. One for which it does not pass as it should is parked."""
        present = self._sitting
        found = present.lock_due(most)
        for incident in found:
            answer = turns.take(present, incident, t.Tick(), actor)
            if why := stalled(answer):
                present.park(incident, why)
            elif incident.faults or incident.leased_until:
                present.let_go(incident, well=True)
        return len(found)


def _established(present: Sitting, organisation_id: UUID, plan: Plan, seats: Mapping[str, str]) -> UUID:
    counters.hold(organisation_id, NUMBERS)
    known = Incident.objects.filter(organisation_id=organisation_id, standing=plan.plan_id).first()
    if known is not None:
        return known.pk
    declaration = Declaration(words="", means="standing", seats=seats)
    system = t.Actor(t.SYSTEM)
    answer = beginnings.begin(present, organisation_id, [plan.hash], declaration, actor=system, number=plan.plan_id, standing=plan.plan_id)
    assert isinstance(answer, Done), answer
    return answer.incident


# ------------------------------------------------------------------ answers as they are kept


def _kept(answer: Answer) -> dict[str, Any]:
    match answer:
        case Done(incident, number, first, seq, _):
            return {"incident": str(incident), "number": number, "first": first, "seq": seq}
        case t.Refused(code, message, hint, details):
            return {"code": code, "message": message, "hint": hint, "details": list(details)}


def _again(kept: Mapping[str, Any]) -> Answer:
    if "code" in kept:
        return t.Refused(kept["code"], kept["message"], kept["hint"], tuple(kept["details"]))
    incident = Incident.objects.get(pk=kept["incident"])
    events = tuple(written.event for written in journal.read(incident, kept["first"] - 1, kept["seq"]))
    return Done(incident.pk, kept["number"], kept["first"], kept["seq"], events)
