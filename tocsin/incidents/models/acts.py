"""Rows of what people do: decisions, levels, chains, messages and their deliveries."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.row import Row, once


class DecisionRow(Row):
    """A decision of the plan: who may take it, what it asks, what the system proposes now, and its running chain."""

    decision = models.CharField(max_length=200)
    order = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    options = models.JSONField(default=list)
    """For each option: id, title, level, needs_reason."""
    sets_level = models.BooleanField(default=False)
    assigns = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=16, default="never")
    evidence = models.BooleanField(default=False)
    asks = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    who = models.JSONField(default=list)
    """Roles, groups or departments that may take it in the present case."""
    proposed = models.BooleanField(default=False)
    proposed_option = models.CharField(max_length=64, blank=True)
    chained = models.BooleanField(default=False)
    """It takes effect through signatures; `chain` is the one now running."""
    chain = models.CharField(max_length=120, blank=True)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = once("decision")

    def __str__(self) -> str:
        return self.decision


class DecidedRow(Row):
    """A decision that took effect (AUD-01): by whom in which role, why, and the data then seen."""

    seq = models.PositiveIntegerField()
    decision = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    option = models.CharField(max_length=64, blank=True)
    option_title = models.JSONField(default=dict)
    role = models.CharField(max_length=200)
    assignee = models.CharField(max_length=40, blank=True)
    entry = models.CharField(max_length=120, blank=True)
    """The record entry it is about."""
    attendance = models.JSONField(default=dict)
    """By person: how they attended, where a group decided together."""
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    seen = models.JSONField(default=dict)
    cited = models.JSONField(default=dict)
    """The readings among what was seen that were put forward as evidence."""
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")

    def __str__(self) -> str:
        return f"{self.decision} {self.option}"


class LevelRow(Row):
    """A level that was decided, what the system had proposed then, and why it differs."""

    seq = models.PositiveIntegerField()
    level = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    colour = models.CharField(max_length=32, blank=True)
    before = models.CharField(max_length=200, blank=True)
    proposed = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("seq")

    def __str__(self) -> str:
        return f"{self.before} → {self.level}"


class ChainRow(Row):
    """
    Signatures in order, under a decision or a message. `status` is running, complete or sent_back.

    `links` has for each link: link, role, does, attach, owner (who would sign now), person, signed_role, at, content_hash (once signed).
    """

    chain = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=120)
    title = models.JSONField(default=dict)
    option = models.CharField(max_length=64, blank=True)
    applicant = models.CharField(max_length=40, blank=True)
    content_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=16)
    links = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    sent_back = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("chain")

    def __str__(self) -> str:
        return f"{self.chain} {self.status}"


class MessageRow(Row):
    """A message, its exact words by locale, and where it stands: draft or published."""

    message = models.CharField(max_length=120)
    template = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    status = models.CharField(max_length=16)
    author = models.CharField(max_length=40)
    ready = models.BooleanField(default=False)
    text_hash = models.CharField(max_length=64)
    texts = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    chain = models.CharField(max_length=120, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    publisher_person = models.CharField(max_length=40, blank=True)
    audience = models.CharField(max_length=64, blank=True)
    to = models.JSONField(default=list)
    persons = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    all_channels = models.BooleanField(default=True)
    urgent = models.BooleanField(default=False)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=40, blank=True)
    awaits = models.JSONField(default=list)
    """Channels on which somebody still confirms it."""
    unread = models.JSONField(default=list)
    """Addressees who have not said that they read it."""
    reaches = models.JSONField(default=dict)
    """By channel: the persons it reaches, where that is not the whole audience."""
    evidence = models.JSONField(default=list)
    role = models.CharField(max_length=200, blank=True, default="", db_default="")
    """For which role whoever published it spoke."""
    phase = models.CharField(max_length=64, blank=True, default="", db_default="")
    """Where the incident stood when it was published."""
    parties = models.JSONField(default=list, db_default=[])
    """The parties outside whom it went to."""
    read_at = models.JSONField(default=dict, db_default={})
    """By addressee: when it was said to be read."""

    class Meta:
        constraints: ClassVar = once("message")

    def __str__(self) -> str:
        return f"{self.message} {self.status}"


class DeliveryRow(Row):
    """The outcome of one message on one channel: waiting, delivered, partly, failed or cancelled."""

    message = models.CharField(max_length=120)
    channel = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    detail = models.TextField(blank=True)
    languages = models.JSONField(default=list, db_default=[])
    sent_at = models.DateTimeField(null=True)
    """When it went out on this channel; `at` is when it was last heard of."""
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once("message", "channel")

    def __str__(self) -> str:
        return f"{self.message} {self.channel} {self.outcome}"
