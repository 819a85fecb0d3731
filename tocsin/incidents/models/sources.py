"""The document of an organisation that a plan was written from, as text."""

from typing import ClassVar

from django.db import models

from tocsin.kit import clock, ids


class SourceText(models.Model):
    """
    The document beside a plan, whatever the plan's version. `prefix` is what the plan calls it, `pointed` passages that people named, by citation.

    `glosses` counts the readings that were taken out of it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    plan_id = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    text = models.TextField()
    prefix = models.CharField(max_length=64, blank=True)
    pointed = models.JSONField(default=dict)
    glosses = models.PositiveIntegerField(default=0)
    attached_at = models.DateTimeField(default=clock.now)
    attached_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "plan_id"], name="source_once")]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.name}"
