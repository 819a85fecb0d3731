"""Rows of what is kept: records, reports, inboxes, the timeline."""

from typing import ClassVar, Final

from django.db import models

from tocsin.incidents.models.row import Row, once


class RecordRow(Row):
    """What was entered into an entry of a record at once; a later row with the same `entry` adds to it, and says whether it is still open."""

    seq = models.PositiveIntegerField()
    record = models.CharField(max_length=200)
    entry = models.CharField(max_length=120)
    title = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    open = models.BooleanField(default=False)
    by = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")

    def __str__(self) -> str:
        return f"{self.record} {self.entry}"


class RegisterRow(Row):
    """An entry of a register as it is now, or the register as a whole where `entry` is empty: what its fields hold and which marks it bears."""

    record = models.CharField(max_length=200)
    entry = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=dict)
    marks = models.JSONField(default=list)
    open = models.BooleanField(default=True)
    since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = once("record", "entry")

    def __str__(self) -> str:
        return f"{self.record} {self.entry}"


class ReportRow(Row):
    """A report, ticket or alert attached to the incident (REG-10); the first is the declaration itself."""

    seq = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    means = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    number = models.CharField(max_length=100, blank=True)
    """How another system, called `means`, numbers the record that this stands for; `link` leads there."""
    link = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")
        indexes: ClassVar = [
            models.Index(fields=["organisation", "means", "number"], condition=~models.Q(number=""), name="report_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.key}"


class PartyRow(Row):
    """A party outside that the incident touches (COM-07): when it was first told, and when each message last reached it, by template."""

    party = models.CharField(max_length=64)
    name = models.TextField(blank=True)
    contact = models.TextField(blank=True)
    reporter = models.BooleanField(default=False)
    about = models.JSONField(default=dict)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=40)
    notified_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = once("party")

    def __str__(self) -> str:
        return self.party


class WordRow(Row):
    """
    What was said to the incident or by it beside the messages of the plan (COM-25): a `report`, an answer to a message (`reply`), or what
    somebody told a party by word of mouth (`told`).
    """

    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    message = models.CharField(max_length=120, blank=True)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    sender = models.CharField(max_length=64, blank=True)
    """The party that answered."""
    parties = models.JSONField(default=list)
    """The parties that were told."""
    channel = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)
    words = models.TextField(blank=True)
    confirms = models.BooleanField(default=False)
    role = models.CharField(max_length=200, blank=True)
    phase = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")

    def __str__(self) -> str:
        return f"{self.kind} {self.message}"


class FiledRow(Row):
    """Something that entered an inbox of the organisation."""

    seq = models.PositiveIntegerField()
    inbox = models.CharField(max_length=64)
    cause = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")
        indexes: ClassVar = [models.Index(fields=["organisation", "inbox", "at"], name="filed_order")]

    def __str__(self) -> str:
        return f"{self.inbox} {self.cause}"


FIRED: Final = ("TriggerFired", "SituationClosed")
"""The kinds by which firings are counted, over all incidents."""


class TimelineRow(Row):
    """
    One line of the timeline: what a sentence in any language needs. `kind` is the event's type, `data` its plain fields, `subject` the rule
    it is about with its `title`. `quiet` lines are machinery that a reader may leave out.
    """

    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    by = models.CharField(max_length=40)
    kind = models.CharField(max_length=48)
    subject = models.CharField(max_length=200, blank=True)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    quiet = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    kept_for = models.JSONField(default=list)
    """The roles that alone see the line, where a plan keeps its decision or record for them."""

    class Meta:
        constraints: ClassVar = once("seq")
        indexes: ClassVar = [models.Index(fields=["organisation", "at"], name="timeline_fired", condition=models.Q(kind__in=FIRED))]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
