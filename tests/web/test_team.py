"""The team at work: who works on what, what nobody works on, and what its members say to each other."""

import re

import pytest

from tests.web import room
from tests.world import World
from tocsin.incidents.models import ClockRow
from tocsin.kit import ids


def typed(person) -> str:
    return ids.typed("per", person.id)


@pytest.mark.row("ROL-14", "WC-A3")
def test_what_somebody_works_on_stands_below_what_nobody_does_and_is_not_begun_twice(world: World) -> None:
    incident = room.declare(world)
    first = incident.row("ClockRow", obligation="first_judgement")
    assert first.worker == ""
    assert "nobody works on it" not in incident.page(world.ana)  # there is time: said of every step it would be noise
    incident.pass_minutes(5)
    assert "nobody works on it" in incident.page(world.ana)
    incident.post(world.chi, "obligations/first_judgement/work")
    assert incident.row("ClockRow", obligation="first_judgement").worker == typed(world.chi)
    twice = incident.post(world.ana, "obligations/first_judgement/work", htmx=True)
    assert (twice.status_code, "E403" in twice.content.decode()) == (409, True)
    steps = incident.get(world.ana, "panels/steps").content.decode()
    assert steps.index('class="linklike">I work on this') < steps.index("works on it</span>")
    incident.post(world.chi, "obligations/first_judgement/rest")
    assert incident.row("ClockRow", obligation="first_judgement").worker == ""


def test_the_viewers_own_step_stands_first(world: World) -> None:
    incident = room.declare(world)
    ClockRow.objects.filter(incident__number=incident.number).update(owner=typed(world.bea))
    last = ClockRow.objects.filter(incident__number=incident.number, status="open").order_by("-due_at")[0]
    ClockRow.objects.filter(pk=last.pk).update(owner=typed(world.ana))
    steps = re.findall(r'<li class="step" id="step-(\d+)" data-state="(\w+)">', incident.get(world.ana, "panels/steps").content.decode())
    assert len(steps) > 1
    assert steps[0] == (str(last.pk), "next")
    assert "next" not in dict(steps[1:]).values()


@pytest.mark.row("ROL-15")
def test_the_roles_say_what_each_person_works_on_now(world: World) -> None:
    incident = room.declare(world)
    assert "Works on:" not in incident.get(world.bea, "panels/roles").content.decode()
    incident.post(world.chi, "obligations/first_judgement/work")
    assert "Works on:" in incident.get(world.bea, "panels/roles").content.decode()


@pytest.mark.row("ROL-16")
def test_what_the_team_says_is_one_stream_and_the_timeline_has_what_was_put_onto_it(world: World) -> None:
    incident = room.declare(world)
    incident.post(world.chi, "stream", words="The standby is warm")
    incident.post(world.bea, "stream", words="Legal is ready")
    stream = incident.get(world.ana, "panels/stream").content.decode()
    assert stream.index("The standby is warm") < stream.index("Legal is ready")
    assert "The standby is warm" not in incident.get(world.ana, "panels/timeline").content.decode()
    incident.post(world.ana, "stream/said-1/promotion")
    timeline = incident.get(world.ana, "panels/timeline").content.decode()
    assert "The standby is warm" in timeline
    assert "Legal is ready" not in timeline
    assert incident.post(world.ana, "stream/said-9/promotion", htmx=True).status_code == 409
