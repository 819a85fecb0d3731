"""The own profile: name, language, time zone, theme, single-letter keys, password."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import passwords
from tocsin.engine.terms import Refused
from tocsin.web import languages, reply, times
from tocsin.web.door import YEAR_S, said
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@require_GET
@needs("incident.attend")
def mine(request: Request) -> HttpResponse:
    """Show the own profile."""
    return _show(request)


@require_POST
@needs("incident.attend")
def change(request: Request) -> HttpResponse:
    """Change the own profile. An empty language or zone follows the organisation."""
    person, zone, theme = request.person, request.POST.get("timezone", ""), request.POST.get("theme", "")
    if zone and not times.is_zone(zone):
        return _show(request, Refused("A008", _("There is no such time zone."), _("Choose one from the list.")))
    person.name = request.POST.get("name", "").strip() or person.name
    person.language = languages.known(request.POST.get("language", ""))
    person.timezone, person.theme = zone, theme if theme in {"light", "dark"} else ""
    person.letter_keys = "letter_keys" in request.POST
    person.save(update_fields=["name", "language", "timezone", "theme", "letter_keys"])
    return _with_theme(reply.see(reverse("profile", kwargs={"slug": request.organisation.slug})), person.theme)


@require_POST
@needs("incident.attend")
def password(request: Request) -> HttpResponse:
    """Choose another password; other sessions of this person end."""
    if not request.person.check_password(request.POST.get("old", "")):
        return _show(
            request, Refused("A009", _("The present password is wrong."), _("Sign out and use a one-time link if it is forgotten."))
        )
    refused = passwords.choose(request.person, request.POST.get("password", ""))
    if refused:
        return _show(request, said(refused))
    update_session_auth_hash(request, request.person)
    return reply.see(reverse("profile", kwargs={"slug": request.organisation.slug}))


def _show(request: Request, refused: Refused | None = None) -> HttpResponse:
    return reply.page(request, "profile.html", {"zones": [(name, name.replace("_", " ")) for name in times.zones()]}, refused=refused)


def _with_theme(answer: HttpResponse, theme: str) -> HttpResponse:
    if theme:
        answer.set_cookie("theme", theme, max_age=YEAR_S, samesite="Lax")
    else:
        answer.delete_cookie("theme")
    return answer
