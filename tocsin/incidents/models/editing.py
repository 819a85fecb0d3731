"""What is written on the way to the next version of a plan: its text as it stands, and the findings that its owner has taken note of."""

from typing import ClassVar

from django.db import models

from tocsin.kit import clock, ids


class PlanText(models.Model):
    """The text of a plan's next version as far as it is written; it may have errors. `revision` counts savings, `based_on` is a plan hash."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    plan_id = models.CharField(max_length=64)
    source = models.TextField()
    based_on = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=clock.now)
    saved_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "plan_id"], name="plan_text_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} revision {self.revision}"


class Acknowledgement(models.Model):
    """A finding that the plan's owner has taken note of, with a reason (PLN-06). It holds for later versions too, as long as it is found there."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    plan_id = models.CharField(max_length=64)
    code = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    reason = models.TextField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "plan_id", "code", "path"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.code} {self.path}"
