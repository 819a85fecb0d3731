"""The door: sign in by password or one-time link, sign out, language and theme before and after."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.accounts import attempts, links, passwords
from tocsin.accounts.models import Access, Membership, Organisation, Person
from tocsin.engine.terms import Refused
from tocsin.web import languages, reply
from tocsin.web.languages import gettext as _

YEAR_S = 31_536_000


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Lead to the person's organisation, to sign-in, or say that the installation is not set up yet."""
    if isinstance(request.user, Person):
        first = Membership.objects.filter(person=request.user).select_related("organisation").order_by("created_at").first()
        if first:
            home = "incidents" if first.access == Access.GUEST else "board"
            return reply.see(reverse(home, kwargs={"slug": first.organisation.slug}))
        return _say(request, _("No organisation"), _("You are no member of an organisation any more. An owner can invite you again."))
    if Organisation.objects.exists():
        return reply.see(reverse("sign-in"))
    return _say(request, _("Not set up yet"), _("The server prints a one-time link when it starts. Open that link to set Tocsin up."))


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Sign in with e-mail and password."""
    email, wanted = request.POST.get("email", ""), request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST":
        person = _person(request, email)
        if isinstance(person, Person):
            login(request, person)
            return reply.see(reply.local_address(request, wanted, "/"))
        refused = person
    else:
        refused = None
    only = Organisation.objects.all()[:2]
    context = {"email": email, "next": wanted, "organisation": only[0].name if len(only) == 1 else ""}
    return reply.page(request, "sign_in.html", context, refused=refused)


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by a one-time link. Looking at it does not use it up; on first use a password is set."""
    found = links.look(secret)
    if found is None or found.person is None:
        way = (reverse("sign-in"), _("Sign in"))
        return _say(request, _("This link is used up"), _("It worked once or has expired. An owner can make you another."), way, status=410)
    first, refused = not found.person.has_usable_password(), None
    if request.method == "POST":
        refused = passwords.choose(found.person, request.POST.get("password", "")) if first else None
        if refused is None and links.redeem(secret):
            login(request, found.person, backend=settings.AUTHENTICATION_BACKENDS[0])
            return reply.see("/")
    return reply.page(request, "link.html", {"person": found.person, "first": first}, refused=said(refused))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return reply.see(reverse("sign-in"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for the person for good, and by cookie for this browser before sign-in."""
    code = languages.known(request.POST.get("language", ""))
    answer = reply.see(reply.local_address(request, request.POST.get("next", ""), "/"))
    if code:
        answer.set_cookie(languages.COOKIE, code, max_age=YEAR_S, samesite="Lax")
        if isinstance(request.user, Person):
            Person.objects.filter(pk=request.user.pk).update(language=code)
    return answer


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light and dark where no script runs."""
    answer = reply.see(reply.local_address(request, request.POST.get("next", ""), "/"))
    answer.set_cookie("theme", "light" if request.COOKIES.get("theme") == "dark" else "dark", max_age=YEAR_S, samesite="Lax")
    return answer


def said(refused: Refused | None) -> Refused | None:
    """Return the refusal in the viewer's language; the code stays."""
    return Refused(refused.code, _(refused.message), _(refused.hint), refused.details) if refused else None


def _person(request: HttpRequest, email: str) -> Person | Refused:
    if attempts.blocked(email):
        return Refused("A010", _("Too many attempts."), _("Wait a quarter of an hour, or use a one-time link."))
    person = authenticate(request, username=email.strip().lower(), password=request.POST.get("password", ""))
    if isinstance(person, Person):
        attempts.forget(email)
        return person
    attempts.failed(email)
    return Refused("A011", _("E-mail or password is wrong."), _("An owner of your organisation can make you a one-time link."))


def _say(request: HttpRequest, title: str, words: str, way: tuple[str, str] | None = None, status: int = 200) -> HttpResponse:
    return reply.page(request, "message.html", {"title": title, "words": words, "way": way}, status=status)
