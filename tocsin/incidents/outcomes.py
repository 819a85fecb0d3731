"""The way back from the outbox: whether something is still wanted, and how each message ended on each channel."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from django.db import transaction

from tocsin.comms import outbox, trials
from tocsin.comms.outbox import Outcome
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.incidents import about, desk, states
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import Incident
from tocsin.kit import bulk, faults
from tocsin.kit.transactions import retry

SYSTEM: Final = t.Actor(t.SYSTEM)


def still_wanted(text: str) -> bool:
    """
    Return whether what `text` is about still matters: asked again before each attempt (I7).

    A published message is wanted whatever happened since. A telling of a clock is while the clock runs: those of measures do after the
    incident is closed (ADR 0006). Any other is not once the incident is over or its role was accepted.
    """
    if trials.is_trial(text):
        return True
    meant = about.read(text)
    if meant.kind == "message":
        return True
    kind, _, subject = meant.subject.partition(":")
    if kind not in _MATTERS:
        phases = bulk.asked("SELECT phase FROM incidents_boardrow WHERE incident_id = {}", [("uuid", meant.incident)])
        if phases:
            return phases[0][0] not in t.OVER
    incident = Incident.objects.select_related("head").filter(pk=meant.incident).first()
    if incident is None:
        return False
    try:
        state = states.load(incident, incident.head)
    except UnknownEvent:  # nobody can say any more: rather once too often
        return True
    return _MATTERS.get(kind, _goes_on)(state, subject)


def run_once() -> bool:
    """
    Report what the outbox has finished to the incidents; return whether there was something.

    :raises ExceptionGroup: the faults of those that could not be reported. They are tried again; all others have been.
    """
    finished = outbox.finished()
    if finished:
        faults.together(partial(_close, finished), partial(_close_each, finished), "outcomes")
    return bool(finished)


def _close_each(finished: Sequence[Outcome]) -> None:
    faults.each(finished, lambda outcome: _close([outcome]), "outcomes that could not be reported")


def _close(finished: Sequence[Outcome]) -> None:
    """Report outcomes and note that they are reported, in one transaction."""
    meant = [(outcome, about.read(outcome.about)) for outcome in finished if not trials.is_trial(outcome.about)]
    messages = [(outcome, subject) for outcome, subject in meant if subject.kind == "message"]

    def whole() -> None:
        with transaction.atomic():
            with desk.sit() as sitting:
                sitting.lock(subject.incident for _, subject in messages)
                for outcome, subject in messages:
                    _report(sitting, outcome, subject)
            outbox.reported(finished)

    retry(whole)


def _report(sitting: desk.Desk, outcome: Outcome, meant: about.About) -> None:
    command = t.ReportDelivery(
        message=meant.subject,
        channel=outcome.channel,
        outcome=outcome.outcome,
        detail=outcome.detail,
        languages=outcome.languages,
    )
    sitting.handle(meant.incident, command, actor=SYSTEM)


def _goes_on(state: t.State, _subject: str) -> bool:
    return state.phase not in t.OVER


def _runs(state: t.State, clock: str) -> bool:
    return clock in state.clocks and state.clocks[clock].status in RUNNING


def _unaccepted(state: t.State, role: str) -> bool:
    return _goes_on(state, role) and role in state.roles and not state.roles[role].accepted


_MATTERS: Final[Mapping[str, Callable[[t.State, str], bool]]] = {
    "owed": _runs,
    "remind": _runs,
    "breached": _runs,
    "assigned": _unaccepted,
    "unaccepted": _unaccepted,
}
