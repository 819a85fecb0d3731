"""
Zabbix: the flat JSON of our own media type, docs/senders/zabbix.yaml; names follow the media types that come with Zabbix.

The recordings `server_…` were made by Zabbix 6.0.14 with that media type (`tests/payloads/zabbix_server.py`).
Source: https://www.zabbix.com/documentation/current/en/manual/appendix/macros/supported_by_location
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from tocsin.ingest.sources import Alert, Arrival, Aside, Deed, Edit, Source
from tocsin.ingest.telling import instant, words

WORDLESS = ("acknowledged", "unacknowledged", "commented")
"""What is done to a problem that is told otherwise than in Zabbix's words."""
SEVERITIES = ("not classified", "information", "warning", "average", "high", "disaster")
UNKNOWN = re.compile(r"\{[A-Z$][A-Z0-9$._]*\}|\*UNKNOWN\*")
"""What Zabbix leaves in place of a macro that it does not know here."""


class Tag(msgspec.Struct):
    """A tag of the event."""

    tag: str
    value: str = ""


class Event(msgspec.Struct):
    """One notification. Everything is text, since Zabbix fills macros into a template."""

    eventid: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    eventvalue: str
    eventname: str = ""
    alert_message: str = ""
    event_source: str = "0"
    eventupdate: str = "0"
    eventack: str = ""
    severity: str = ""
    eventtimestamp: str = ""
    event_recovery_timestamp: str = ""
    eventtags: str = ""
    hostname: str = ""
    hostip: str = ""
    triggerid: str = ""
    triggerdesc: str = ""
    triggeropdata: str = ""
    event_update_action: str = ""
    event_update_message: str = ""
    event_update_user: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if UNKNOWN.search(self.eventid):
            raise ValueError("`eventid` is a macro that Zabbix did not fill in")
        for name in self.__struct_fields__:
            setattr(self, name, UNKNOWN.sub("", getattr(self, name)).strip())
        if self.eventvalue not in {"0", "1", ""}:
            raise ValueError("`eventvalue` is 1 for a problem and 0 for its end")

    @property
    def grade(self) -> str:
        """Return the severity in words, as it is now."""
        return SEVERITIES[int(self.severity)] if self.severity in set("012345") else self.severity

    @property
    def actions(self) -> list[str]:
        """Return what was done to the problem."""
        return [one for one in re.split(r", | and ", self.event_update_action) if one]

    @property
    def by(self) -> str:
        """Return who did it. Zabbix leaves a gap where a person has one name."""
        return " ".join(self.event_update_user.split())


def parse(event: Event, arrival: Arrival) -> Iterator[Alert]:
    """
    Yield the alert of an event, whose id the end of a problem has again.

    Discovery and autoregistration have no end and are no alerts. What somebody does to a problem stands beside it, and its words stay.
    """
    if event.eventvalue == "":
        return
    firing = event.eventvalue == "1"
    if not firing or event.eventupdate != "1":
        yield _alert(
            event, firing=firing, ends_at=None if firing else instant(event.event_recovery_timestamp) or arrival.at, brief=not firing
        )
        return
    yield _alert(event, aside=_aside(event), brief=True)
    if "acknowledged" in event.actions or (not event.actions and event.eventack == "Yes"):
        yield _alert(event, acknowledged_by=event.by, brief=True)


def _alert(event: Event, *, firing: bool = True, **more: Any) -> Alert:
    link = f"{event.url.rstrip('/')}/tr_events.php?triggerid={event.triggerid}&eventid={event.eventid}" if event.url else ""
    labels = {
        "severity": event.grade,
        "host": event.hostname,
        "address": event.hostip,
        "trigger": event.triggerid,
    }
    what: dict[str, Any] = {"starts_at": None, "ends_at": None} | more
    return Alert(
        key=event.eventid,
        title=event.eventname or event.triggerdesc or event.eventid,
        firing=firing,
        labels=_tags(event.eventtags) | words(labels),
        annotations=words({"description": event.alert_message, "trigger": event.triggerdesc, "measured": event.triggeropdata}),
        link=link,
        happened_at=instant(event.eventtimestamp),
        **what,
    )


def _aside(event: Event) -> Aside:
    said = [one for one in event.actions if one not in WORDLESS]
    return Aside(
        deed=Deed.LEFT if "unacknowledged" in event.actions else Deed.NOTE if not said else Deed.OTHER,
        by=event.by,
        words="\n".join(filter(None, (", ".join(said), event.event_update_message))),
        edit=Edit(labels={"severity": event.grade}),
    )


def _tags(text: str) -> dict[str, str]:
    """Return the tags as labels, whether Zabbix wrote them as JSON or, in older versions, as `name:value, name`."""
    try:
        pairs = [(one.tag, one.value) for one in msgspec.json.decode(text, type=list[Tag])]
    except msgspec.MsgspecError:
        pairs = [(name.strip(), value.strip()) for name, _, value in (one.partition(":") for one in text.split(","))]
    return {name: value for name, value in pairs if name and value}


SETUP = """\
# Alerts > Media types > Import: docs/senders/zabbix.yaml. Then give a user this medium, sent to:
$base/in/zabbix/$key
"""

SOURCE = Source(name="zabbix", title="Zabbix", payload=Event, parse=parse, setup=SETUP)
