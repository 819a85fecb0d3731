"""
How a view is guarded and how it answers.

`@needs(act)` goes under `@require_GET`/`@require_POST`. It takes `slug` out of the address and gives the view a `Request` with
`organisation`, `person`, `actor` (no standing: the desk adds what the directory says for the incident's plan), `viewer`, `acts`.
Anonymous people are sent to sign in, strangers of the organisation get 404, members without the access 403.

An action is a plain form: `part(request, template, context, answer, to=…)` answers htmx with the fragment (200, or 409 with `refused` in it)
and a plain browser with a redirect, or with a whole page that says the reason above the same fragment.
A page is `page(request, template, context)`; both put `refused` (None or the Refused) into the context.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tocsin.accounts import access
from tocsin.accounts.models import Organisation, Person
from tocsin.engine.terms import Actor, Refused
from tocsin.incidents import notices
from tocsin.incidents.plans import Uncompilable
from tocsin.incidents.readers import Viewer
from tocsin.kit import ids
from tocsin.web import times

SEE_OTHER = 303


class Request(HttpRequest):
    """A request inside an organisation, as `needs` hands it to a view."""

    organisation: Organisation
    person: Person
    actor: Actor
    viewer: Viewer
    acts: frozenset[str]
    since: int
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def needs(act: str) -> Callable[[View], View]:
    """Let only people through who may do `act` in the organisation of the address."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **parts: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            inside = _enter(request, slug)
            with times.in_zone(inside.person.timezone or inside.organisation.timezone):
                if act not in inside.acts:
                    return page(inside, "forbidden.html", {"act": act}, status=403)
                try:
                    return view(inside, **parts)
                except Uncompilable as problem:
                    return page(inside, "unreadable.html", {"plan": problem.plan}, refused=problem.refusal())

        guarded.needs = act  # type: ignore[attr-defined]  # the census reads it
        return guarded

    return guard


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, refused: Refused | None = None, status: int = 0
) -> HttpResponse:
    """Return a whole page; 409 when something was refused."""
    return render(request, template, {"refused": refused, **(context or {})}, status=status or (409 if refused else 200))


def part(request: Request, template: str, context: dict[str, Any], answer: object = None, *, to: str = "") -> HttpResponse:
    """
    Return the answer to an action: the fragment for htmx, else a redirect to `to` (the page it came from, if not said).

    `answer` is whatever the act returned; only `Refused` counts. A refusal is 409, never an error in the log.
    """
    refused = answer if isinstance(answer, Refused) else None
    if request.htmx:
        return page(request, template, context, refused=refused)
    if refused:
        return page(request, "refused.html", {**context, "fragment": template, "back": _back(request)}, refused=refused)
    return see(to or _back(request))


def see(address: str) -> HttpResponse:
    """Return the redirect after a form: the browser fetches `address` with GET."""
    return HttpResponseRedirect(address, status=SEE_OTHER)


def local_address(request: HttpRequest, wanted: str, otherwise: str) -> str:
    """Return `wanted` if it stays on this site (nobody is led away by a link), else `otherwise`."""
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else otherwise


def _enter(request: HttpRequest, slug: str) -> Request:
    """Return the request as one inside the organisation; a stranger cannot tell it from one that does not exist."""
    person = cast("Person", request.user)
    entered = access.enter(person.id, slug)
    if entered is None:
        raise Http404
    inside = cast("Request", request)
    organisation, inside.acts = entered
    inside.organisation, inside.person = organisation, person
    inside.since = notices.latest(organisation.id)
    inside.actor = Actor(ids.typed("per", person.id))
    inside.viewer = Viewer(organisation.id, inside.actor.person, access.SEE not in inside.acts)
    return inside


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the door, and afterwards back to the page: the one asked for, or on which something was pressed."""
    part = bool(getattr(request, "htmx", False))
    page = _came_from(request) if part or request.method != "GET" else request.get_full_path()
    door = redirect_to_login(local_address(request, page, "/"), login_url=reverse("sign-in"))
    return HttpResponseClientRedirect(door.url) if part else door


def _back(request: Request) -> str:
    """Return the page that the form stood on, or the organisation's first."""
    return local_address(request, _came_from(request), reverse("board", kwargs={"slug": request.organisation.slug}))


def _came_from(request: HttpRequest) -> str:
    """Return the page that the browser stood on, as an address of this site; nothing if it does not say."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path + (f"?{page.query}" if page.query else "")
