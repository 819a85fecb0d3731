"""How far the spool was carried into the log."""

from django.db import models


class Carried(models.Model):
    """How far what the lane wrote on SQLite's side was carried into the log (`carrying.py`), moved on in the transaction that did so. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    segment = models.BigIntegerField()
    upto = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.segment} {self.upto}"
