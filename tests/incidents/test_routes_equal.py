"""A live route decides what its trial on the same turns decides, however late and in whatever portions it hears of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ingest.bodies import NOON
from tests.ingest.routing.streams import LATER, MINUTE, RULES, SPANS, at, quiet_until, streams
from tocsin.accounts.models import Organisation
from tocsin.incidents import declaring, desk
from tocsin.incidents.declaring import Declarer
from tocsin.ingest.matchers import parse, write
from tocsin.ingest.models import Alert, Match, Route
from tocsin.ingest.routing import rows
from tocsin.ingest.routing.models import Silence
from tocsin.ingest.routing.replay import replay
from tocsin.ingest.routing.rules import Rule
from tocsin.ingest.routing.runs import Told, Turned
from tocsin.kit import clock, ids

pytestmark = pytest.mark.django_db(transaction=True)


class Hands:
    """Hands that only write down what is kept, and whose incidents are open for so many minutes."""

    told: list[tuple[str, Told]]
    opened: dict[str, datetime]
    lasts: float

    def __init__(self, _route: Route, _sitting: desk.Desk) -> None:
        self.declared: list[str] = []
        self.said: list[tuple[str, Told]] = []

    def open(self, about: str, now: datetime) -> bool:
        return now < self.opened.setdefault(about, now) + self.lasts * MINUTE

    def declare(self, told: Told) -> str:
        about = str(1 + sum(not each.about for _, each in (*self.told, *self.said)))
        self.said.append((about, told))
        return about

    def attach(self, told: Told) -> None:
        self.said.append((told.about, told))

    def explain(self) -> None:
        self.told.extend(self.said)


def live(made: Rule, told: list[Turned], spans: list[Any], portions: list[int], lasts: float, freeze: Any) -> list[tuple[str, Told]]:
    """Let a route of the database hear of `told` in portions, each as late as its last turn."""
    where = Organisation.objects.create(slug=ids.new().hex, name="Hotline")
    route = Route.objects.create(organisation=where, name="r", rule=made.plain(), plan="p")
    for begin, end, region in spans:
        Silence.objects.create(
            organisation=where,
            matchers=write(parse(f"region={region}")),
            starts_at=at(begin),
            ends_at=at(end),
            comment="",
            person=ids.new(),
        )
    alerts: dict[UUID, Alert] = {}
    Hands.told, Hands.opened, Hands.lasts = [], {}, lasts
    declarer, heard = Declarer(), 0
    for portion in [*portions, len(told)]:
        for turned in told[heard : heard + portion]:
            if turned.alert not in alerts:
                alerts[turned.alert] = put(where, turned)
            if made.hears(turned.labels):
                Match.objects.create(
                    organisation=where, route=route, alert=alerts[turned.alert], starts_at=turned.starts_at,
                    turn=turned.number, firing=turned.firing, at=turned.at,
                )  # fmt: skip
            freeze(turned.at)
        heard += portion
        while declarer.run_once():
            pass
    freeze(LATER)
    while declarer.run_once():
        pass
    return Hands.told


def put(where: Organisation, turned: Turned) -> Alert:
    return Alert.objects.create(
        organisation=where, source="alertmanager", fingerprint=turned.title, title=turned.title, labels=dict(turned.labels), annotations={},
        firing=True, starts_at=NOON, first_received_at=NOON, last_received_at=NOON, turned_at=NOON, turn=1, received=1, duplicates=0, raw=1,
    )  # fmt: skip


def facts(told: list[tuple[str, Told]]) -> list[Any]:
    return [(about, one.at, one.group, one.count, [(line.firing, line.title) for line in one.lines]) for about, one in told]


def tried(made: Rule, told: list[Turned], spans: list[Any], lasts: float) -> list[tuple[str, Told]]:
    """Return what a trial says, in the order of time."""
    opened: dict[str, datetime] = {}

    def is_open(about: str, now: datetime) -> bool:
        return now < opened.setdefault(about, now) + lasts * MINUTE

    outcome = replay(made, told, LATER, quiet_until(*spans), is_open)
    return [(one.name, each) for one in outcome.incidents for each in (one.declared, *one.reports)]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(RULES, streams(12), SPANS, st.lists(st.integers(1, 5), max_size=6), st.sampled_from([2, 15, 100_000]))
def test_a_trial_tells_what_the_live_route_does(made, told, spans, portions, lasts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declaring, "Hands", Hands)
        patch.setattr(declaring, "MATCHES_MAX", 3)
        patch.setattr(rows, "DUE_MAX", 1)
        try:
            done = live(made, told, spans, portions, lasts, clock.freeze)
        finally:
            clock.reset()
    assert sorted(facts(done)) == sorted(facts(tried(made, told, spans, lasts)))
