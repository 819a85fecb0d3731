"""What the API answers with: the projection's rows as they are, ids in their typed spelling."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from types import GenericAlias
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Model
from django.http import HttpResponse
from ninja import Schema
from ninja.orm import create_schema
from pydantic import create_model

from tocsin.api.wire import spell_instant
from tocsin.engine import terms as t
from tocsin.incidents.desk import Done
from tocsin.incidents.models import (
    BoardRow,
    BreachRow,
    ChainRow,
    ClockRow,
    ConditionRow,
    DecidedRow,
    DecisionRow,
    DeliveryRow,
    FactRow,
    LevelRow,
    MessageRow,
    MomentRow,
    Plan,
    RecordRow,
    ReportRow,
    RoleRow,
    SituationRow,
    TimelineRow,
)
from tocsin.incidents.models.row import Row
from tocsin.incidents.projection.rows import plain_event
from tocsin.incidents.readers import Eyes
from tocsin.ingest import search
from tocsin.ingest.models import Alert
from tocsin.kit import bulk, ids

_OWN: Final = ["id", "organisation", "incident"]


def _of(model: type[Model], name: str) -> type[Schema]:
    return create_schema(model, name=name, exclude=_OWN)


Clock = _of(ClockRow, "Clock")
Line = _of(TimelineRow, "TimelineLine")
Board = create_schema(BoardRow, name="Board", exclude=[*_OWN, "kept_for"])
AlertFields = create_schema(Alert, name="AlertFields", exclude=["id", "organisation", "raw"])
PlanFields = create_schema(Plan, name="PlanFields", exclude=["id", "organisation", "source", "loaded_by"])

PARTS: Final[Mapping[str, tuple[type[Row], type[Schema], str]]] = {
    "moments": (MomentRow, _of(MomentRow, "Moment"), "recorded_at"),
    "facts": (FactRow, _of(FactRow, "Fact"), "order"),
    "conditions": (ConditionRow, _of(ConditionRow, "Condition"), "condition"),
    "situations": (SituationRow, _of(SituationRow, "Situation"), "opened_at"),
    "roles": (RoleRow, _of(RoleRow, "Role"), "role"),
    "levels": (LevelRow, _of(LevelRow, "DecidedLevel"), "seq"),
    "decisions": (DecisionRow, _of(DecisionRow, "Decision"), "order"),
    "decided": (DecidedRow, _of(DecidedRow, "DecisionTaken"), "seq"),
    "chains": (ChainRow, _of(ChainRow, "Chain"), "at"),
    "messages": (MessageRow, _of(MessageRow, "Message"), "drafted_at"),
    "deliveries": (DeliveryRow, _of(DeliveryRow, "Delivery"), "at"),
    "records": (RecordRow, _of(RecordRow, "RecordEntry"), "at"),
    "reports": (ReportRow, _of(ReportRow, "Report"), "seq"),
    "breaches": (BreachRow, _of(BreachRow, "Breach"), "seq"),
    "clocks": (ClockRow, Clock, "began_at"),
}
"""The parts of an incident's state: rows, their schema, their order."""


class IncidentOut(Board):  # type: ignore[misc, valid-type]
    """One incident at a glance, with the level that the plan proposes and every rule behind it."""

    id: str

    @staticmethod
    def resolve_id(row: BoardRow) -> str:
        """Return the typed id."""
        return ids.typed("inc", row.incident_id)


StateOut = create_model(
    "State",
    __base__=IncidentOut,
    __doc__="Everything that is known of one incident, explained: each rule with its value, each role with its holder, each clock with its anchor.",
    **{part: (GenericAlias(list, schema), ...) for part, (_, schema, _) in PARTS.items()},  # type: ignore[call-overload]
)


class EventOut(Schema):
    """One entry that a command caused. `data` has the fields of that type of event."""

    seq: int
    type: str
    at: datetime
    by: str
    data: dict[str, Any]


class DoneOut(Schema):
    """What a command did: the entries from `first` to `seq`, none if nothing changed."""

    incident: str
    number: str
    first: int
    seq: int
    events: list[EventOut]


class AlertOut(AlertFields):  # type: ignore[misc, valid-type]
    """One alert with its latest episode."""

    id: str

    @staticmethod
    def resolve_id(row: Alert) -> str:
        """Return the typed id."""
        return ids.typed("alr", row.pk)


class PlanOut(PlanFields):  # type: ignore[misc, valid-type]
    """One version of a plan. `hash` names it; an incident starts under the version in force."""


class Incidents(Schema):
    """Some incidents, newest first."""

    items: list[IncidentOut]
    next: str


class Lines(Schema):
    """Some lines of a timeline, oldest first."""

    items: list[Line]  # type: ignore[valid-type]
    next: str


class Alerts(Schema):
    """Some alerts, latest turn first."""

    items: list[AlertOut]
    next: str


def alerts(rows: Iterable[search.Row], following: str) -> HttpResponse:
    """Return some alerts as `Alerts` says, written at once from what is stored: a page of them is what programs ask for most."""
    items = [{name: write(getattr(row, name)) for name, write in _OF_AN_ALERT.items()} for row in rows]
    return HttpResponse(msgspec.json.encode({"items": items, "next": following}), content_type="application/json")


def _as_is(value: Any) -> Any:
    return value


@lru_cache(4096)
def _instant(value: datetime | str | None) -> str | None:
    return None if value is None else spell_instant(bulk.instant(value))


def _tree(value: str) -> msgspec.Raw:
    return msgspec.Raw(value.encode())


def _typed(value: UUID | str) -> str:
    return ids.typed("alr", bulk.uuid(value))


_WRITERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "BooleanField": bool,
    "DateTimeField": _instant,
    "JSONField": _tree,
    "UUIDField": _typed,
}
_OF_AN_ALERT: Final = {name: _WRITERS.get(Alert._meta.get_field(name).get_internal_type(), _as_is) for name in AlertOut.model_fields}


def state(row: BoardRow, eyes: Eyes) -> BoardRow:
    """Return the incident's row with all its parts beside it, as `StateOut` reads them and as far as the caller sees them."""
    for part, (model, _, order) in PARTS.items():
        rows = model._default_manager.filter(incident_id=row.incident_id).order_by(order, "pk")
        setattr(row, part, [_as_seen(each, eyes) for each in eyes.seen(rows)])
    return row


def _as_seen(row: Model, eyes: Eyes) -> Model:
    if isinstance(row, RecordRow):
        row.fields = _seen(eyes, row.record, row.fields)
    return row


def _seen(eyes: Eyes, record: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    rule = eyes.program.records.get(record)
    return {name: value for name, value in fields.items() if rule is None or eyes.are_of(rule.confidential.get(name, ()))}


def done(answer: Done, eyes: Eyes | None = None) -> dict[str, Any]:
    """Return what a command did, as far as the caller sees it."""
    seen = [(seq, event) for seq, event in enumerate(answer.events, answer.first) if eyes is None or eyes.hears(event)]
    events = [_event(seq, event) for seq, event in seen]
    own = {"incident": ids.typed("inc", answer.incident), "number": answer.number}
    return {**own, "first": answer.first, "seq": answer.seq, "events": events}


def _event(seq: int, event: t.AnyEvent) -> dict[str, Any]:
    return {"seq": seq, "type": type(event).__name__, "at": event.at, "by": event.by, "data": plain_event(event)}
