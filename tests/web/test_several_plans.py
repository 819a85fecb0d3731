"""An incident that runs by several plans: each plan's level with its reasons, whose question is whose, and who answers under a role set."""

from typing import Any

import pytest

from tests.web.test_plans import take
from tests.world import World
from tocsin.incidents import desk
from tocsin.incidents.models import BoardRow

pytestmark = pytest.mark.django_db
SUPPORT, ROLES = "pass24-critical-incidents", "incident-roles"


def room(world: World, *beside: str, **facts: str) -> str:
    hashes = tuple(take(world, plan_id).hash for plan_id in beside)
    said = desk.Declaration(words="Nobody answers", beside=hashes, facts=facts)
    done = desk.declare(world.organisation.id, world.plan.hash, said, actor=world.actor(world.ana))
    assert isinstance(done, desk.Done), done
    return get(world, f"incidents/{done.number}")


def get(world: World, path: str) -> str:
    answer = world.browse(world.ana).get(f"/o/{world.organisation.slug}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def advice(world: World, **fields: Any) -> str:
    answer = world.browse(world.ana).post(
        f"/o/{world.organisation.slug}/declare/recommendation", {"what": "x", **fields}, headers={"HX-Request": "true"}
    )
    return str(answer.content.decode())


def part(page: str, begin: str, end: str = "</section>") -> str:
    return page[page.index(begin) :].partition(end)[0]


@pytest.mark.row("CLS-12")
def test_the_room_shows_the_level_of_each_plan_with_its_reasons_and_its_decision(world: World) -> None:
    panel = part(room(world, SUPPORT), 'id="level"')
    assert panel.count("not decided") == 2
    assert 'id="level-decision"' in panel
    assert f'id="level-{SUPPORT}-decision"' in panel
    assert panel.count('data-hit="unknown"') > 8, "the rules of both plans stand there"


def test_what_a_second_plan_proposes_does_not_take_the_place_of_the_reasons_of_the_first(world: World) -> None:
    room(world, SUPPORT, scope="nationwide", effect="interrupted", **{f"{SUPPORT}~unusable": "yes"})
    board = BoardRow.objects.get(organisation=world.organisation)
    assert board.proposal_rules
    assert not [each["rule"] for each in board.proposal_rules if SUPPORT in each["rule"]]
    assert board.plans[1]["proposal"]["level"] == f"{SUPPORT}~critical"
    assert [each["value"] for each in board.plans[1]["proposal"]["rules"] if each["rule"].endswith("any_yes")] == [True]


def test_before_declaring_each_plan_says_what_it_would_propose(world: World) -> None:
    take(world, SUPPORT)
    shown = advice(world, plan="hotline-outage", beside=[SUPPORT])
    assert "Critical incidents of PASS24.online" in shown
    assert "why-1" in shown


@pytest.mark.row("ROL-17")
def test_under_a_role_set_somebody_answers_for_everything_that_begins(world: World) -> None:
    take(world, ROLES)
    shown = advice(world, plan="hotline-outage", beside=[ROLES])
    assert "First judgement within five minutes" in shown
    assert "nobody" not in shown


def test_a_question_says_which_plan_asks_it(world: World) -> None:
    facts = part(room(world, SUPPORT), 'id="facts"')
    assert '<span class="tag"><span lang="zh-Hans">' in facts or "Customer hotline outage</span>" in facts


def test_of_many_roles_those_in_which_nothing_happens_are_folded(world: World) -> None:
    panel = part(room(world), 'id="roles"')
    unfolded, folded = panel.split('id="roles-rest"')
    assert "Head of command" in unfolded
    assert folded.count('class="role-row"') > 3


@pytest.mark.row("PLN-08")
def test_the_commander_adds_a_plan_in_the_room_and_the_timeline_says_so(world: World) -> None:
    page = room(world)
    plan = take(world, SUPPORT)
    where = f"/o/{world.organisation.slug}/incidents/INC-1"
    assert "Run by one more plan" not in page, "there is none to add"
    assert "Run by one more plan" in get(world, "incidents/INC-1")
    added = {"plan": SUPPORT, "reason": "The support desk works by it", "key": "k1"}
    assert world.browse(world.chi).post(f"{where}/plans", added).status_code == 409
    assert world.browse(world.ana).post(f"{where}/plans", {**added, "reason": "", "key": "k2"}).status_code == 409
    assert world.browse(world.ana).post(f"{where}/plans", {**added, "key": "k3"}).status_code == 303
    page = get(world, "incidents/INC-1/record")
    assert 'let the incident run by <span lang="en">Critical incidents of PASS24.online' in page
    assert "The support desk works by it" in page
    assert f'id="level-{SUPPORT}-decision"' in get(world, "incidents/INC-1")
    assert [each["hash"] for each in BoardRow.objects.get(organisation=world.organisation).plans][1] == plan.hash
