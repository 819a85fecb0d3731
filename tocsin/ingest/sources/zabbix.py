"""
Zabbix: the flat JSON of our own media type, docs/senders/zabbix.yaml; names follow the media types that come with Zabbix.

Source: https://www.zabbix.com/documentation/current/en/manual/appendix/macros/supported_by_location
"""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import instant, words

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


def parse(event: Event, arrival: Arrival) -> Iterator[Alert]:
    """
    Yield the alert of an event, whose id the end of a problem has again.

    Discovery and autoregistration have no end and are no alerts; an update that is no acknowledgement changes nothing.
    """
    if event.eventvalue == "":
        return
    firing, update = event.eventvalue == "1", event.eventupdate == "1"
    link = f"{event.url.rstrip('/')}/tr_events.php?triggerid={event.triggerid}&eventid={event.eventid}" if event.url else ""
    severity = SEVERITIES[int(event.severity)] if event.severity in set("012345") else event.severity
    labels = {
        "severity": severity,
        "host": event.hostname,
        "address": event.hostip,
        "trigger": event.triggerid,
    }
    yield Alert(
        key=event.eventid,
        title=event.eventname or event.triggerdesc or event.eventid,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else instant(event.event_recovery_timestamp) or arrival.at,
        labels=_tags(event.eventtags) | words(labels),
        annotations=words({"description": event.alert_message, "trigger": event.triggerdesc, "measured": event.triggeropdata}),
        link=link,
        happened_at=instant(event.eventtimestamp),
        acknowledged_by=event.event_update_user if firing and update and event.eventack == "Yes" else None,
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
