"""What alerts declare is decided before the gate is passed; what others do meanwhile counts as if they had waited (ADR 0025)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import F

from tests.comms.sinks import webhook
from tests.incidents.test_declaring import arrive, declare, route
from tests.incidents.test_lasting import TELLS
from tests.ingest import bodies
from tests.world import World, build
from tocsin.accounts import people
from tocsin.comms import claims, outbox, setup
from tocsin.comms.models import Delivery
from tocsin.comms.paces import Paces
from tocsin.engine import terms as t
from tocsin.incidents import declaring, desk, doctor, plans
from tocsin.incidents.declaring import AHEAD_AGAIN_AFTER_S, Declarer
from tocsin.incidents.models import BoardRow, Incident
from tocsin.incidents.sitting import Ahead
from tocsin.ingest import keeping, standing_routes
from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing.models import RouteGroup, RouteRun
from tocsin.kit import clock, ids
from tocsin.kit.sqlite import syncing
from tocsin.kit.sqlite.gate import gate
from tocsin.kit.transactions import Writes, only_reading

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

EACH = {"wanted": "alertname=HotlineQueue", "group_by": ["region"]}
"""Each region by itself."""


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note at each declaration by a route whether its thread holds the gate."""
    found: list[bool] = []
    real = declaring.Hands.declare

    def noted(self: Any, told: Any) -> str:
        found.append(gate.mine())
        return real(self, told)

    monkeypatch.setattr(declaring.Hands, "declare", noted)
    return found


