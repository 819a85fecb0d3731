"""What routes remember, and what people keep quiet."""

from typing import ClassVar, Final

from django.db import models
from django.db.models.expressions import RawSQL

from tocsin.accounts.models import Organisation
from tocsin.kit import clock, ids

OPEN: Final = "state IN ('waits', 'ready', 'ending')"
"""
Runs of which not all is told and over. SQLite takes the index of those only if its condition stands in the statement as it stands there; else it
looks through everything that a route has ever heard of.
"""


class Runs(models.QuerySet["RouteRun"]):
    """Runs of routes."""

    def open(self) -> "Runs":
        """Return those of which not all is told and over."""
        return self.filter(RawSQL(OPEN, (), models.BooleanField()))  # noqa: S611 - a literal


class RouteRun(models.Model):
    """One alert as a route sees it: `routing.runs.Run`, whose fields these are; `match` is the turn with which it began."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    route = models.ForeignKey("ingest.Route", on_delete=models.CASCADE, db_index=False, related_name="runs")
    alert = models.ForeignKey("ingest.Alert", on_delete=models.CASCADE, related_name="runs")
    match = models.BigIntegerField()
    starts_at = models.DateTimeField()
    group = models.TextField()
    since = models.DateTimeField()
    firing = models.BooleanField()
    over_at = models.DateTimeField(null=True)
    turns = models.JSONField(default=list)
    state = models.CharField(max_length=8)
    why = models.CharField(max_length=12, blank=True)
    due_at = models.DateTimeField(null=True)
    about = models.CharField(max_length=80, blank=True)

    objects = Runs.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "route", "alert"], name="run_once")]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="run_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["organisation", "route", "state", "match"],
                name="run_unsaid",
                condition=models.Q(state__in=["waits", "ready", "ending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route_id} {self.alert_id} {self.state}"


class RouteGroup(models.Model):
    """What belongs into one incident of a route: `routing.runs.Group`, whose fields these are."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    route = models.ForeignKey("ingest.Route", on_delete=models.CASCADE, db_index=False, related_name="groups")
    key = models.TextField()
    about = models.CharField(max_length=80, blank=True)
    reports = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    firing = models.PositiveIntegerField(default=0)
    unsaid_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "route", "key"], name="group_once")]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="group_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.route_id} {self.key}"


class RouteInhibitor(models.Model):
    """An alert that fires and that others of a route wait for; `key` is what they must have in common."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    route = models.ForeignKey("ingest.Route", on_delete=models.CASCADE, db_index=False, related_name="inhibitors")
    alert = models.ForeignKey("ingest.Alert", on_delete=models.CASCADE, db_index=False, related_name="+")
    key = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "route", "alert"], name="inhibitor_once")]

    def __str__(self) -> str:
        return f"{self.route_id} {self.alert_id}"


class Silence(models.Model):
    """
    What a person keeps quiet from one instant to another: alerts that meet `matchers` are kept and shown, and declare nothing.

    Lifting it moves `ends_at` to that instant. It is never deleted.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    matchers = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    comment = models.TextField()
    person = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)
    lifted_by = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "-ends_at"], name="silence_by_end")]

    def __str__(self) -> str:
        return self.matchers


class MaintenanceWindow(models.Model):
    """
    Planned work: from `begins` on for `lasts_s`, by the clocks on the wall of `zone`, and again as `repeats` (RFC 5545) says.

    `begins` is a local time without an offset. One that was removed is kept, with the instant from which it no longer counts.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    matchers = models.TextField()
    zone = models.CharField(max_length=64)
    begins = models.CharField(max_length=16)
    lasts_s = models.PositiveIntegerField()
    repeats = models.CharField(max_length=200, blank=True)
    person = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
