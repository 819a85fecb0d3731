"""Rows of what is under way: the incident at a glance, its clocks and breaches, its roles."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.row import Row, once


class BoardRow(Row):
    """One incident at a glance. `open` until it is closed; `proposal` with its explained rules is what the classification says now."""

    number = models.CharField(max_length=24)
    plan_id = models.CharField(max_length=64)
    plan_hash = models.CharField(max_length=64)
    plan_version = models.CharField(max_length=64)
    plan_title = models.JSONField(default=dict)
    plans = models.JSONField(default=list)
    """Where each plan stands that the incident runs by: id, hash, version, title, kind, phase, level, level_title, level_at, proposal."""
    drill = models.BooleanField(default=False)
    means = models.CharField(max_length=64, blank=True)
    words = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=40)
    open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=64, blank=True)
    phase_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=200, blank=True)
    level_title = models.JSONField(default=dict)
    level_colour = models.CharField(max_length=32, blank=True)
    level_at = models.DateTimeField(null=True)
    proposal = models.CharField(max_length=200, blank=True)
    proposal_title = models.JSONField(default=dict)
    proposal_source = models.CharField(max_length=16, blank=True)
    proposal_because = models.JSONField(default=list)
    proposal_rules = models.JSONField(default=list)
    """For each rule: rule, level, value (true, false, null), text, seen, cite."""
    grading = models.JSONField(default=dict)
    """What stands beside the proposal: `asks` to be confirmed, `bands` where two readings part, what is `near`."""
    proposal_at = models.DateTimeField(null=True)
    place = models.PositiveSmallIntegerField(default=1, db_default=1)
    """Its place in every queue and list, the smallest first: what is worked out of turn before all else, what is over last."""
    commander_role = models.CharField(max_length=200, blank=True)
    commander = models.CharField(max_length=40, blank=True)
    next_clock = models.CharField(max_length=200, blank=True)
    next_due_at = models.DateTimeField(null=True)
    clocks_open = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    """Running clocks that are breached or have missed occurrences not made good; `BreachRow` has every one that ever was."""
    kept_for = models.TextField(blank=True, db_default="")
    """Who alone sees the incident, persons and standings between spaces; empty for everybody. Only `readers` reads it."""
    in_part = models.TextField(blank=True, db_default="")
    """Which of these persons see no more of it than an invitation shows."""
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = once()
        indexes: ClassVar = [
            models.Index(fields=["organisation", "open", "declared_at"], name="board_order"),
            models.Index(fields=["organisation", "place", "declared_at"], name="board_place"),
        ]

    def __str__(self) -> str:
        return self.number


class ClockRow(Row):
    """
    One obligation in time, one row per generation. `status` is open, breached, met, late, waived or ended.

    A recurring clock has its open occurrence here; `missed` counts the generation, `behind` what is not yet made good.
    """

    clock = models.CharField(max_length=200)
    generation = models.PositiveIntegerField()
    occurrence = models.PositiveIntegerField()
    obligation = models.CharField(max_length=120)
    entry = models.CharField(max_length=120, blank=True)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    assumed = models.JSONField(default=list)
    verb = models.CharField(max_length=16, blank=True)
    object = models.CharField(max_length=120, blank=True)
    checks = models.JSONField(default=list)
    evidence = models.BooleanField(default=False)
    optional = models.BooleanField(default=False)
    tag = models.CharField(max_length=200, blank=True)
    owes = models.CharField(max_length=200)
    owner = models.CharField(max_length=40, blank=True)
    via = models.CharField(max_length=64, blank=True)
    worker = models.CharField(max_length=40, blank=True)
    """Who works on it; once it is met, who did."""
    anchor = models.CharField(max_length=120, blank=True)
    anchored_at = models.DateTimeField()
    began_at = models.DateTimeField()
    limit = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    brought = models.BooleanField(default=False, db_default=False)
    """Somebody brought its due time forward."""
    recurring = models.BooleanField(default=False)
    status = models.CharField(max_length=16)
    reminded = models.BooleanField(default=False)
    missed = models.PositiveIntegerField(default=0)
    behind = models.PositiveIntegerField(default=0)
    met_at = models.DateTimeField(null=True)
    margin_s = models.IntegerField(null=True)
    settled = models.BooleanField(default=False)
    ended = models.CharField(max_length=32, blank=True)
    """Why it ended unmet: until, unless, no_longer, level_changed, closed, plan_changed."""

    class Meta:
        constraints: ClassVar = once("clock", "generation")
        indexes: ClassVar = [
            models.Index(fields=["organisation", "status", "due_at"], name="clock_due"),
            models.Index(fields=["organisation", "owner", "status"], name="clock_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.status}"


class BreachRow(Row):
    """A breach or missed occurrence. `person` owed it then; it stands for `missed` occurrences; `settled`: it was met in time after all."""

    clock = models.CharField(max_length=200)
    generation = models.PositiveIntegerField()
    occurrence = models.PositiveIntegerField()
    obligation = models.CharField(max_length=120)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    owes = models.CharField(max_length=200)
    person = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    late_s = models.PositiveIntegerField()
    after_downtime = models.BooleanField(default=False)
    clock_suspect = models.BooleanField(default=False, db_default=False)
    missed = models.PositiveIntegerField(default=1)
    settled = models.BooleanField(default=False)
    seq = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = once("clock", "generation", "occurrence")

    def __str__(self) -> str:
        return f"{self.clock} {self.occurrence}"


class RoleRow(Row):
    """
    A seat. `person` answers for it now and `via` says how (holder, deputy, commander …); `assigned` is who was named in this incident,
    `accepted` whether that person took it; `seat` whom the directory found at the declaration.
    """

    role = models.CharField(max_length=200)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    commander = models.BooleanField(default=False)
    made = models.BooleanField(default=False)
    duty = models.TextField(blank=True)
    part = models.TextField(blank=True)
    """Of a role with several seats: the work stream or the part that this one is for."""
    shown = models.BooleanField(default=True)
    """Not the seats of a work stream that is closed."""
    person = models.CharField(max_length=40, blank=True)
    via = models.CharField(max_length=64, blank=True)
    assigned = models.CharField(max_length=40, blank=True)
    assigned_by = models.CharField(max_length=40, blank=True)
    accepted = models.BooleanField(default=False)
    seat = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = once("role")

    def __str__(self) -> str:
        return f"{self.role} {self.person}"
