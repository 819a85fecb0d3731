"""An index on the route of a match: others begin with its organisation and that."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models.deletion import CASCADE

from tocsin.kit.indexes import Unindexed


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ingest", "0017_looser")]

    operations: ClassVar = [
        Unindexed(
            "ingest",
            [("Match", "route", models.ForeignKey("ingest.route", on_delete=CASCADE, db_index=False, related_name="matches"))],
        ),
    ]
