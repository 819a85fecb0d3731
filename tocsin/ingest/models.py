"""What comes in: raw bodies (the log), the alerts read from them, the routes that want some declared, and what those routes want."""

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Organisation, Person
from tocsin.ingest import carried  # noqa: F401 - as with the next one
from tocsin.ingest.routing import models as routing  # noqa: F401 - Django finds them by way of this module
from tocsin.kit import clock, ids


class Feed(models.Model):
    """
    One sender of an organisation: which source it is, what its bodies are signed with, and how that source reads them.

    `secrets` are sealed: what may sign, two while one is changed for another. `settings` are the source's own words. One that was
    removed is kept, since what it sent is read by its settings and says where it came from.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    secrets = models.TextField(blank=True)
    settings = models.JSONField(default=dict, blank=True)
    per_minute = models.PositiveIntegerField(null=True)
    """So many bodies may come by each of its keys; as many as come if it is empty."""
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="feed_name_once", condition=models.Q(removed_at=None)),
        ]

    def __str__(self) -> str:
        return self.name


class FeedKey(models.Model):
    """A key made for a feed: it opens that feed's source and no other. A key without a feed opens every source."""

    key = models.UUIDField(primary_key=True)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="keys")

    def __str__(self) -> str:
        return f"{self.feed_id} {self.key}"


class MappingVersion(models.Model):
    """A mapping of a feed as somebody saved it. The newest is in use: its text stands in the feed's settings."""

    id = models.BigAutoField(primary_key=True)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="mappings")
    number = models.PositiveIntegerField()
    text = models.TextField()
    saved_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "number"], name="mapping_version_once")]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.number}"


class Check(models.Model):
    """
    What pings by itself: how often it is expected, and how its pings went. The feed has its name and its key.

    `due_at` is when it is missed, empty before the first ping and while it is overdue or paused.
    """

    feed = models.OneToOneField(Feed, on_delete=models.CASCADE, primary_key=True, related_name="check_up")
    period = models.DurationField(null=True)
    cron = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    grace = models.DurationField()
    last_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    run = models.CharField(max_length=64, blank=True, default="", db_default="")
    due_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)
    overdue_since = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="check_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.due_at}"


class Listening(models.Model):
    """When some process of the cluster last answered senders: while none does, nobody can be missed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at}"


class Tally(models.Model):
    """How many bodies came by a key in one hour: read, refused for what they say, or turned away, whose senders are to come again."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    key = models.UUIDField()
    hour = models.DateTimeField(db_index=True)
    read = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    turned_away = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "hour", "key"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.hour:%Y-%m-%dT%H}"


class RawBody(models.Model):
    """
    One acknowledged body, byte for byte: the append-only log from which everything else here can be read again.

    Only `state` and `reason` ever change, once, when the follower has read it. `id` is the position in the log. No foreign key is
    enforced: an acknowledgement must not fail because of another row.
    """

    class State(models.IntegerChoices):
        WAITING = 0
        SETTLED = 1
        PARKED = 2
        """Could not be read after all; `reason` says why, and others were not held up."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    source = models.CharField(max_length=32)
    key = models.UUIDField()
    received_at = models.DateTimeField()
    state = models.SmallIntegerField(choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=400, blank=True)
    length = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "id"], name="raw_body_waiting", condition=models.Q(state=0)),
            models.Index(fields=["organisation", "id"], name="raw_body_settled", condition=models.Q(state=1)),
            models.Index(fields=["organisation", "id"], name="raw_body_parked", condition=models.Q(state=2)),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.id}"


class Rejected(models.Model):
    """A body that was answered 400, and why. The newest few of each organisation are kept, cut to a bounded length."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    source = models.CharField(max_length=32)
    key = models.UUIDField()
    received_at = models.DateTimeField()
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)
    length = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "id"], name="rejected_by_organisation")]

    def __str__(self) -> str:
        return f"{self.source} {self.code}"


