"""What stands beside a sentence of the timeline: the short word for its kind, and what a person wrote with it."""

from tocsin.incidents.models import TimelineRow
from tocsin.web.cases import Case
from tocsin.web.languages import gettext as _


def quote(row: TimelineRow, case: Case) -> str:
    """Return what a person wrote with it, as far as the viewer may see it."""
    if row.kind == "FactStated":
        return str(row.data.get("reason", ""))
    if row.kind == "RecordEntered":
        rule = case.program.records.get(row.subject)
        if rule is not None and not case.sees(rule):
            return ""
        fields = (row.data.get("fields") or {}).items()
        return "\n".join(str(value) for name, value in fields if value and (rule is None or case.sees(rule, name)))
    if row.kind == "RoleCreated":
        return str(row.data.get("duty", ""))
    if row.kind == "ChannelConfirmed":
        return str(row.data.get("result", ""))
    return str(row.data.get("words") or row.data.get("reason") or "")


def word(kind: str) -> str:
    """Return the short word under a sentence: what kind of entry it is."""
    words = {
        "ClockBreached": _("clock missed"),
        "OccurrenceMissed": _("clock missed"),
        "ClockMet": _("clock met"),
        "ClockOpened": _("clock"),
        "ClockMoved": _("clock"),
        "ClockEnded": _("clock"),
        "ClockReminded": _("clock"),
        "ClockWaived": _("waiver"),
        "Fulfilled": _("step"),
        "Noted": _("note"),
        "FactStated": _("fact"),
        "LevelDecided": _("level"),
        "LevelProposed": _("level"),
        "LevelNeared": _("level"),
        "DecisionMade": _("decision"),
        "DecisionApplied": _("decision"),
        "DutiesPassed": _("role"),
        "LinkSigned": _("signature"),
        "RoleAssigned": _("role"),
        "RoleAccepted": _("role"),
        "RoleCreated": _("role"),
        "DeputyCalled": _("role"),
        "Gathered": _("role"),
        "StreamOpened": _("work stream"),
        "StreamClosed": _("work stream"),
        "Said": _("stream"),
        "Promoted": _("stream"),
        "WorkTakenUp": _("step"),
        "WorkPutDown": _("step"),
        "RecordEntered": _("record"),
        "MessageDrafted": _("message"),
        "MessagePublished": _("message"),
        "DeliveryReported": _("receipt"),
        "ChannelConfirmed": _("receipt"),
        "MessageMovedOn": _("receipt"),
        "MessageRead": _("receipt"),
        "DecisionWaits": _("decision"),
        "PartyAdded": _("party"),
        "PartyRemoved": _("party"),
        "PartiesTold": _("party"),
        "MomentRecorded": _("moment"),
        "MomentWithdrawn": _("moment"),
        "PhaseEntered": _("phase"),
        "Attested": _("condition"),
        "ConditionTurned": _("condition"),
        "Observed": _("signal"),
        "FiguresKept": _("figure"),
        "PlanMoved": _("plan"),
        "PlanAdded": _("plan"),
        "TriggerFired": _("signal"),
    }
    return words.get(kind, "")
