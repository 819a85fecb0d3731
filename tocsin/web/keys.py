"""Keys of the organisation: listed, made (the secret is shown once), revoked."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import keys
from tocsin.accounts.models import Access, Key
from tocsin.engine.terms import Refused
from tocsin.kit import ids
from tocsin.web import reply, typed_ids, words_of
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@require_GET
@needs("keys.edit")
def every(request: Request) -> HttpResponse:
    """Show every key, the revoked ones last."""
    return _list(request)


@require_POST
@needs("keys.edit")
def new(request: Request) -> HttpResponse:
    """Make a key and show its secret once."""
    kind, name = request.POST.get("kind", ""), request.POST.get("name", "").strip()
    access = request.POST.get("access") or Access.MEMBER
    if kind not in {keys.INGEST, keys.API} or access not in Access.values or not name:
        return _list(request, refused=Refused("A007", _("The key has no name or kind."), _("Name what will use it, and choose its kind.")))
    key, secret = keys.create(request.organisation, kind, name, person=request.person, access=access)
    return _list(request, made=key, secret=secret)


@require_POST
@needs("keys.edit")
def revocation(request: Request, key_id: str) -> HttpResponse:
    """Revoke a key for good."""
    keys.revoke(typed_ids.one(Key.objects.filter(organisation=request.organisation), "key", key_id), by=request.person)
    return reply.see(reverse("keys", kwargs={"slug": request.organisation.slug}))


def _list(request: Request, *, refused: Refused | None = None, made: Key | None = None, secret: str = "") -> HttpResponse:
    rows = Key.objects.filter(organisation=request.organisation).select_related("person").order_by("revoked_at", "-created_at")
    listed = [(ids.typed("key", key.id), key) for key in rows]
    address = f"{settings.BASE_URL}/in/alertmanager/{secret}" if made and made.kind == keys.INGEST else ""
    context = {
        "keys": listed,
        "made": made,
        "secret": secret,
        "address": address,
        "access": words_of.access(),
        "access_options": words_of.access_options(),
        "kind_words": words_of.key_kind,
    }
    return reply.page(request, "keys.html", context, refused=refused)
