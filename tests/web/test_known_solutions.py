"""What is known that is like an incident is looked up by itself at the step that asks for it, and what came of it is kept (STP-10)."""

import re

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.incidents.models import BoardRow, Plan
from tocsin.plan import shipped
from tocsin.web import alike

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(world: World) -> Plan:
    return in_force(world, shipped.sources()["pass24-critical-incidents"])


def solved(world: World, plan: Plan, words: str, **fields: str) -> Room:
    """Return an earlier incident whose solution was documented."""
    room = under(world, plan, words)
    answer = room.post(world.ana, "records/solutions/entries", **{f"field:{name}": said for name, said in fields.items()})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    return room


def critical(world: World, plan: Plan, words: str) -> Room:
    """Return an incident at its fourth step."""
    room = under(world, plan, words)
    answer = room.post(world.ana, "facts", **{"fact:unusable": "yes"})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    assert room.row("SituationRow", situation="step4").open
    return room


def listed(room: Room, who: str = "ana") -> str:
    """Return what the steps show that is known, as words."""
    page = room.get(getattr(room.world, who), "panels/steps").content.decode()
    found = re.search(r"<details id=\"step-\d+-known\".*?</details>", page, re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


@pytest.mark.row("STP-10")
def test_known_solutions_are_listed_by_the_words_of_the_report_the_most_alike_first(world: World, plan: Plan) -> None:
    far = solved(world, plan, "Slow reports", steps="Restart the reports")
    near = solved(world, plan, "Barriers stay shut", symptoms="certificate of the barriers expired", steps="Renew the certificate")
    solved(world, plan, "Printer", steps="Paper")
    room = under(world, plan, "Barrier does not open, certificate error in the reports")
    assert listed(room) == ""  # nothing asks for it before the fourth step
    room.post(world.ana, "facts", **{"fact:unusable": "yes"})
    said = listed(room)
    assert said.index(near.number) < said.index(far.number)
    assert "Renew the certificate" in said
    assert "Both say: barriers, certificate" in said
    assert "Paper" not in said


@pytest.mark.row("STP-10")
def test_the_kind_of_the_problem_is_looked_for_as_soon_as_it_is_known(world: World, plan: Plan) -> None:
    known = solved(world, plan, "Cards refused", problem_type="Сбой авторизации", steps="Перезапустить службу")
    room = critical(world, plan, "Nobody enters")
    assert "Nothing known is like this" in listed(room)
    room.post(world.ana, "facts", **{"fact:problem_type": "авторизация"})
    assert known.number in listed(room)


@pytest.mark.row("STP-10")
@pytest.mark.parametrize("outcome", ["used", "not_fitting", "none_found"])
def test_the_outcome_is_recorded_and_ends_the_search(world: World, plan: Plan, outcome: str) -> None:
    solved(world, plan, "Barriers stay shut", steps="Renew the certificate")
    room = critical(world, plan, "Barrier does not open")
    answer = room.post(world.ana, "obligations/check_known/fulfilment", **{"fact:known_solution": outcome})
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    assert room.row("FactRow", fact="known_solution").value == outcome
    assert listed(room) == ""
    line = room.row("TimelineRow", kind="FactStated", subject="known_solution")
    assert line.by == world.actor(world.ana).person


@pytest.mark.row("STP-10")
def test_nobody_finds_the_solution_of_an_incident_that_is_kept_from_them(world: World, plan: Plan) -> None:
    kept = solved(world, plan, "Barriers stay shut", steps="Renew the certificate")
    room = critical(world, plan, "Barrier does not open")
    assert kept.number in listed(room)
    BoardRow.objects.filter(number=kept.number).update(kept_for=f" {world.actor(world.bea).person} ")
    assert "Nothing known is like this" in listed(room)
    assert kept.number in listed(room, who="bea")


def test_words_are_alike_in_any_script_however_they_are_bent() -> None:
    texts = ["Истёк сертификат шлагбаума", "证书过期，道闸不开", "Wygasł certyfikat szlabanu"]
    for wanted, place in (("сертификаты шлагбаумов", 0), ("道闸证书", 1), ("certyfikaty", 2)):
        assert [match.place for match in alike.ranked(wanted, texts)] == [place]


def test_what_most_texts_say_finds_none_of_them() -> None:
    texts = ["Server down: disk", "Server down: network", "Server down: power", "Server down: certificate"]
    assert [match.place for match in alike.ranked("server certificate", texts)] == [3]
    assert alike.ranked("server", texts) == []