class Alert(models.Model):
    """
    One alert of one source, with its latest episode: from `starts_at` until `ends_at`, open while `ends_at` is empty.

    `received` counts the messages about this episode, `duplicates` those that said nothing new. `turn` counts how often the episode
    began to fire or stopped; `raw` is the position in the log of the body that turned it last.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    source = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=255)
    title = models.CharField(max_length=500)
    labels = models.JSONField()
    annotations = models.JSONField()
    link = models.CharField(max_length=2000, blank=True)
    firing = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    turned_at = models.DateTimeField()
    turn = models.PositiveIntegerField()
    received = models.PositiveIntegerField()
    duplicates = models.PositiveIntegerField()
    raw = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "source", "fingerprint"], name="alert_once")]
        indexes: ClassVar = [models.Index(fields=["organisation", "firing", "raw", "id"], name="alert_listed")]

    def __str__(self) -> str:
        return self.title


class Filed(models.Model):
    """
    How far an organisation's alerts stand in the index of labels: those whose latest turn is no later in the log than `upto`.

    `waiting` says that there may be more, and `mark` changes with every batch, so that nobody says there is none while one is written.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    upto = models.BigIntegerField(default=0)
    waiting = models.BooleanField(default=True)
    mark = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation"], name="filed_waiting", condition=models.Q(waiting=True))]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.upto}"


class Posting(models.Model):
    """
    One label of one alert in the index of labels: `label` is a hash of name and value, `raw` and `firing` are the alert's at the time.

    Where the alert has turned since or is gone, the posting says nothing; it is replaced when the alert is filed again.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, db_constraint=False, related_name="postings")
    label = models.BigIntegerField()
    firing = models.BooleanField()
    raw = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "label", "firing", "raw", "alert"], name="posting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.alert_id}"


class Episode(models.Model):
    """An episode of an alert that a later one has followed."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="episodes")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    received = models.PositiveIntegerField()
    duplicates = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "alert", "starts_at"], name="episode_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.starts_at:%Y-%m-%dT%H:%M:%SZ}"


class Expiry(models.Model):
    """Until when an alert fires at most unless its sender says so again. A row of an alert that has ended means nothing."""

    alert = models.OneToOneField(Alert, primary_key=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.alert_id} {self.expires_at:%Y-%m-%dT%H:%M:%SZ}"


class Expired(models.Model):
    """
    Alerts that ended because nobody spoke for them any more, found together: no body says so, and a trial has to know it.

    `alerts` holds source, fingerprint and the instant of each; all up to position `after` in the log had been read by then.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    at = models.DateTimeField()
    after = models.BigIntegerField()
    alerts = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "at"], name="expired_at")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.at:%Y-%m-%dT%H:%M:%SZ}"


class Acknowledgement(models.Model):
    """Somebody has taken an episode on: at the sender's side, in the sender's words, or a person here, until they withdraw it."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, db_index=False, related_name="acknowledgements")
    starts_at = models.DateTimeField()
    by = models.CharField(max_length=200, blank=True)
    person = models.UUIDField(null=True)
    at = models.DateTimeField()
    words = models.TextField(blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "alert", "starts_at", "by"], name="alert_acknowledged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.by}"


class Remark(models.Model):
    """Something done to an episode at the sender's side beside its beginning and its end: `deed` is one of `sources.Deed`, `words` theirs."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="remarks")
    starts_at = models.DateTimeField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200, blank=True)
    deed = models.CharField(max_length=16)
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.alert_id} {self.deed}"


class Route(models.Model):
    """
    Which alerts begin an incident, under what conditions (`routing.rules.Rule`, plain), under which plans, with which facts already stated.

    One that was removed is kept, since alerts say where it led.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    rule = models.JSONField(default=dict)
    plan = models.CharField(max_length=120)
    beside = models.JSONField(default=list, blank=True)
    """Ids of the other plans that it runs by, and of the role sets laid over them."""
    facts = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="route_name_once", condition=models.Q(removed_at=None)),
        ]

    def __str__(self) -> str:
        return self.name


class Match(models.Model):
    """
    A route wants an incident to know that an alert began to fire (or, `firing` false, that it ended).

    Once per route, episode and turn, so that nothing is declared twice. Whoever declares incidents takes rows whose `handled_at` is
    empty and leaves in `about` what came of it, an id that this part does not read; `problem` says why nothing could come of it yet.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    route = models.ForeignKey(Route, on_delete=models.CASCADE, db_index=False, related_name="matches")
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="matches")
    starts_at = models.DateTimeField()
    turn = models.PositiveIntegerField()
    firing = models.BooleanField()
    at = models.DateTimeField()
    about = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=400, blank=True)
    waits = models.BooleanField(default=False, db_default=False)
    """The route has heard of it, and no incident has yet."""
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "route", "alert", "starts_at", "turn"], name="match_once")]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "route", "id"], name="match_waiting", condition=models.Q(handled_at=None)),
            models.Index(fields=["organisation", "about"], name="match_about"),
        ]

    def __str__(self) -> str:
        return f"{self.route_id} {self.alert_id} {self.turn}"
