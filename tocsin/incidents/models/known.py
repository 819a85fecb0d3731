"""Rows of what is known: facts, conditions, situations, moments."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.row import Row, once


class FactRow(Row):
    """A fact and what is said of it. `value` is as in canonical form (numbers and durations as text); `order` that of the plan."""

    fact = models.CharField(max_length=200)
    order = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    ask = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    type = models.CharField(max_length=16)
    of = models.JSONField(default=list)
    many = models.BooleanField(default=False)
    unit = models.CharField(max_length=32, blank=True)
    known = models.BooleanField(default=False)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=16, blank=True)
    reason = models.TextField(blank=True)
    rose = models.BooleanField(default=False)
    by = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = once("fact")

    def __str__(self) -> str:
        return f"{self.fact} {self.value}"


class ConditionRow(Row):
    """
    A condition. `value` is its measured truth since `since`; `holds` the whole (true, false, null); `hold_s` and `holds_at` say how long
    the measure must hold and when it will have. `attested_each` says entry by entry who attested, where each has to be: `entry`, `by`.
    """

    condition = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    measured = models.BooleanField(default=False)
    value = models.BooleanField(null=True)
    since = models.DateTimeField(null=True)
    hold_s = models.PositiveIntegerField(null=True)
    holds_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)
    attest = models.CharField(max_length=200, blank=True)
    attested_by = models.CharField(max_length=40, blank=True)
    attested_at = models.DateTimeField(null=True)
    attested_each = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    lapsed = models.TextField(blank=True)
    waived = models.BooleanField(default=False)
    waived_by = models.JSONField(default=list)
    waived_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = once("condition")

    def __str__(self) -> str:
        return f"{self.condition} {self.holds}"


class SituationRow(Row):
    """A stretch of time with obligations of its own, one row per generation."""

    situation = models.CharField(max_length=200)
    generation = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    open = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = once("situation", "generation")

    def __str__(self) -> str:
        return f"{self.situation} {self.open}"


class MomentRow(Row):
    """A recorded instant, one row per generation; a correction replaces `happened_at` (REG-17); the timeline keeps both."""

    moment = models.CharField(max_length=120)
    generation = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=40)
    corrected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn = models.TextField(blank=True)
    """Why it was taken back."""

    class Meta:
        constraints: ClassVar = once("moment", "generation")

    def __str__(self) -> str:
        return f"{self.moment} {self.happened_at}"


class FigureRow(Row):
    """
    A figure as it stood after the last event; `kept` once it was read for good. `value` and `target` are in canonical form.

    One that runs (`begun_at` without `ended_at`) moves on with time: whoever shows it asks the engine how it stands by then. `also_s` is the
    time from its other beginning.
    """

    figure = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    standing = models.CharField(max_length=8)
    value = models.JSONField(null=True)
    target = models.JSONField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    target_at = models.DateTimeField(null=True)
    also_s = models.BigIntegerField(null=True)
    kept = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = once("figure")
        indexes: ClassVar = [models.Index(fields=["organisation", "figure", "kept"], name="figure_compared")]

    def __str__(self) -> str:
        return f"{self.figure} {self.standing}"
