"""Indexes on a column with which another index begins."""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models.deletion import CASCADE

from tocsin.kit.indexes import Unindexed


def _foreign(to: str, related_name: str = "+") -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(to, on_delete=CASCADE, db_index=False, related_name=related_name)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("comms", "0004_claims")]

    operations: ClassVar = [
        Unindexed(
            "comms",
            [
                ("Delivery", "organisation", _foreign("accounts.organisation")),
                ("InboxItem", "organisation", _foreign("accounts.organisation")),
                ("Attempt", "delivery", _foreign("comms.delivery", "tries")),
            ],
        ),
    ]
