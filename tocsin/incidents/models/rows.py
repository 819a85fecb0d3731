"""The rows that pages, API, notices and figures read: made by the projector alone, rebuilt from the journal by `doctor`."""

from typing import ClassVar

from django.db import models

from tocsin.incidents.models.journal import Incident


def _once(*fields: str) -> list[models.UniqueConstraint]:
    return [models.UniqueConstraint(fields=["incident", *fields], name="%(class)s_once")]


class Row(models.Model):
    """
    What every row has. Persons are written `per_…`, `system`, or empty.

    `title` is words by locale out of the plan; `cite` the places of the document that a rule rests on.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True


class BoardRow(Row):
    """One incident at a glance. `open` until it is closed; `proposal` with its explained rules is what the classification says now."""

    number = models.CharField(max_length=24)
    plan_id = models.CharField(max_length=64)
    plan_hash = models.CharField(max_length=64)
    plan_version = models.CharField(max_length=64)
    plan_title = models.JSONField(default=dict)
    drill = models.BooleanField(default=False)
    means = models.CharField(max_length=64, blank=True)
    words = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=40)
    open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=64, blank=True)
    phase_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=64, blank=True)
    level_title = models.JSONField(default=dict)
    level_colour = models.CharField(max_length=32, blank=True)
    level_at = models.DateTimeField(null=True)
    proposal = models.CharField(max_length=64, blank=True)
    proposal_title = models.JSONField(default=dict)
    proposal_source = models.CharField(max_length=16, blank=True)
    proposal_because = models.JSONField(default=list)
    proposal_rules = models.JSONField(default=list)
    """For each rule: rule, level, value (true, false, null), text, seen, cite."""
    proposal_at = models.DateTimeField(null=True)
    commander_role = models.CharField(max_length=64, blank=True)
    commander = models.CharField(max_length=40, blank=True)
    next_clock = models.CharField(max_length=200, blank=True)
    next_due_at = models.DateTimeField(null=True)
    clocks_open = models.PositiveIntegerField(default=0)
    breaches = models.PositiveIntegerField(default=0)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once()
        indexes: ClassVar = [models.Index(fields=["organisation", "open", "declared_at"], name="board_order")]

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
    tag = models.CharField(max_length=64, blank=True)
    owes = models.CharField(max_length=64)
    owner = models.CharField(max_length=40, blank=True)
    via = models.CharField(max_length=64, blank=True)
    anchor = models.CharField(max_length=120, blank=True)
    anchored_at = models.DateTimeField()
    began_at = models.DateTimeField()
    limit = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
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
        constraints: ClassVar = _once("clock", "generation")
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
    owes = models.CharField(max_length=64)
    person = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    late_s = models.PositiveIntegerField()
    after_downtime = models.BooleanField(default=False)
    missed = models.PositiveIntegerField(default=1)
    settled = models.BooleanField(default=False)
    seq = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = _once("clock", "generation", "occurrence")

    def __str__(self) -> str:
        return f"{self.clock} {self.occurrence}"


class RoleRow(Row):
    """
    A seat. `person` answers for it now and `via` says how (holder, deputy, commander …); `assigned` is who was named in this incident,
    `accepted` whether that person took it; `seat` whom the directory found at the declaration.
    """

    role = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    commander = models.BooleanField(default=False)
    made = models.BooleanField(default=False)
    duty = models.TextField(blank=True)
    person = models.CharField(max_length=40, blank=True)
    via = models.CharField(max_length=64, blank=True)
    assigned = models.CharField(max_length=40, blank=True)
    assigned_by = models.CharField(max_length=40, blank=True)
    accepted = models.BooleanField(default=False)
    seat = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = _once("role")

    def __str__(self) -> str:
        return f"{self.role} {self.person}"


class FactRow(Row):
    """A fact and what is said of it. `value` is as in canonical form (numbers and durations as text); `order` that of the plan."""

    fact = models.CharField(max_length=64)
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
        constraints: ClassVar = _once("fact")

    def __str__(self) -> str:
        return f"{self.fact} {self.value}"


class ConditionRow(Row):
    """
    A condition. `value` is its measured truth since `since`; `holds` the whole (true, false, null); `hold_s` and `holds_at` say how long
    the measure must hold and when it will have.
    """

    condition = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    measured = models.BooleanField(default=False)
    value = models.BooleanField(null=True)
    since = models.DateTimeField(null=True)
    hold_s = models.PositiveIntegerField(null=True)
    holds_at = models.DateTimeField(null=True)
    holds = models.BooleanField(null=True)
    attest = models.CharField(max_length=64, blank=True)
    attested_by = models.CharField(max_length=40, blank=True)
    attested_at = models.DateTimeField(null=True)
    evidence = models.JSONField(default=list)
    lapsed = models.TextField(blank=True)
    waived = models.BooleanField(default=False)
    waived_by = models.JSONField(default=list)
    waived_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = _once("condition")

    def __str__(self) -> str:
        return f"{self.condition} {self.holds}"


class SituationRow(Row):
    """A stretch of time with obligations of its own, one row per generation."""

    situation = models.CharField(max_length=64)
    generation = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    open = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = _once("situation", "generation")

    def __str__(self) -> str:
        return f"{self.situation} {self.open}"


class MomentRow(Row):
    """A recorded instant, one row per generation; a correction replaces `happened_at` and counts (REG-17)."""

    moment = models.CharField(max_length=120)
    generation = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=40)
    corrections = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = _once("moment", "generation")

    def __str__(self) -> str:
        return f"{self.moment} {self.happened_at}"


class DecisionRow(Row):
    """A decision of the plan: who may take it, what it asks, what the system proposes now, and its running chain."""

    decision = models.CharField(max_length=64)
    order = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    options = models.JSONField(default=list)
    """For each option: id, title, level, needs_reason."""
    sets_level = models.BooleanField(default=False)
    assigns = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=16, default="never")
    evidence = models.BooleanField(default=False)
    asks = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    proposed = models.BooleanField(default=False)
    proposed_option = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=120, blank=True)
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = _once("decision")

    def __str__(self) -> str:
        return self.decision


class DecidedRow(Row):
    """A decision that took effect (AUD-01): by whom in which role, why, and the data then seen."""

    seq = models.PositiveIntegerField()
    decision = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    option = models.CharField(max_length=64, blank=True)
    option_title = models.JSONField(default=dict)
    role = models.CharField(max_length=64)
    assignee = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    seen = models.JSONField(default=dict)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("seq")

    def __str__(self) -> str:
        return f"{self.decision} {self.option}"


class LevelRow(Row):
    """A level that was decided, what the system had proposed then, and why it differs."""

    seq = models.PositiveIntegerField()
    level = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    colour = models.CharField(max_length=32, blank=True)
    before = models.CharField(max_length=64, blank=True)
    proposed = models.CharField(max_length=64, blank=True)
    because = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("seq")

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
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("chain")

    def __str__(self) -> str:
        return f"{self.chain} {self.status}"


class MessageRow(Row):
    """A message, its exact words by locale, and where it stands: draft, published or sent."""

    message = models.CharField(max_length=120)
    template = models.CharField(max_length=64)
    title = models.JSONField(default=dict)
    cite = models.JSONField(default=list)
    status = models.CharField(max_length=16)
    author = models.CharField(max_length=40)
    ready = models.BooleanField(default=False)
    text_hash = models.CharField(max_length=64)
    texts = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    chain = models.CharField(max_length=120, blank=True)
    publisher = models.CharField(max_length=64, blank=True)
    publisher_person = models.CharField(max_length=40, blank=True)
    audience = models.CharField(max_length=64, blank=True)
    to = models.JSONField(default=list)
    persons = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    all_channels = models.BooleanField(default=True)
    awaited = models.JSONField(default=list)
    urgent = models.BooleanField(default=False)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = _once("message")

    def __str__(self) -> str:
        return f"{self.message} {self.status}"


class DeliveryRow(Row):
    """The outcome of one message on one channel: waiting, delivered, partly, failed or cancelled."""

    message = models.CharField(max_length=120)
    channel = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    detail = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("message", "channel")

    def __str__(self) -> str:
        return f"{self.message} {self.channel} {self.outcome}"


class RecordRow(Row):
    """One entry of a record, with the fields filled so far."""

    record = models.CharField(max_length=64)
    entry = models.CharField(max_length=120)
    title = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    open = models.BooleanField(default=False)
    by = models.CharField(max_length=40)
    happened_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("record", "entry")

    def __str__(self) -> str:
        return f"{self.record} {self.entry}"


class ReportRow(Row):
    """A report, ticket or alert attached to the incident (REG-10); the first is the declaration itself."""

    seq = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    means = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("seq")

    def __str__(self) -> str:
        return f"{self.means} {self.key}"


class FiledRow(Row):
    """Something that entered an inbox of the organisation, such as `plan_revision`."""

    seq = models.PositiveIntegerField()
    inbox = models.CharField(max_length=64)
    cause = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = _once("seq")
        indexes: ClassVar = [models.Index(fields=["organisation", "inbox", "at"], name="filed_order")]

    def __str__(self) -> str:
        return f"{self.inbox} {self.cause}"


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

    class Meta:
        constraints: ClassVar = _once("seq")

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
