"""Plans, incidents, and the journal with its seals and signed heads."""

from typing import ClassVar

from django.db import models

from tocsin.kit import clock, ids


class Plan(models.Model):
    """
    One version of a plan in one organisation. `status` is draft, in_force or retired; `hash` is that of the compiled program.

    `approved_by` (a typed person id) put it in force as the plan's owner; empty for a version that came with the product.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="plans")
    plan_id = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    source = models.TextField()
    status = models.CharField(max_length=16, default="draft")
    loaded_at = models.DateTimeField(default=clock.now)
    loaded_by = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=40, blank=True, db_default="")
    approved_note = models.TextField(blank=True, db_default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "hash"], name="plan_once")]
        indexes: ClassVar = [models.Index(fields=["organisation", "plan_id", "status"], name="plan_in_force")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.version}"


class Composition(models.Model):
    """Several plan versions as one: `hash` names them in this order, as an incident that runs by them does."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64)
    hashes = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "hash"], name="composition_once")]

    def __str__(self) -> str:
        return self.hash


class Incident(models.Model):
    """
    What the desk locks. `state` is a snapshot after entry `state_seq`, worth nothing beside the journal: deleted, it is folded anew.

    `next_due` is in the incident's own time; `wake_at` is the same instant in the server's time, empty if the ticker has nothing to wait for.
    `down_since`: the server was down from then on and the incident has not been told yet. Nor, if `leapt_until` is set, that the server's
    clock was set to that instant when it stood at `leapt_since`.
    A worker that claimed the incident holds `fence`; a later claim has a higher one and shuts the earlier worker out.
    Empty but for one of each plan is `standing`: the plan by which an organisation keeps its registers and standing duties in such a record. It
    is no incident, has no row on the board, and never closes.
    A drill's time stands at `drill_at` when the server's is `drill_set_at`, and runs at `drill_speed` (0: only the player moves it).
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, db_index=False, related_name="incidents")
    number = models.CharField(max_length=64)
    plan_hash = models.CharField(max_length=64)
    standing = models.CharField(max_length=64, blank=True, db_default="")
    drill = models.BooleanField(default=False)
    declared_at = models.DateTimeField()
    last_at = models.DateTimeField()
    state = models.TextField(blank=True)
    state_hash = models.CharField(max_length=64, blank=True)
    state_seq = models.PositiveIntegerField(default=0)
    next_due = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    leapt_since = models.DateTimeField(null=True)
    leapt_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)
    fault_at = models.DateTimeField(null=True)
    faults = models.PositiveIntegerField(default=0)
    drill_at = models.DateTimeField(null=True)
    drill_set_at = models.DateTimeField(null=True)
    drill_speed = models.FloatField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="incident_number_once"),
            models.UniqueConstraint(fields=["organisation", "standing"], condition=~models.Q(standing=""), name="standing_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["wake_at"], name="incident_wake")]

    def __str__(self) -> str:
        return self.number

    @property
    def path(self) -> str:
        """Return where its page is, below the organisation's own."""
        return f"readiness#{self.standing}" if self.standing else f"incidents/{self.number}"


class Entry(models.Model):
    """
    One event of one incident, as the canonical text that is hashed; never written again.

    `hash` covers `prev_hash`, the seq, the type with its version, and the body. What was sealed lies in `Seal`, only its hash in `body`.
    """

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, db_index=False, related_name="entries")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=48)
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    body = models.TextField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "seq"], name="entry_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Seal(models.Model):
    """Free text or a personal value of an entry, with its salt; deleting the row erases it and the chain still verifies."""

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, db_index=False, related_name="seals")
    seq = models.PositiveIntegerField()
    path = models.CharField(max_length=200)
    salt = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "seq", "path"], name="seal_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.path}"


class Head(models.Model):
    """The end of an incident's chain, signed with the installation's key in the transaction that made it so."""

    incident = models.OneToOneField(Incident, primary_key=True, on_delete=models.PROTECT, related_name="head")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    signature = models.TextField()

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"
