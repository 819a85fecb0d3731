"""What a route asks for before it declares: which alerts, how many, for how long, and what it waits for meanwhile. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from tocsin.ingest import matchers
from tocsin.ingest.matchers import Matcher

COUNT_MAX: Final = 1_000
SPAN_MAX: Final = timedelta(days=7)
FLAPS_MAX: Final = 50
NAMES_MAX: Final = 8
"""Labels that it groups by or compares."""
NONE: Final = timedelta()
KEY_BYTES_MAX: Final = 1_000
ESCAPED_MAX: Final = 12
"""Bytes of one character in JSON at most: two escapes where it is beyond the basic plane."""
"""How much of the values of labels tells incidents apart as it is: an index of PostgreSQL takes 2,704 bytes, and senders write more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    `group_by` names the labels whose values make one incident each; without any, the route has one.

    It declares once `count` alerts, or `count` different values of the label `distinct`, fire or have fired `within` a span. An alert
    counts once it has fired for `held`. One that turned `flaps` times `flaps_within` a span flaps: until it is calm again, it counts as
    firing throughout. While an alert fires that meets `unless` and has the same values of the labels `equal`, what the route wants waits.
    """

    wanted: tuple[Matcher, ...]
    group_by: tuple[str, ...] = ()
    count: int = 1
    distinct: str = ""
    within: timedelta = NONE
    held: timedelta = NONE
    flaps: int = 0
    flaps_within: timedelta = NONE
    unless: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()

    def group(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return which of the route's incidents an alert belongs to."""
        return _key(labels, self.group_by)

    def shares(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return what an alert has in common with those that wait for it."""
        return _key(labels, self.equal)

    def counted(self, labels: Mapping[str, str], alert: str) -> str:
        """Return what an alert is counted as: itself, or a value that it may share with others."""
        return labels.get(self.distinct, "") if self.distinct else alert

    def hears(self, labels: Mapping[str, str]) -> bool:
        """Return whether a turn of an alert with these labels is of interest."""
        return matchers.meet(self.wanted, labels) or matchers.meet(self.unless, labels)

    def plain(self) -> dict[str, Any]:
        """Return what `read` reads: only what is not as in every route."""
        written: dict[str, Any] = {"wanted": matchers.write(self.wanted)}
        lists = {"group_by": list(self.group_by), "equal": list(self.equal)}
        spans = {"within": self.within, "held": self.held, "flaps_within": self.flaps_within}
        return (
            written
            | ({"unless": matchers.write(self.unless)} if self.unless else {})
            | {name: names for name, names in lists.items() if names}
            | {name: int(span.total_seconds()) for name, span in spans.items() if span}
            | ({"count": self.count} if self.count > 1 else {})
            | ({"distinct": self.distinct} if self.distinct else {})
            | ({"flaps": self.flaps} if self.flaps else {})
        )


def read(plain: Mapping[str, Any]) -> Rule:
    """Return the rule that was checked and written by `plain`."""
    spans = {name: timedelta(seconds=plain.get(name, 0)) for name in ("within", "held", "flaps_within")}
    return Rule(
        wanted=matchers.stored(plain.get("wanted", "")),
        unless=matchers.stored(plain.get("unless", "")),
        group_by=tuple(plain.get("group_by", ())),
        equal=tuple(plain.get("equal", ())),
        count=plain.get("count", 1),
        distinct=plain.get("distinct", ""),
        flaps=plain.get("flaps", 0),
        **spans,
    )


def _key(labels: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of labels; of long ones their hash, which tells them apart as well."""
    values = tuple(labels.get(name, "") for name in names)
    if sum(map(len, values)) * ESCAPED_MAX + 4 * len(values) <= KEY_BYTES_MAX:
        return values
    written = json.dumps(values).encode()
    return values if len(written) <= KEY_BYTES_MAX else (sha256(written).hexdigest(),)
