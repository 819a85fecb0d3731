"""What became of what was filed for the next revision of a plan: kept beside the rows, since no journal says it."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.journal import Incident
from tocsin.kit import clock


class Ruling(models.Model):
    """One filing (`seq` of its incident), accepted or rejected with a note by whoever keeps the plan; a later word replaces it (PLN-10)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    accepted = models.BooleanField()
    note = models.TextField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "seq"], name="ruling_once")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.seq} {self.accepted}"
