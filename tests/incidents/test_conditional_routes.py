"""Routes with conditions on the live desk: quiet until it is over, storms counted, and rules changed while alerts wait."""

from random import Random
from string import ascii_letters

import pytest

from tests.incidents.test_declaring import MINUTE, arrive, declare, reports, route, world
from tests.ingest import bodies
from tocsin.incidents.models import Incident
from tocsin.ingest import keeping, standing_routes
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing.models import MaintenanceWindow, RouteRun
from tocsin.ingest.routing.runs import LINES_MAX
from tocsin.kit import ids

__all__ = ["world"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_silenced_alert_declares_when_the_silence_ends_or_is_lifted(world, clock):
    clock.freeze(bodies.NOON)
    route(world.organisation)
    until = bodies.NOON + 60 * MINUTE
    made = keeping.silence(world.organisation.id, "region=north", bodies.NOON, until, comment="work", person=world.ana.id)
    arrive(world.organisation, bodies.entry("a1"), bodies.entry("a2", labels={"alertname": "HotlineQueue", "region": "south"}))
    declare()
    (told,) = [match.alert.fingerprint for match in Match.objects.exclude(about="")]
    assert (told, RouteRun.objects.get(alert__fingerprint="a1").why) == ("a2", "silenced")
    clock.shift(10 * MINUTE)
    declare()
    assert reports(Incident.objects.get()) == ["Queue too long (alertname=HotlineQueue, region=south)"]
    keeping.lift(made, person=world.ana.id)
    declare()
    clock.shift(MINUTE)
    declare()
    assert reports(Incident.objects.get())[1:] == ["firing: Queue too long"]
    assert not Match.objects.filter(about="").exists()


def test_what_maintenance_held_back_fires_when_it_ends(world, clock):
    clock.freeze(bodies.NOON)
    route(world.organisation)
    MaintenanceWindow.objects.create(
        organisation=world.organisation, name="w", matchers="region=north", zone="UTC", begins="2026-03-04T12:00", lasts_s=3600,
        person=world.ana.id,
    )  # fmt: skip
    arrive(world.organisation, bodies.entry())
    clock.shift(59 * MINUTE)
    declare()
    assert Incident.objects.count() == 0
    clock.shift(2 * MINUTE)
    declare()
    assert Incident.objects.count() == 1


@pytest.mark.row("F-26")
def test_five_thousand_alerts_of_two_causes_are_two_incidents_with_their_counts(world, clock):
    clock.freeze(bodies.NOON)
    made = route(world.organisation)
    Route.objects.filter(pk=made.pk).update(rule={"wanted": "alertname=HotlineQueue", "group_by": ["region"]})
    for start in range(0, 5000, 1000):
        entries = [
            bodies.entry(f"a{number}", labels={"alertname": "HotlineQueue", "region": "north" if number % 2 else "south"})
            for number in range(start, start + 1000)
        ]
        arrive(world.organisation, *entries)
    declare()
    clock.shift(MINUTE)
    declare()
    assert Incident.objects.count() == 2
    for incident in Incident.objects.all():
        _, second = reports(incident)
        assert second.splitlines()[-1] == f"+{2500 - 1 - LINES_MAX}"
        assert Match.objects.filter(about=ids.typed("inc", incident.id)).count() == 2500


def test_a_route_that_is_removed_lets_go_of_what_waited(world, clock):
    clock.freeze(bodies.NOON)
    made = route(world.organisation)
    Route.objects.filter(pk=made.pk).update(rule={"wanted": "alertname=HotlineQueue", "held": 300})
    arrive(world.organisation, bodies.entry())
    declare()
    standing_routes.remove(Route.objects.get(), by=world.ana)
    clock.shift(10 * MINUTE)
    declare()
    assert Incident.objects.count() == 0


def test_what_waits_is_weighed_by_the_route_as_it_is_changed(world, clock):
    clock.freeze(bodies.NOON)
    made = route(world.organisation)
    Route.objects.filter(pk=made.pk).update(rule={"wanted": "alertname=HotlineQueue", "held": 3600})
    arrive(world.organisation, bodies.entry())
    declare()
    clock.shift(10 * MINUTE)
    standing_routes.change(Route.objects.get(), {"rule": {"wanted": "alertname=HotlineQueue", "held": 60}}, by=world.ana)
    declare()
    assert Incident.objects.count() == 1


def test_labels_of_any_length_tell_incidents_apart(world, clock):
    clock.freeze(bodies.NOON)
    made = route(world.organisation)
    Route.objects.filter(pk=made.pk).update(rule={"wanted": "alertname=HotlineQueue", "group_by": ["trace"]})
    first, second = ("".join(Random(seed).choices(ascii_letters, k=6000)) for seed in (1, 2))  # nothing that packs well
    for number, trace in enumerate((first, second, first)):
        arrive(world.organisation, bodies.entry(f"a{number}", labels={"alertname": "HotlineQueue", "trace": trace}))
        declare()
    assert Incident.objects.count() == 2
