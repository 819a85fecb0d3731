"""Series of other systems: which of them is which signal, what feeds each place now, and what came that nobody has given a meaning."""

from typing import ClassVar

from django.db import models

VALUE, INCREASE = "value", "increase"
"""How a series is read: as it stands, or by how much it has grown since its last value (a counter)."""


class SeriesRule(models.Model):
    """
    Series of this name whose labels have the values of `matching` are samples of `signal`.

    `labels` says from which label of the series each label of the plan is taken; a value is multiplied by `factor`.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    matching = models.JSONField(default=dict)
    signal = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    reading = models.CharField(max_length=16, default=VALUE)
    factor = models.DecimalField(max_digits=20, decimal_places=6, default=1)
    by = models.CharField(max_length=48)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "name"], name="series_rule_of")]

    def __str__(self) -> str:
        return f"{self.name} {self.signal}"


class SeriesFeed(models.Model):
    """The one series that a signal with these labels is fed by, and when it was heard last. `labels` are as those of a sample."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=64)
    labels = models.TextField(default="")
    series = models.TextField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "signal", "labels"], name="feed_once")]

    def __str__(self) -> str:
        return f"{self.signal} {self.series}"


class CounterReading(models.Model):
    """What a counter stood at: what a feed has grown by lies between two of these, in whatever order they came."""

    feed = models.ForeignKey(SeriesFeed, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()
    value = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "at"], name="counter_reading_once")]

    def __str__(self) -> str:
        return f"{self.at} {self.value}"


class Unmapped(models.Model):
    """A name of series that came in and that no rule reads, with the labels of one of them."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    labels = models.JSONField(default=dict)
    heard_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="unmapped_once")]

    def __str__(self) -> str:
        return self.name
