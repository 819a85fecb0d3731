"""What stands beside a sentence of the timeline: the short word for its kind, and what a person wrote with it."""

from collections.abc import Callable, Mapping
from typing import Final

from tocsin.incidents.models import TimelineRow
from tocsin.web.cases import Case
from tocsin.web.languages import gettext as _


def quote(row: TimelineRow, case: Case) -> str:
    """Return what a person wrote with it, as far as the viewer may see it."""
    if row.kind == "FactStated":
        return str(row.data.get("reason", ""))
    if row.kind == "ClockEnded":
        return ""  # its reason is one of a few, and the sentence says it
    if row.kind == "RecordEntered":
        rule = case.program.records.get(row.subject)
        if rule is not None and not case.sees(rule):
            return ""
        fields = (row.data.get("fields") or {}).items()
        return "\n".join(str(value) for name, value in fields if value and (rule is None or case.sees(rule, name)))
    if row.kind == "ClockMoved":
        return str(row.data.get("words", ""))
    if row.kind == "RoleCreated":
        return str(row.data.get("duty", ""))
    if row.kind == "ChannelConfirmed":
        return str(row.data.get("result", ""))
    return str(row.data.get("words") or row.data.get("reason") or "")


_NOUNS: Final[tuple[tuple[Callable[[], str], tuple[str, ...]], ...]] = (
    (lambda: _("clock missed"), ("ClockBreached", "OccurrenceMissed")),
    (lambda: _("clock met"), ("ClockMet",)),
    (lambda: _("clock"), ("ClockOpened", "ClockMoved", "ClockEnded", "ClockReminded")),
    (lambda: _("waiver"), ("ClockWaived",)),
    (lambda: _("step"), ("Fulfilled", "WorkTakenUp", "WorkPutDown")),
    (lambda: _("note"), ("Noted",)),
    (lambda: _("fact"), ("FactStated",)),
    (lambda: _("level"), ("LevelDecided", "LevelProposed", "LevelNeared")),
    (lambda: _("decision"), ("DecisionMade", "DecisionApplied", "DecisionWaits")),
    (
        lambda: _("role"),
        (
            "DutiesPassed",
            "RoleAssigned",
            "RoleAccepted",
            "RoleDeclined",
            "RoleCreated",
            "DeputyCalled",
            "Gathered",
            "DirectoryRead",
            "DutyTurned",
        ),
    ),
    (lambda: _("signature"), ("LinkSigned",)),
    (lambda: _("work stream"), ("StreamOpened", "StreamClosed")),
    (lambda: _("stream"), ("Said", "Promoted")),
    (lambda: _("record"), ("RecordEntered", "EntryMarked")),
    (lambda: _("message"), ("MessageDrafted", "MessagePublished")),
    (lambda: _("answer"), ("ReplyAdded",)),
    (lambda: _("receipt"), ("DeliveryReported", "ChannelConfirmed", "MessageMovedOn", "MessageRead")),
    (lambda: _("party"), ("PartyAdded", "PartyRemoved", "PartiesTold")),
    (lambda: _("moment"), ("MomentRecorded", "MomentWithdrawn")),
    (lambda: _("phase"), ("PhaseEntered",)),
    (lambda: _("condition"), ("Attested", "ConditionTurned")),
    (lambda: _("signal"), ("Observed", "TriggerFired")),
    (lambda: _("figure"), ("FiguresKept",)),
    (lambda: _("plan"), ("PlanMoved", "PlanAdded")),
)
_WORDS: Final[Mapping[str, Callable[[], str]]] = {kind: noun for noun, kinds in _NOUNS for kind in kinds}


def word(kind: str) -> str:
    """Return the short word under a sentence: what kind of entry it is."""
    return _WORDS[kind]() if kind in _WORDS else ""
