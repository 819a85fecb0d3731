"""Organisations, people, what each may do, their keys and links, and the audit of all administration."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tocsin.kit import clock, ids, tables


class Access(models.TextChoices):
    """What a person may do in an organisation; a role in an incident is another thing and comes from the plan."""

    OWNER = "owner"
    EDITOR = "editor"
    MEMBER = "member"
    OBSERVER = "observer"
    GUEST = "guest"
    """Somebody from elsewhere: sees, in part, the incidents to which he or she was invited, and nothing else of the organisation."""


class Organisation(models.Model):
    """A tenant. Everything belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    slug = models.SlugField(max_length=48, unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=16, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Who signs in."""

    def get(self, *given: Any, **which: Any) -> "Person":
        """Return one person. By the primary key, as every page asks who looks, past Django's way, which takes ten times as long."""
        if given or which.keys() != {"pk"}:
            return super().get(*given, **which)
        found = tables.select(self.model, "WHERE id = {}", [("uuid", which["pk"])])
        if not found:
            raise self.model.DoesNotExist
        return found[0]


class Person(AbstractBaseUser):
    """Someone who signs in. Identity is global; what a person may do is a membership of each organisation."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=16, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=8, blank=True)
    letter_keys = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar = People()

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A person in an organisation, with one access."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    access = models.CharField(max_length=16)
    brings = models.JSONField(default=list)
    """What the person has learned or may use, in the words of the plans that require it of a role."""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "person"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.access}"


class Key(models.Model):
    """
    A key of one organisation: `ingest` lets a source in, `api` a program that acts as `person` or with `access` alone.

    Only the SHA-256 of the secret is kept; `prefix` finds the row and names the key to people.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE)
    access = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "kind", "created_at"], name="key_by_organisation")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class SignInLink(models.Model):
    """A link that signs one person in once. With no person it is the link that sets up the first organisation."""

    digest = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.person_id or 'set-up'}"


class Attempt(models.Model):
    """Failed sign-ins of one e-mail or address within a window, so that guessing is slow."""

    subject = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class AuditEntry(models.Model):
    """One administrative act: who did what to what. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="audit")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL)
    act = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "at"], name="audit_by_organisation")]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"


class RoleHolder(models.Model):
    """
    Whom the directory finds for a name of a plan: a role, a department, a post or a schedule.

    Rank 0 holds it (a department: is its head), higher ranks are its deputies in order (a department: its members).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="role_holders")
    plan = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_holders")
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "plan", "role", "person"], name="role_holder_once")]
        ordering: ClassVar = ["organisation", "plan", "role", "rank"]

    def __str__(self) -> str:
        return f"{self.plan} {self.role} {self.rank}"


class Installation(models.Model):
    """The one row that says which keys this database belongs to: what is sealed and signed in it is worth nothing under others."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    secret = models.CharField(max_length=64)
    """A hash of the key of sessions and links."""
    signing = models.CharField(max_length=64)
    """The public key under which heads of journals are signed."""
    cipher = models.TextField()
    """Something enciphered: whoever can read it holds the key of the secrets at rest."""

    def __str__(self) -> str:
        return f"signs as {self.signing[:8]}"
