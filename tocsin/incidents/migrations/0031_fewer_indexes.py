"""
Indexes by which nothing is found: rows are read from their incident, and where an organisation's are, another index begins with it.

A declared incident writes into twenty of them, a tenth of what it writes. Only firings are read of all incidents: they have an index of their own.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from tocsin.kit.indexes import Unindexed

ROWS = (
    *("BoardRow", "BreachRow", "ChainRow", "ClockRow", "ConditionRow", "DecidedRow", "DecisionRow", "DeliveryRow", "FactRow", "FigureRow"),
    *("FiledRow", "LevelRow", "MessageRow", "MomentRow", "PartyRow", "RecordRow", "RegisterRow", "ReportRow", "RoleRow", "SituationRow"),
    *("TimelineRow", "WordRow"),
)


def _organisation(related_name: str = "+", **how: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey("accounts.organisation", db_index=False, related_name=related_name, **how)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0030_looser_rows")]

    operations: ClassVar = [
        Unindexed(
            "incidents",
            [
                *((kind, "organisation", _organisation(on_delete=CASCADE, db_constraint=False)) for kind in ROWS),
                ("Incident", "organisation", _organisation("incidents", on_delete=PROTECT)),
                ("Counter", "organisation", _organisation(on_delete=CASCADE)),
                ("Notice", "incident", models.ForeignKey("incidents.incident", on_delete=CASCADE, db_index=False, related_name="+")),
            ],
        ),
        migrations.AddIndex(
            "timelinerow",
            models.Index(
                fields=["organisation", "at"], name="timeline_fired", condition=models.Q(kind__in=("TriggerFired", "SituationClosed"))
            ),
        ),
    ]