def labels(region: str) -> dict[str, str]:
    return {"alertname": "HotlineQueue", "region": region}


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let somebody act, once, between what a step decides and its transaction."""
    real, acts = Ahead.finish, [act]

    def finish(self: Ahead) -> None:
        real(self)
        if acts:
            acts.pop()()

    monkeypatch.setattr(Ahead, "finish", finish)


def test_whoever_writes_does_not_wait_for_what_alerts_declare_to_be_decided(world, held):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    declare()
    assert held == [False]
    assert doctor.examine(Incident.objects.get().pk) == ()


def test_before_a_message_of_it_goes_out_the_disk_has_the_incident(world, monkeypatch):
    """What is declared is not waited for, since it can be declared again; what is claimed to be sent is, with all that lies before it in the log."""
    values = {"url": "http://127.0.0.1:9/", "secret": webhook.SECRET}
    assert setup.configure(world.organisation, "email", "webhook", values, by=world.ana) == ()
    plan, findings = plans.load(world.organisation.pk, TELLS, "tells.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    people.hold(world.organisation, world.ana, plan.plan_id, {"lead": 0}, by=world.ana)
    Route.objects.create(organisation=world.organisation, name="r", rule=EACH, plan=plan.plan_id)
    arrive(world.organisation, bodies.entry())
    synced: list[tuple[int, int]] = []
    real = syncing._wait_for

    def noted(log: str) -> None:
        synced.append((Incident.objects.count(), Delivery.objects.filter(state="sending").count()))
        real(log)

    monkeypatch.setattr(syncing, "_wait_for", noted)
    declare()
    assert (Incident.objects.count(), synced) == (1, [])
    sent = claims.claim(Paces())
    assert sent
    assert synced == [(1, len(sent))]


def test_a_number_that_somebody_takes_meanwhile_is_not_given_twice(world, held, monkeypatch):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    said = desk.Declaration(words="Line 4000 is down", means="call")
    meanwhile(monkeypatch, lambda: desk.declare(world.organisation.pk, world.plan.hash, said, actor=world.actor(world.ana)))
    declare()
    assert held == [False, True]
    assert list(BoardRow.objects.order_by("number").values_list("number", "means")) == [("INC-1", "call"), ("INC-2", "alert")]
    assert all(doctor.examine(pk) == () for pk in Incident.objects.values_list("pk", flat=True))


def test_a_route_that_is_stopped_meanwhile_declares_nothing(world, monkeypatch):
    made = route(world.organisation)
    arrive(world.organisation, bodies.entry())
    meanwhile(monkeypatch, lambda: standing_routes.enable(made, enabled=False, by=world.ana))
    declare()
    assert not Incident.objects.exists()
    assert Match.objects.get().handled_at is not None


def test_a_turn_that_is_handled_meanwhile_is_not_told_twice(world, monkeypatch):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    meanwhile(monkeypatch, lambda: Declarer().run_once())
    declare()
    assert Incident.objects.count() == 1


def test_what_the_database_does_not_take_just_then_is_decided_anew_and_kept_whole(world, held, monkeypatch):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    real, faults = outbox.Prepared.put, [busy]

    def put(self: outbox.Prepared) -> None:
        if faults:
            raise OperationalError(str(busy)) from faults.pop()
        real(self)

    monkeypatch.setattr(outbox.Prepared, "put", put)
    declare()
    assert held == [False, True]
    about = ids.typed("inc", Incident.objects.get().pk)
    assert (Match.objects.get().about, RouteRun.objects.get().about, RouteGroup.objects.get().about) == (about, about, about)


def test_what_is_told_to_an_open_incident_is_decided_while_nobody_else_writes(world, held, monkeypatch):
    now = [0.0]
    declarer = Declarer(monotonic=lambda: now[0])
    Route.objects.create(organisation=world.organisation, name="r", rule=EACH, plan="hotline-outage")
    arrive(world.organisation, bodies.entry("a1"))
    declare(declarer)
    attached: list[bool] = []
    real = desk.Desk.handle

    def noted(*arguments: Any, **named: Any) -> Any:
        attached.append(gate.mine())
        return real(*arguments, **named)

    monkeypatch.setattr(desk.Desk, "handle", noted)
    arrive(world.organisation, bodies.entry("a2", summary="Line 4002"))
    declare(declarer)
    assert (attached, held) == ([False, True], [False])  # ahead it was in vain
    arrive(world.organisation, bodies.entry("a3", labels=labels("south")))
    declare(declarer)
    assert held == [False, True]  # it is not tried again at once
    now[0] += AHEAD_AGAIN_AFTER_S
    arrive(world.organisation, bodies.entry("a4", labels=labels("east")))
    declare(declarer)
    assert held == [False, True, False]


def test_where_only_reading_is_allowed_nothing_is_written(world):
    with only_reading():
        assert Incident.objects.count() == 0
        with pytest.raises(Writes):
            Route.objects.create(organisation=world.organisation, name="r", rule=EACH, plan="p")
        with pytest.raises(Writes):
            Route.objects.filter(name="r").update(name="s")
    assert not Route.objects.exists()


def test_a_sitting_ahead_locks_nothing(world):
    declared = desk.declare(world.organisation.pk, world.plan.hash, desk.Declaration(words="x", means="call"), actor=t.Actor(t.SYSTEM))
    assert isinstance(declared, desk.Done)
    with pytest.raises(Writes):
        desk.Desk(Ahead()).handle(declared.incident, t.AddReport(key="k", means="call", words="y"), actor=t.Actor(t.SYSTEM))


def test_a_step_looks_through_nothing_that_its_route_has_behind_it(world):
    """However much a route has heard of, only what is open, due or heard of now is read."""
    Route.objects.create(organisation=world.organisation, name="r", rule={**EACH, "held": 60}, plan="hotline-outage")
    arrive(world.organisation, bodies.entry("a1"))
    with found_by() as steps:
        declare()
    RouteRun.objects.update(due_at=F("since"))
    RouteGroup.objects.update(due_at=bodies.NOON - timedelta(hours=1))
    with found_by() as later:
        declare()
    assert len(steps) > 5, steps
    assert [step for step in (*steps, *later) if step.startswith("SCAN") or step.endswith(ALL_OF_A_ROUTE)] == []
    assert ids.typed("inc", Incident.objects.get().pk) == Match.objects.get().about


def test_whoever_lifts_a_silence_or_changes_a_route_waits_for_what_is_open_only(world):
    made = Route.objects.create(organisation=world.organisation, name="r", rule=EACH, plan="hotline-outage")
    day = timedelta(days=1)
    silence = keeping.silence(world.organisation.pk, EACH["wanted"], clock.now(), clock.now() + day, comment="", person=world.ana.pk)
    with found_by() as steps:
        keeping.lift(silence, person=world.ana.pk)
        standing_routes.change(made, {"rule": {**EACH, "held": 60}}, by=world.ana)
    runs = [step for step in steps if "ingest_routerun" in step]
    assert len(runs) > 1, steps
    assert [step for step in runs if "run_unsaid" not in step] == []


ALL_OF_A_ROUTE = "(organisation_id=? AND route_id=?)"


@contextmanager
def found_by() -> Iterator[list[str]]:
    """Note how SQLite finds the rows of routes that statements read or change: by which columns. What waits to be heard of is left out."""
    steps: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            first = values[0] if values and isinstance(values[0], tuple | list) else values  # of many rows
            asked = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", first).fetchall()
            steps.extend(step[3] for step in asked)
        return execute(sql, values, many, context)

    with connection.execute_wrapper(watch):
        yield steps
    own = [step for step in steps if "ingest_route" in step or "ingest_match" in step or "match " in step]
    steps[:] = [step for step in own if "match_waiting" not in step and not step.startswith("SCAN ingest_route ")]
