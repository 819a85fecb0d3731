"""Channels: what each one that the plans name is set up as, tried out by a message to oneself, and removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.comms import channels, setup, trials
from tocsin.comms.channel import Channel, Field
from tocsin.comms.setup import Invalid
from tocsin.web import deliveries, languages, meetings, parties, reply, ways
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.ways import Way


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the set-up form. `fingerprint` is of the secret that is kept where nothing is entered.
    `proposed`: Tocsin made the value up, to be given to the other side; `problem`: what is wrong."""

    field: Field
    label: str
    value: str
    fingerprint: str
    proposed: bool
    problem: str
    detail: str


@require_GET
@needs("plan.edit")
def every(request: Request) -> HttpResponse:
    """Show every channel, who is reached outside, and the private networks that are open."""
    return overview(request)


@require_GET
@needs("plan.edit")
def one(request: Request, channel: str) -> HttpResponse:
    """Show one channel; `?adapter=` chooses what to set it up as. htmx gets the last trial alone."""
    way = _way(request, channel)
    if request.htmx:
        return reply.page(request, "channels/_trial.html", _trial(request, way))
    return _page(request, way, _chosen(way, request.GET.get("adapter", "")))


@require_POST
@needs("plan.edit")
def configuration(request: Request, channel: str) -> HttpResponse:
    """Set a channel up, or say everything that is wrong."""
    way, form = _way(request, channel), request.POST
    adapter = channels.found().get(form.get("adapter", ""))
    if adapter is None:
        raise Http404
    values = {field.name: form.get(f"field:{field.name}", "") for field in adapter.fields}
    wrong = setup.configure(request.organisation, channel, adapter.name, values, by=request.person)
    if wrong:
        return _page(request, way, adapter, wrong=wrong, typed=values)
    return _back_to(request, channel)


@require_POST
@needs("plan.edit")
def removal(request: Request, channel: str) -> HttpResponse:
    """Forget how a channel was set up."""
    setup.remove(request.organisation, _way(request, channel).name, by=request.person)
    return reply.see(reverse("channels", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("plan.edit")
def trial(request: Request, channel: str) -> HttpResponse:
    """Send a message over a channel to oneself; what becomes of it stands on the page."""
    way, person = _way(request, channel), request.person
    trials.send(
        request.organisation.id,
        channel,
        person=request.actor.person,
        address=person.email,
        locale=languages.active().code,
        subject=_("Test of the channel %(name)s") % {"name": way.title},
        body=_("%(who)s tries out whether Tocsin reaches this place. Nothing has happened.") % {"who": person.name},
    )
    return _back_to(request, channel)


def overview(request: Request, *, wrong: tuple[Invalid, ...] = (), form: str = "") -> HttpResponse:
    """Return the page of all channels; `wrong` is what the form named `form` was refused for."""
    known = ways.every(request)
    context = {
        "ways": list(known.values()),
        "meetings": meetings.every(request),
        "networks": setup.open_networks(request.organisation.id),
        "wrong": {problem.field: _said(problem) for problem in wrong},
        "form": form,
        "typed": request.POST if wrong else {},
        **parties.context(request, known),
    }
    return reply.page(request, "channels/page.html", context, status=422 if wrong else 200)


def _page(
    request: Request, way: Way, adapter: Channel, *, wrong: tuple[Invalid, ...] = (), typed: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {
        "adapter": adapter,
        "adapters": [(each.name, _(each.title)) for each in channels.found().values()],
        "asked": _asked(way, adapter, {problem.field: problem for problem in wrong}, typed or {}),
        "wrong": wrong,
        **_trial(request, way),
    }
    return reply.page(request, "channels/channel.html", context, status=422 if wrong else 200)


def _asked(way: Way, adapter: Channel, wrong: Mapping[str, Invalid], typed: Mapping[str, str]) -> list[Asked]:
    kept = way.shown if way.shown and way.shown.adapter == adapter.name else None
    asked = []
    for field in adapter.fields:
        known = kept.fields.get(field.name, "") if kept else field.default
        prints = kept.fingerprints.get(field.name, "") if kept else ""
        proposed = field.proposal() if field.proposal and not prints else ""
        value = typed.get(field.name, proposed or known) if proposed or not field.secret else ""
        problem = wrong.get(field.name)
        detail = problem.message if problem and problem.code == "bad_value" else ""
        asked.append(Asked(field, _(field.label), value, prints, bool(proposed), _said(problem) if problem else "", detail))
    return asked


def _trial(request: Request, way: Way) -> dict[str, Any]:
    last = trials.latest(request.organisation.id, way.name, person=request.actor.person)
    return {
        "way": way,
        "last": last,
        "state": deliveries.state(last.word) if last else None,
        "open": deliveries.is_open(last),
    }


def _said(problem: Invalid) -> str:
    """Return what is wrong in the viewer's language; what the adapter itself says is quoted beside it."""
    known = {
        "missing": _("This is missing."),
        "bad_network": _("An address or a network, such as 10.1.0.0/16."),
        "too_wide": _("Too wide: open what is needed, not everything."),
        "bad_port": _("A number from 1 to 65535, or nothing for every port."),
        "too_long": _("This is too long."),
        "again": _("Enter it again: it would go to another place."),
        "not_https": _("A whole address that begins with https:// and has no password in it."),
        "unknown_blank": _("Curly brackets may hold only what is named above; a conference has no {group}."),
        "bad_value": _("This value does not fit."),
    }
    return known.get(problem.code, problem.message)


def _chosen(way: Way, wanted: str) -> Channel:
    """Return the adapter whose form is shown: the one asked for, the present one, the one of the same name, else the webhook."""
    found = channels.found()
    for name in (wanted, way.shown.adapter if way.shown else "", way.name, "webhook"):
        if name in found:
            return found[name]
    return next(iter(found.values()))


def _way(request: Request, name: str) -> Way:
    """Return a channel that is set up or that a plan names; 404 for any other, so that no misspelling is set up."""
    way = ways.every(request).get(name)
    if way is None:
        raise Http404
    return way


def _back_to(request: Request, name: str) -> HttpResponse:
    return reply.see(reverse("channel", kwargs={"slug": request.organisation.slug, "channel": name}))
