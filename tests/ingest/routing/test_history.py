"""The history that a trial reads: the same turns at the same times as the live routes heard of, those that no body told as well."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ingest.bodies import NOON
from tests.ingest.test_follower import follow
from tocsin.accounts.models import Organisation
from tocsin.ingest import log
from tocsin.ingest.expiry import Expirer
from tocsin.ingest.models import Expired, Match, Route
from tocsin.ingest.received import SETTLED_KEPT, forget
from tocsin.ingest.routing import history
from tocsin.kit import clock, ids

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


class Place:
    """An organisation whose one route hears of everything."""

    def __init__(self) -> None:
        self.where = Organisation.objects.create(slug=ids.new().hex, name="Hotline")
        Route.objects.create(organisation=self.where, name="all", rule={"wanted": "severity!=none"}, plan="any")
        self.minute = 0

    def post(self, line: str, lasts: int) -> None:
        """Let Prometheus say that a line is bad and for how many minutes; with none, that it is over."""
        entry = {"labels": {"alertname": line}, "endsAt": (clock.now() + (lasts - 1) * MINUTE).isoformat()}
        log.append([log.Arrived(self.where.id, "prometheus", ids.new(), clock.now(), json.dumps([entry]).encode())])

    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.minute += minutes
        clock.freeze(NOON + self.minute * MINUTE)

    def live(self) -> list[Any]:
        """Return the turns that the route heard of when they happened."""
        rows = Match.objects.filter(organisation=self.where).order_by("id")
        return list(rows.values_list("alert__title", "starts_at", "firing", "at"))

    def tried(self) -> list[Any]:
        """Return the turns that a trial reads."""
        read = history.read(self.where.id, NOON - MINUTE)
        return [(one.title, one.starts_at, one.firing, one.at) for one in read.turns]


STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.booleans(), st.sampled_from(["a", "b", ""]), st.integers(1, 6), st.sampled_from([True, True, False])),
    min_size=3,
    max_size=12,
)
"""Minutes that pass, whether ends are looked for then, who is posted, for how long it fires, and whether the log is read."""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(STEPS)
def test_a_trial_reads_the_turns_that_happened_also_where_a_sender_only_fell_silent(steps):
    try:
        place, expirer = Place(), Expirer(grace_s=0)
        for minutes, looks, line, lasts, reads in [*steps, (0, False, "", 0, True), (9, True, "", 0, False)]:
            place.wait(minutes)
            if looks:
                expirer.run_once()
            if line:
                place.post(line, lasts)
            if reads:
                follow()
        assert place.tried() == place.live()
    finally:
        clock.reset()


def test_an_end_stands_where_it_was_found_although_bodies_had_come_that_nobody_had_read(clock):
    place, expirer = Place(), Expirer(grace_s=0)
    place.wait(0)
    place.post("a", 2)
    follow()
    place.wait(3)
    expirer.run_once()
    place.post("a", 4)
    follow()
    assert [firing for _, _, firing, _ in place.tried()] == [True, False, True]
    assert place.tried() == place.live()


def test_what_ended_so_is_forgotten_with_the_bodies(clock):
    place = Place()
    place.wait(0)
    place.post("a", 2)
    follow()
    place.wait(3)
    Expirer(grace_s=0).run_once()
    forget(clock.now() + SETTLED_KEPT - MINUTE)
    assert Expired.objects.exists()
    forget(clock.now() + SETTLED_KEPT + MINUTE)
    assert not Expired.objects.exists()
