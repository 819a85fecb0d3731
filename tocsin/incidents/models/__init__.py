"""Tables of incidents: plans, the journal, what the desk keeps beside it, and the rows that pages read."""

from tocsin.incidents.models.acts import ChainRow, DecidedRow, DecisionRow, DeliveryRow, LevelRow, MessageRow
from tocsin.incidents.models.board import BoardRow, BreachRow, ClockRow, RoleRow
from tocsin.incidents.models.desk import Answer, Breach, Counter, Downtime, Heartbeat, Notice, Refusal, ZoneRules
from tocsin.incidents.models.drills import Drill
from tocsin.incidents.models.editing import Acknowledgement, PlanText
from tocsin.incidents.models.journal import Composition, Entry, Head, Incident, Plan, Seal
from tocsin.incidents.models.kept import FiledRow, PartyRow, RecordRow, RegisterRow, ReportRow, TimelineRow, WordRow
from tocsin.incidents.models.known import ConditionRow, FactRow, FigureRow, MomentRow, SituationRow
from tocsin.incidents.models.rulings import Ruling
from tocsin.incidents.models.samples import Baseline, Lookout, Sample, Sentinel, Silence
from tocsin.incidents.models.series import CounterReading, SeriesFeed, SeriesRule, Unmapped
from tocsin.incidents.models.sources import SourceText

__all__ = [
    "Acknowledgement",
    "Answer",
    "Baseline",
    "BoardRow",
    "Breach",
    "BreachRow",
    "ChainRow",
    "ClockRow",
    "Composition",
    "ConditionRow",
    "Counter",
    "CounterReading",
    "DecidedRow",
    "DecisionRow",
    "DeliveryRow",
    "Downtime",
    "Drill",
    "Entry",
    "FactRow",
    "FigureRow",
    "FiledRow",
    "Head",
    "Heartbeat",
    "Incident",
    "LevelRow",
    "Lookout",
    "MessageRow",
    "MomentRow",
    "Notice",
    "PartyRow",
    "Plan",
    "PlanText",
    "RecordRow",
    "Refusal",
    "RegisterRow",
    "ReportRow",
    "RoleRow",
    "Ruling",
    "Sample",
    "Seal",
    "Sentinel",
    "SeriesFeed",
    "SeriesRule",
    "Silence",
    "SituationRow",
    "SourceText",
    "TimelineRow",
    "Unmapped",
    "WordRow",
    "ZoneRules",
]
