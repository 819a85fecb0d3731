"""A drill in progress: which scenario it plays, how far it is, and who plays whom."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.journal import Incident


class Drill(models.Model):
    """One run of a shipped scenario through the live engine. The incident it plays on is marked as a drill everywhere."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, null=True, related_name="played_by")
    plan_hash = models.CharField(max_length=64)
    scenario = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    """Where the scenario's own start lies in the drill's time."""
    cast = models.JSONField(default=dict)
    """Typed person id by the name in the scenario."""
    position = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    """When the next step is played; none once it is over."""
    stopped = models.TextField(blank=True)
    """Why it ended before its time; empty if it did not."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="drill_next")]

    def __str__(self) -> str:
        return f"{self.scenario} {self.position}"
