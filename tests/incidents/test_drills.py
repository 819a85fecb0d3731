"""Drills: the scenario through the live desk leaves the journal that replaying the file leaves."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from tests.world import PLAN, World, build
from tocsin.comms.models import Delivery, State
from tocsin.engine import terms as t
from tocsin.incidents import drills, journal
from tocsin.incidents.models import Drill, Incident
from tocsin.kit import clock
from tocsin.plan.scenarios.play import play

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation() -> World:
    return build()


def play_out(drill: Drill) -> Drill:
    """Let the player play on until the drill is over."""
    for _ in range(200):
        clock.shift(drills.PACE * 1.01)
        drills.run_once()
        drill.refresh_from_db()
        if drill.next_at is None:
            return drill
    raise AssertionError(f"the drill stands at {drill.position}")


def essence(event: t.AnyEvent) -> tuple[str, dict[str, object]]:
    """Return an event without what differs by nature: ids of the incident and that it is a drill."""
    apart = {"incident", "number", "drill"}
    return type(event).__name__, {field.name: getattr(event, field.name) for field in fields(event) if field.name not in apart}


def same_numbers(event: t.AnyEvent, number: str) -> t.AnyEvent:
    """Write `number` where a message of the replay says its own."""
    if isinstance(event, t.MessageDrafted):
        return replace(event, texts={locale: words.replace(number, "INC-1") for locale, words in event.texts.items()}, text_hash="")
    return replace(event, text_hash="") if isinstance(event, t.MessagePublished) else event


def signed_alike(event: t.AnyEvent) -> t.AnyEvent:
    return replace(event, content_hash="") if isinstance(event, t.LinkSigned) else event


def test_a_drill_leaves_the_journal_that_replay_leaves(organisation, clock):
    drill = play_out(drills.start(organisation.organisation.id, PLAN, "first-ten-minutes"))
    assert drill.stopped == ""
    assert drill.incident is not None
    lived = [written.event for written in journal.read(drill.incident)]
    replayed = play(organisation.program, drills.story_of(drill, organisation.program)).events
    number = drill.incident.number
    assert [essence(signed_alike(same_numbers(event, number))) for event in lived] == [
        essence(signed_alike(same_numbers(event, "INC-1"))) for event in replayed
    ]


def test_everything_a_drill_sends_is_captured(organisation, clock):
    drill = play_out(drills.start(organisation.organisation.id, PLAN, "first-ten-minutes"))
    assert drill.incident is not None
    assert drill.incident.drill
    orders = Delivery.objects.filter(organisation=organisation.organisation)
    assert orders.exists()
    assert not orders.exclude(state=State.CAPTURED).exists()


def test_a_step_cut_off_by_a_crash_is_played_again_without_harm(organisation, clock):
    drill = drills.start(organisation.organisation.id, PLAN, "first-ten-minutes")
    for _ in range(8):
        clock.shift(drills.PACE * 1.01)
        drills.run_once()
    drill.refresh_from_db()
    before = journal_length(drill)
    Drill.objects.filter(pk=drill.pk).update(position=drill.position - 1)
    clock.shift(timedelta(seconds=5))
    drills.run_once()
    assert journal_length(drill) == before


def journal_length(drill: Drill) -> int:
    drill.refresh_from_db()
    return len(list(journal.read(Incident.objects.get(pk=drill.incident_id))))


def test_a_drill_of_a_plan_that_is_not_in_force_does_not_begin(organisation):
    with pytest.raises(drills.NoSuchScenarioError):
        drills.start(organisation.organisation.id, PLAN, "no-such-story")
