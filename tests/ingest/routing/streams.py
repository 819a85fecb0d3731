"""Turns of alerts, written shortly and drawn at random."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from tests.ingest.bodies import NOON
from tocsin.ingest.matchers import parse
from tocsin.ingest.routing.replay import Outcome, replay
from tocsin.ingest.routing.router import Quiet
from tocsin.ingest.routing.rules import Rule
from tocsin.ingest.routing.runs import Turned, Why

S = timedelta(seconds=1)
MINUTE = 60 * S
LATER = NOON + timedelta(days=2)


def at(minute: float) -> datetime:
    return NOON + minute * MINUTE


def rule(wanted: str = "job=ivr", unless: str = "", **more: object) -> Rule:
    return Rule(wanted=parse(wanted), unless=parse(unless), **more)  # type: ignore[arg-type]


def turns(*told: str, labels: Mapping[str, str] | None = None) -> list[Turned]:
    """Return turns such as `0 +a region=east`, in order: the minute, whether it begins or ends, the alert, its labels besides `job`."""
    found, began = [], {}
    for number, words in enumerate(told):
        minute, what, *own = words.split()
        name, firing, when = what[1:], what[0] == "+", at(float(minute))
        began[name] = when if firing else began.get(name, when)
        borne = {"job": "ivr", "alertname": name, **(labels or {}), **dict(each.split("=") for each in own)}
        found.append(Turned(number, UUID(int=sum(name.encode())), began[name], firing, when, name, borne))
    return found


def loud(_labels: Mapping[str, str], _at: datetime) -> None:
    """Let nothing keep an alert quiet."""


def quiet_until(*spans: tuple[float, float, str]) -> Quiet:
    """Keep alerts with `region` quiet from one minute to another."""

    def quiet(labels: Mapping[str, str], now: datetime) -> tuple[Why, datetime] | None:
        ends = [at(end) for begin, end, region in spans if at(begin) <= now < at(end) and labels.get("region", "") == region]
        return (Why.SILENCED, ends[0]) if ends else None

    return quiet


def declared(outcome: Outcome) -> list[tuple[float, tuple[str, ...], int]]:
    """Return when each incident was declared, in minutes after noon, for which group, and with how many alerts."""
    told = [one.declared for one in outcome.incidents]
    return [((each.at - NOON) / MINUTE, each.group, each.count) for each in told]


def done(made: Rule, told: list[Turned], quiet: Quiet = loud, *, lasts: float = 60 * 48) -> Outcome:
    """Replay with incidents that are open for so many minutes."""
    opened: dict[str, datetime] = {}

    def is_open(about: str, now: datetime) -> bool:
        return now < opened.setdefault(about, now) + lasts * MINUTE

    return replay(made, told, LATER, quiet, is_open)


RULES = st.builds(
    rule,
    unless=st.sampled_from(["", "alertname=a"]),
    equal=st.sampled_from([(), ("region",)]),
    group_by=st.sampled_from([(), ("region",)]),
    count=st.sampled_from([1, 1, 2, 3]),
    distinct=st.sampled_from(["", "region"]),
    within=st.sampled_from([0, 3, 30]).map(lambda minutes: minutes * MINUTE),
    held=st.sampled_from([0, 0, 2]).map(lambda minutes: minutes * MINUTE),
    flaps=st.sampled_from([0, 0, 3]),
    flaps_within=st.just(10 * MINUTE),
)
SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 20), st.sampled_from(["east", "west"])).map(lambda one: (one[0], one[0] + one[1], one[2])),
    max_size=2,
)


@st.composite
def streams(draw: st.DrawFn, most: int = 16) -> list[Turned]:
    """Draw turns as the follower makes them: each alert begins and ends in turn."""
    minute, told, firing = 0.0, [], set()
    for name, gap in draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([0, 0.05, 0.5, 1, 4, 11])), max_size=most)):
        minute += gap
        region = "east" if name in "ab" else "west"
        told.append(f"{minute} {'-' if name in firing else '+'}{name} region={region}")
        firing ^= {name}
    return turns(*told)
