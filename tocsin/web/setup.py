"""Set-up: the first organisation, from the one-time link or unattended."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tocsin.accounts import founding, keys, links, passwords
from tocsin.accounts.models import Organisation, Person
from tocsin.engine.terms import Refused
from tocsin.web import languages, reply, sample
from tocsin.web.door import said
from tocsin.web.languages import gettext as _

FIELDS = ("organisation", "language", "person", "email", "password", "sample")


@dataclass(frozen=True, slots=True)
class Founded:
    """What set-up made. The ingest key is the secret itself: it cannot be read again; empty without the sample."""

    organisation: Organisation
    owner: Person
    ingest_key: str


@transaction.atomic
def found(organisation: str, email: str, person: str, language: str, *, with_sample: bool) -> Founded:
    """Make the organisation and its owner, and with the sample its people, its plan in force and a key for alerts."""
    made, owner = founding.found(organisation, email, person, language, timezone=sample.TIMEZONE if with_sample else "UTC")
    if with_sample:
        sample.load(made, owner)
    _key, secret = keys.create(made, keys.INGEST, "Alertmanager", person=owner) if with_sample else (None, "")
    return Founded(made, owner, secret)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """Set up by the one-time link that the server printed."""
    found_link = links.look(secret)
    if found_link is None or found_link.person is not None or Organisation.objects.exists():
        words = _("It worked once or has expired. The server prints a new one when it starts, as long as nobody used it.")
        return reply.page(
            request, "message.html", {"title": _("This link is used up"), "words": words, "way": ("/", _("Sign in"))}, status=410
        )
    values = {name: request.POST.get(name, "").strip() if name != "password" else request.POST.get(name, "") for name in FIELDS}
    if request.method == "GET":
        return _form(request, values)
    refused = _wrong(values)
    return _form(request, values, refused) if refused else _found(request, secret, values)


def _found(request: HttpRequest, secret: str, values: dict[str, str]) -> HttpResponse:
    with transaction.atomic():
        if links.redeem(secret) is None:
            return reply.see("/")
        made = found(
            values["organisation"],
            values["email"],
            values["person"],
            languages.known(values["language"]) or "en",
            with_sample=bool(values["sample"]),
        )
        passwords.choose(made.owner, values["password"])
    login(request, made.owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    if not made.ingest_key:
        return reply.see(reverse("board", kwargs={"slug": made.organisation.slug}))
    with languages.speaking(made.owner.language):
        address = f"{settings.BASE_URL}/in/alertmanager/{made.ingest_key}"
        return reply.page(request, "ready.html", {"organisation": made.organisation, "secret": made.ingest_key, "address": address})


def _form(request: HttpRequest, values: dict[str, str], refused: Refused | None = None) -> HttpResponse:
    return reply.page(request, "setup.html", {"values": {**values, "password": ""}}, refused=refused)


def _wrong(values: dict[str, str]) -> Refused | None:
    if not values["organisation"] or not values["person"]:
        return Refused("A012", _("The name is missing."), _("Name the organisation and yourself."))
    if "@" not in values["email"][1:-1]:
        return Refused("A004", _("This is not an e-mail address."), _("Write it as name@example.org."))
    return said(passwords.check(values["password"]))
