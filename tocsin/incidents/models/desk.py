"""What the desk keeps beside the journal: single breaches, remembered answers, refusals, counters, notices, heartbeats."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.journal import Incident
from tocsin.kit import clock


class Breach(models.Model):
    """A guard: the database itself refuses a second breach of the same clock, generation, occurrence and threshold (I3)."""

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, db_index=False, related_name="+")
    clock = models.CharField(max_length=200)
    generation = models.PositiveIntegerField()
    occurrence = models.PositiveIntegerField()
    threshold = models.CharField(max_length=32)
    seq = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "clock", "generation", "occurrence", "threshold"], name="breach_once")
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.generation}/{self.occurrence}"


class Answer(models.Model):
    """The answer once given under an idempotency key, so that the same request again gets the same answer. Kept for 48 hours."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    principal = models.CharField(max_length=48)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "principal", "path", "key"], name="answer_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="answer_age")]

    def __str__(self) -> str:
        return f"{self.principal} {self.path}"


class Refusal(models.Model):
    """A command that was refused, by whom and why (AUD-02). Not part of the chain: nothing happened to the incident."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="refusals")
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    command = models.CharField(max_length=48)
    subject = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=16)
    message = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "incident", "at"], name="refusal_order")]

    def __str__(self) -> str:
        return f"{self.code} {self.command}"


class Counter(models.Model):
    """A gapless number per organisation: `incident` for INC-118, `notice` for the order of notices."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=32)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Notice(models.Model):
    """That something changed, and where: pages fetch the rest themselves. `seq` has no gaps within an organisation."""

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    seq = models.PositiveBigIntegerField()
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, db_index=False, related_name="+")
    topics = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "seq"], name="notice_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="notice_age")]

    def __str__(self) -> str:
        return f"{self.seq} {self.topics}"


class Heartbeat(models.Model):
    """When a loop of this installation last ran anywhere; a gap is a downtime."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class Downtime(models.Model):
    """
    A gap in the heartbeat of time, until `noticed_at`, of which incidents that wait are still to be told: those that wake after `wake_at`, or
    at that instant and come after `incident`; all if that is empty.
    """

    since = models.DateTimeField()
    noticed_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True)
    incident = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.since} to {self.noticed_at}"


class ZoneRules(models.Model):
    """What an edition of the rules of time zones says of a zone from `since` on: `[instant, seconds from UTC]`, in order."""

    zone = models.CharField(max_length=64, primary_key=True)
    edition = models.CharField(max_length=32)
    since = models.DateTimeField()
    offsets = models.JSONField()

    def __str__(self) -> str:
        return f"{self.zone} {self.edition}"
