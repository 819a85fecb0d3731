"""From alerts to incidents: declared once, attached afterwards, never ended by an alert."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from tests.ingest import bodies
from tests.world import PLAN, World, build
from tocsin.accounts.models import Organisation
from tocsin.comms.models import InboxItem
from tocsin.engine import terms as t
from tocsin.incidents import declaring, desk, journal, plans
from tocsin.incidents.declaring import AGAIN_AFTER_S, Declarer
from tocsin.incidents.models import BoardRow, Incident, Plan, ReportRow
from tocsin.ingest import log
from tocsin.ingest.follower import Follower
from tocsin.ingest.matchers import Matcher, write
from tocsin.ingest.models import Alert, Match, Route
from tocsin.ingest.routing.runs import LINES_MAX
from tocsin.kit import ids
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


def route(where: Organisation, labels: dict[str, str] | None = None, **facts: object) -> Route:
    made = labels or {"alertname": "HotlineQueue"}
    wanted = write(Matcher(name, "=", value) for name, value in made.items())
    return Route.objects.create(organisation=where, name=wanted, rule={"wanted": wanted}, plan=PLAN, facts=facts)


def arrive(where: Organisation, *entries: dict[str, object], at=bodies.NOON) -> None:
    """Let a notification arrive and be settled."""
    with transaction.atomic():
        log.append([log.Arrived(where.id, "alertmanager", ids.new(), at, bodies.body(*entries))])
    follower = Follower()
    while follower.run_once():
        pass


def declare(declarer: Declarer | None = None) -> None:
    one = declarer or Declarer()
    while one.run_once():
        pass


def reports(incident: Incident) -> list[str]:
    return list(ReportRow.objects.filter(incident=incident).order_by("seq").values_list("words", flat=True))


def close(incident: Incident) -> None:
    """Close the incident for whoever asks the board, as its last event does."""
    BoardRow.objects.filter(incident=incident).update(open=False)


@pytest.mark.row("REG-01")
def test_an_alert_that_a_route_wants_declares_an_incident_by_itself(world):
    wanted = route(world.organisation)
    arrive(world.organisation, bodies.entry(summary="Queue wait over 8 minutes"))
    declare()
    incident = Incident.objects.get()
    first = next(iter(journal.read(incident))).event
    assert isinstance(first, t.Declared)
    assert (first.means, first.by, first.words) == ("alert", t.SYSTEM, "Queue wait over 8 minutes (alertname=HotlineQueue, region=north)")
    assert (incident.organisation, incident.plan_hash, incident.number) == (world.organisation, world.plan.hash, "INC-1")
    match = Match.objects.get()
    assert (match.route, match.about, match.problem) == (wanted, ids.typed("inc", incident.id), "")


def test_a_resend_declares_nothing_and_says_nothing(world):
    route(world.organisation)
    for minute in range(3):
        arrive(world.organisation, bodies.entry(), at=bodies.NOON + minute * MINUTE)
        declare()
    assert Alert.objects.get().duplicates == 2
    assert len(reports(Incident.objects.get())) == 1


@pytest.mark.row("REG-10")
def test_another_alert_of_the_route_is_attached_while_the_incident_is_open(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry("a1"))
    declare()
    arrive(world.organisation, bodies.entry("a2", summary="Line 4002"), bodies.entry("a3", summary="Line 4003"))
    declare()
    assert reports(Incident.objects.get())[1:] == ["firing: Line 4002\nfiring: Line 4003"]


def test_the_end_of_the_alert_is_noted_and_the_incident_goes_on(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    declare()
    arrive(world.organisation, bodies.entry(firing=False), at=bodies.NOON + 11 * MINUTE)
    declare()
    incident = Incident.objects.get()
    assert not Alert.objects.get().firing
    assert BoardRow.objects.get(incident=incident).open
    assert reports(incident)[1:] == ["resolved: Queue too long"]


@pytest.mark.row("REG-10")
def test_a_storm_is_one_incident_with_one_line_for_the_many(world):
    route(world.organisation)
    arrive(world.organisation, *[bodies.entry(f"a{number}", summary=f"Line {number}") for number in range(200)])
    declare()
    (attached,) = reports(Incident.objects.get())[1:]
    assert attached.splitlines()[-1] == f"+{199 - LINES_MAX}"
    assert len(attached.splitlines()) == LINES_MAX + 1
    assert not Match.objects.filter(handled_at=None).exists()


def test_once_the_incident_is_closed_the_next_alert_declares_another(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry("a1"))
    declare()
    close(Incident.objects.get())
    arrive(world.organisation, bodies.entry("a1", firing=False))
    declare()
    assert Incident.objects.count() == 1
    arrive(world.organisation, bodies.entry("a2"))
    declare()
    first, second = Incident.objects.order_by("declared_at")
    assert (len(reports(first)), len(reports(second))) == (1, 1)


def test_an_end_whose_beginning_was_another_incidents_is_not_told_to_this_one(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry("a1"))
    declare()
    close(Incident.objects.get())
    arrive(world.organisation, bodies.entry("a2"))
    declare()
    arrive(world.organisation, bodies.entry("a1", firing=False), bodies.entry("a2", firing=False, summary="Second"))
    declare()
    assert reports(Incident.objects.order_by("declared_at").last())[1:] == ["resolved: Second"]


def test_two_routes_declare_two_incidents(world):
    route(world.organisation)
    route(world.organisation, {"region": "north"})
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.count() == 2


@pytest.mark.row("I8")
def test_another_organisations_route_declares_in_its_own_organisation_only(world):
    route(world.organisation)
    route(world.elsewhere)
    arrive(world.elsewhere, bodies.entry())
    declare()
    assert Incident.objects.get().organisation == world.elsewhere


# ------------------------------------------------------------------ facts


def test_a_routes_facts_are_stated_with_the_declaration(world):
    route(
        world.organisation, node_fault=True, node_volume="25000", recovery="3h", scope="nationwide", occurred_at="2026-03-04T19:50:00+08:00"
    )
    arrive(world.organisation, bodies.entry())
    declare()
    stated = {one.event.fact: one.event.value for one in journal.read(Incident.objects.get()) if isinstance(one.event, t.FactStated)}
    assert stated == stated | {
        "node_fault": True,
        "node_volume": Decimal(25000),
        "recovery": timedelta(hours=3),
        "scope": "nationwide",
        "occurred_at": bodies.NOON - 10 * MINUTE,
    }


@pytest.mark.row("REG-04")
def test_facts_that_the_plan_does_not_take_do_not_stop_the_declaration(world):
    route(world.organisation, no_such_fact="x", node_volume="many", node_fault="perhaps", occurred_at="noon")
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.count() == 1
    assert set(Match.objects.get().problem.split("; ")) == {
        "the plan has no fact no_such_fact",
        "'many' is no value of node_volume",
        "'perhaps' is no value of node_fault",
        "'noon' is no value of occurred_at",
    }


@pytest.mark.row("REG-04")
def test_a_value_that_only_the_plan_refuses_does_not_stop_the_declaration_either(world):
    route(world.organisation, scope="the whole galaxy", node_volume="10")
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.count() == 1
    assert "scope" in Match.objects.get().problem


def test_a_declaration_is_rehearsed_for_every_route_that_could_declare_and_leaves_nothing_behind(world):
    route(world.organisation)
    Plan.objects.create(organisation=world.organisation, plan_id="old", version="1", hash="f" * 64, source="tocsin: 1", status="in_force")
    for plan in ("old", "none"):
        Route.objects.create(organisation=world.organisation, name=plan, rule={"wanted": "alertname=HotlineQueue"}, plan=plan)
    Declarer().rehearse()
    assert not Incident.objects.exists()
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.get().number == "INC-1"


# ------------------------------------------------------------------ what goes wrong


def test_while_no_plan_is_in_force_the_alert_waits_and_says_why(world):
    plans.withdraw(world.plan)
    now = [0.0]
    declarer = Declarer(lambda: now[0])
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    declare(declarer)
    match = Match.objects.get()
    assert (match.problem, match.handled_at, Incident.objects.count()) == (f"no plan {PLAN} is in force", None, 0)
    plans.publish(world.plan)
    assert not declarer.run_once(), "it is not asked about at every turn"
    now[0] += AGAIN_AFTER_S
    declare(declarer)
    assert (Incident.objects.count(), Match.objects.get().problem) == (1, "")


def test_a_plan_that_this_release_cannot_read_stops_its_own_routes_only(world):
    old = Plan.objects.create(
        organisation=world.organisation, plan_id="old", version="1", hash="f" * 64, source="tocsin: 1", status="in_force"
    )
    Route.objects.create(organisation=world.organisation, name="old", rule={"wanted": "alertname=HotlineQueue"}, plan=old.plan_id)
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.count() == 1
    assert "cannot be compiled" in Match.objects.get(route__plan="old").problem


@pytest.mark.row("REG-01")
def test_a_fault_at_one_route_keeps_no_other_back_and_its_alert_says_why_it_waits(world, monkeypatch):
    first, other = route(world.organisation), route(world.organisation, {"region": "north"})
    arrive(world.organisation, bodies.entry())
    real = desk.Desk.declare
    now = [0.0]
    declarer = Declarer(lambda: now[0])
    tried: list[str] = []

    def faulty(*arguments, **named):
        tried.append("declare")
        if len(tried) == 1:
            raise KeyError("a fault of ours")
        return real(*arguments, **named)

    monkeypatch.setattr(desk.Desk, "declare", faulty)
    with pytest.raises(ExceptionGroup, match="could not declare"):
        declarer.run_once()
    assert Match.objects.get(route=other).about
    waiting = Match.objects.get(route=first)
    assert (waiting.handled_at, waiting.problem) == (None, "KeyError: 'a fault of ours'")
    assert not declarer.run_once(), "it is not tried again at every turn"
    now[0] += AGAIN_AFTER_S
    declare(declarer)
    settled = Match.objects.get(route=first)
    assert settled.about
    assert not settled.problem


@pytest.mark.row("F-1")
def test_a_crash_between_the_declaration_and_its_note_leaves_neither(world, monkeypatch):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())

    class PowerCut(BaseException):
        pass

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(declaring, "_handled", cut)
        with pytest.raises(PowerCut):
            Declarer().run_once()
    assert (Incident.objects.count(), Match.objects.get().about) == (0, "")
    declare()
    assert Incident.objects.get().number == "INC-1"


@pytest.mark.row("F-1")
def test_a_crash_between_a_report_and_its_note_leaves_neither(world, monkeypatch):
    route(world.organisation)
    arrive(world.organisation, bodies.entry("a1"))
    declare()
    arrive(world.organisation, bodies.entry("a2"))
    real = desk.Desk.handle

    class PowerCut(BaseException):
        pass

    def cut(*arguments: object, **named: object) -> None:
        real(*arguments, **named)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(desk.Desk, "handle", cut)
        with pytest.raises(PowerCut):
            Declarer().run_once()
    assert len(reports(Incident.objects.get())) == 1
    declare()
    assert len(reports(Incident.objects.get())) == 2


@pytest.mark.row("TRM-13")
def test_a_route_declares_by_several_plans_and_leaves_out_what_is_not_in_force(world):
    roles, _findings = plans.load(world.organisation.id, shipped.sources()["incident-roles"].read_text("utf-8"), "incident-roles.yaml")
    plans.publish(roles)
    made = route(world.organisation)
    Route.objects.filter(pk=made.pk).update(beside=["incident-roles", "vanished"])
    arrive(world.organisation, bodies.entry())
    declare()
    assert [plan["id"] for plan in BoardRow.objects.get().plans] == [PLAN, "incident-roles"]
    assert Match.objects.get().problem == "no plan vanished is in force"


@pytest.mark.row("REG-01", "CLK-03")
def test_whoever_is_on_duty_is_told_at_once_of_what_an_alert_declares_at_night(world):
    """Nobody looks at it yet, and the first reminder of what is owed within five minutes would come when most of them are over."""
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    declare()
    (notice,) = InboxItem.objects.filter(person=ids.typed("per", world.chi.id))
    assert notice.urgent
    assert notice.subject == "[INC-1] For you to do now: First judgement within five minutes"
    assert "\nDue " in notice.body
