"""The way back from the outbox: whether something is still wanted, and how each message ended on each channel."""

from collections.abc import Callable, Mapping
from typing import Final

from tocsin.comms import outbox
from tocsin.comms.outbox import Outcome
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.incidents import about, desk, states
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import Head, Incident

SYSTEM: Final = t.Actor(t.SYSTEM)
_OVER: Final = ("closed", "cancelled")


def still_wanted(text: str) -> bool:
    """
    Return whether what `text` is about still matters: asked again before each attempt (I7).

    A published message is wanted whatever happened since. A telling is not once the incident is over, its clock has stopped or its role
    was accepted.
    """
    meant = about.read(text)
    if meant.kind == "message":
        return True
    incident = Incident.objects.filter(pk=meant.incident).first()
    if incident is None:
        return False
    try:
        state = states.load(incident, Head.objects.get(pk=incident.pk))
    except UnknownEvent:  # nobody can say any more: rather once too often
        return True
    kind, _, subject = meant.subject.partition(":")
    return state.phase not in _OVER and (kind not in _MATTERS or _MATTERS[kind](state, subject))


def run_once() -> bool:
    """Report what the outbox has finished to the incidents; return whether there was something."""
    finished = outbox.finished()
    for outcome in finished:
        _report(outcome)
        outbox.reported(outcome)
    return bool(finished)


def _report(outcome: Outcome) -> None:
    meant = about.read(outcome.about)
    if meant.kind == "message":
        command = t.ReportDelivery(message=meant.subject, channel=outcome.channel, outcome=outcome.outcome, detail=outcome.detail)
        desk.handle(meant.incident, command, actor=SYSTEM)


def _runs(state: t.State, clock: str) -> bool:
    return clock in state.clocks and state.clocks[clock].status in RUNNING


def _unaccepted(state: t.State, role: str) -> bool:
    return role in state.roles and not state.roles[role].accepted


_MATTERS: Final[Mapping[str, Callable[[t.State, str], bool]]] = {
    "remind": _runs,
    "breached": _runs,
    "assigned": _unaccepted,
    "unaccepted": _unaccepted,
}
