"""The outbox and what became of each message, how channels are set up, what the door may reach, and the inboxes."""

from typing import ClassVar

from django.db import models

from tocsin.accounts.models import Organisation
from tocsin.kit import clock, ids


class State(models.TextChoices):
    """Where a delivery stands. The first two are open; every other is final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CAPTURED = "captured"
    NO_CHANNEL = "no_channel"


OPEN = (State.PENDING, State.SENDING)
_OPEN = models.Q(state__in=["pending", "sending"])


class Delivery(models.Model):
    """
    One message to one recipient over one channel: the outbox row and its receipt.

    `due_at`: when it may next be claimed: the next attempt's time while it is pending, the lease's end while it is being sent.
    `attempts` grows with every claim and is its fencing token: only the latest attempt may say how the delivery ended. `doubtful`: some
    attempt may have arrived although no answer came, so the recipient may have it twice, under one key.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    event_id = models.CharField(max_length=200)
    about = models.CharField(max_length=500)
    channel = models.CharField(max_length=100)
    recipient = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=320, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    urgent = models.BooleanField(default=False)

    state = models.CharField(max_length=16, default=State.PENDING)
    code = models.CharField(max_length=32, blank=True)
    detail = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    reference = models.TextField(blank=True)
    doubtful = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "event_id", "channel", "recipient"], name="delivery_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-urgent", "due_at"], condition=_OPEN, name="delivery_pressing"),
            models.Index(fields=["organisation", "channel", "-urgent", "due_at"], condition=_OPEN, name="delivery_of_channel"),
            models.Index(fields=["organisation", "channel", "due_at"], condition=models.Q(state="sending"), name="delivery_sending"),
            models.Index(fields=["organisation", "event_id", "channel"], condition=models.Q(reported_at=None), name="delivery_unreported"),
            models.Index(fields=["organisation", "about"], name="delivery_about"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.recipient} {self.word}"

    @property
    def word(self) -> str:
        """Return the one word by which pages tell apart how this delivery stands."""
        match self.state:
            case State.PENDING:
                return self.code or "waiting"
            case State.SENT:
                return "delivered"
            case State.FAILED:
                return "gave_up" if self.code == "unanswered" else self.code
            case _:
                return str(self.state)


class Attempt(models.Model):
    """One try, recorded before it is made. Without an outcome it is under way, or was when the server died."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, db_index=False, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"


class ChannelSetup(models.Model):
    """
    What stands behind a channel's name in the plans of an organisation. `secrets` is encrypted with the installation's key.

    `failures` counts attempts in a row that nobody answered; `paused_until` spares a provider that is down.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    adapter = models.CharField(max_length=32)
    fields = models.JSONField(default=dict)
    secrets = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "name"], name="channel_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.adapter}"


class OpenNetwork(models.Model):
    """A private network that an owner opened by name, such as the mail relay on loopback."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    network = models.CharField(max_length=64)
    port = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.network} {self.port or 'every port'}"


class OutsideAddress(models.Model):
    """
    Where a role is reached that nobody here holds: an authority, the clients. `plan` and `role` are opaque names.

    Empty where the channel itself leads to all of them, as a web site does; `locale` is the language in which they are told.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    plan = models.CharField(max_length=100)
    role = models.CharField(max_length=100)
    channel = models.CharField(max_length=100)
    address = models.CharField(max_length=320, blank=True)
    locale = models.CharField(max_length=16)
    entered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "plan", "role", "channel", "address"], name="outside_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.channel} {self.address}"


class InboxItem(models.Model):
    """Something a person was told inside the product. `person` is the typed id, as everywhere outside accounts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.CharField(max_length=500)
    key = models.CharField(max_length=64)
    about = models.CharField(max_length=500)
    locale = models.CharField(max_length=16, blank=True)
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "key"], name="inbox_item_once")]
        indexes: ClassVar = [models.Index(fields=["organisation", "person", "-at"], name="inbox_newest")]

    def __str__(self) -> str:
        return f"{self.person} {self.subject}"


class MeetingPlace(models.Model):
    """
    Where working groups meet, by `way`: one group of a plan in its chat, or, with neither named, every group. `plan` and `group` are opaque.

    `link` may leave open what differs from incident to incident.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=16)
    plan = models.CharField(max_length=100, blank=True)
    group = models.CharField(max_length=100, blank=True)
    link = models.CharField(max_length=500)
    entered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "way", "plan", "group"], name="meeting_place_once")]

    def __str__(self) -> str:
        return f"{self.way} {self.group or 'every group'}"
