"""Where working groups meet: the links to their group chats and to the conference of all of them, as the organisation entered them (ACT-13)."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation, Person
from tocsin.comms.models import MeetingPlace
from tocsin.comms.setup import Invalid

CHAT: Final = "chat"
VIDEO: Final = "video"
LINK_CHARS_MAX: Final = 500
_BLANK: Final = re.compile(r"\{([^{}]*)\}")
_BLANKS: Final = {CHAT: frozenset({"number", "group", "secret"}), VIDEO: frozenset({"number", "secret"})}
"""What may be left open in a link, by way: a conference is of all groups and so names none."""
_SECRET_CHARS: Final = 16


def places(organisation_id: UUID) -> tuple[MeetingPlace, ...]:
    """Return every place that is entered: those for all groups first."""
    return tuple(MeetingPlace.objects.filter(organisation_id=organisation_id).order_by("way", "plan", "group"))


def enter(organisation: Organisation, way: str, link: str, *, plan: str = "", group: str = "", by: Person | None) -> tuple[Invalid, ...]:
    """
    Let one group of a plan, or without any every group, meet at `link`; or return what is wrong. Audited.

    `{number}` stands for the incident's number, `{group}` for the group's name in the plan, `{secret}` for a word of this incident that
    nobody outside can guess. Another link for the same takes the place of the first.
    """
    link = link.strip()
    wrong = _wrong(way, link)
    if wrong:
        return wrong
    with transaction.atomic():
        where: dict[str, Any] = {"organisation": organisation, "way": way, "plan": plan, "group": group}
        MeetingPlace.objects.update_or_create(**where, defaults={"link": link})
        audit.record(organisation, by, "meeting.entered", group or way, way=way, plan=plan, link=link)
    return ()


def strike(organisation: Organisation, place_id: UUID, *, by: Person | None) -> None:
    """Forget a place of this organisation; of another it finds none. Audited."""
    with transaction.atomic():
        row = MeetingPlace.objects.filter(organisation=organisation, pk=place_id).first()
        if row is not None:
            row.delete()
            audit.record(organisation, by, "meeting.struck", row.group or row.way, way=row.way, plan=row.plan, link=row.link)


def chat(known: Iterable[MeetingPlace], plan: str, group: str, *, incident: UUID, number: str) -> str:
    """Return the link to the chat of one group in an incident: its own, else that of every group; empty where none of the `known` is it."""
    links = {(row.plan, row.group): row.link for row in known if row.way == CHAT}
    link = links.get((plan, group)) or links.get(("", ""))
    return _filled(link, incident, number, group) if link else ""


def conference(known: Iterable[MeetingPlace], *, incident: UUID, number: str) -> str:
    """Return the link to the conference of all groups in an incident; empty where none of the `known` places is it."""
    link = next((row.link for row in known if (row.way, row.plan, row.group) == (VIDEO, "", "")), "")
    return _filled(link, incident, number, "") if link else ""


def _filled(link: str, incident: UUID, number: str, group: str) -> str:
    values = {"number": number, "group": group, "secret": _secret(incident, group)}
    return _BLANK.sub(lambda found: quote(values[found[1]], safe=""), link)


def _secret(incident: UUID, group: str) -> str:
    """Return the same word for the same group of the same incident, always."""
    key = settings.HOME.secret_key().encode()
    return hmac.new(key, f"meeting:{incident}:{group}".encode(), hashlib.sha256).hexdigest()[:_SECRET_CHARS]


def _wrong(way: str, link: str) -> tuple[Invalid, ...]:
    if not link:
        return (Invalid("link", "missing", "a link is needed"),)
    if len(link) > LINK_CHARS_MAX:
        return (Invalid("link", "too_long", f"at most {LINK_CHARS_MAX} characters"),)
    if not _leads_somewhere(link):
        return (Invalid("link", "not_https", "a link begins with https://"),)
    if not _BLANKS[way].issuperset(_BLANK.findall(link)) or re.search(r"[{}]", _BLANK.sub("", link)):
        known = ", ".join(f"{{{name}}}" for name in sorted(_BLANKS[way]))
        return (Invalid("link", "unknown_blank", f"a link leaves open no more than {known}"),)
    return ()


def _leads_somewhere(link: str) -> bool:
    """Return whether this is a whole https address of one host, without a password and without what no address holds."""
    if not link.isprintable() or re.search(r"[\s\"'<>\\^`]", link):
        return False
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018 - a wrong port is found only by asking for it
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and "{" not in parts.netloc
