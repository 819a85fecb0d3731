"""What is measured: samples of signals, the mean they are held against, and how far each incident has looked."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.journal import Incident


class Sample(models.Model):
    """
    One reading of a signal. Never part of the journal: only edges are.

    `over_s` is the stretch before `at` that a count was counted over. `labels` are in the one spelling that `samples.spelled` gives them.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=64)
    at = models.DateTimeField()
    labels = models.TextField(default="")
    value = models.DecimalField(max_digits=20, decimal_places=6)
    over_s = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=48)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "signal", "at", "labels"], name="sample_once")]

    def __str__(self) -> str:
        return f"{self.signal} {self.value}"


class Baseline(models.Model):
    """The mean that a signal is held against."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=64)
    mean = models.DecimalField(max_digits=20, decimal_places=6)
    by = models.CharField(max_length=48)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "signal"], name="baseline_once")]

    def __str__(self) -> str:
        return f"{self.signal} {self.mean}"


class Lookout(models.Model):
    """How far an incident has looked at the samples, and when it must look again at the latest (a signal may fall silent)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="lookout")
    until = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["look_at"], name="lookout_due")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.until}"


class Sentinel(models.Model):
    """
    How far the triggers of a plan in force have looked, and what they know: `edges` of the near past, and in `fired` since when the
    stretch held that fired last, by trigger and label value.

    `late` is the earliest sample that came after that instant had been looked at. Whoever looks takes a `turn` first.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    plan_id = models.CharField(max_length=64)
    plan_hash = models.CharField(max_length=64)
    until = models.DateTimeField(null=True)
    late = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    edges = models.JSONField(default=list)
    fired = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "plan_id"], name="sentinel_once")]
        indexes: ClassVar = [models.Index(fields=["look_at"], name="sentinel_due")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.until}"


class Silence(models.Model):
    """A stretch in which no data came of a signal that the triggers of a plan in force watch; open as long as `ended_at` is empty."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    plan_id = models.CharField(max_length=64)
    signal = models.CharField(max_length=120)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "ended_at"], name="silence_standing")]

    def __str__(self) -> str:
        return f"{self.signal} {self.since}"
