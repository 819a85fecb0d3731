"""What a review concludes is found again by its words."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.room import in_force, under
from tests.world import World
from tocsin.incidents.models import BoardRow
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db


def found(world: World, words: str = "", slug: str = "hotline", who: str = "bea") -> str:
    answer = world.browse(getattr(world, who)).get(f"/o/{slug}/knowledge", {"q": words})
    return re.sub("<[^>]*>", "", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.row("PIR-09")
def test_the_conclusion_of_an_analysis_is_found_by_its_words(world: World) -> None:
    plan = in_force(world, shipped.sources()["pass24-critical-incidents"])
    assert "Nothing was filed yet" in found(world)
    room = under(world, plan, "Шлагбаум не открывается")
    fields = {"field:cause": "Истёк сертификат", "field:conclusion": "Следить за сроком сертификатов заранее"}
    answer = room.post(world.ana, "records/analyses/entries", **fields)
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    for words in ("", "сертификатов", "СРОКОМ заранее", "ИСТЕК", room.number, "шлагбаум"):
        assert "Следить за сроком сертификатов заранее" in found(world, words), words
    assert "Nothing is found" in found(world, "сертификатов базы")
    assert found(world, who="dov") == "404"


def test_values_stand_as_a_person_reads_them_and_a_drill_says_that_it_was_one(world: World) -> None:
    plan = in_force(world, shipped.sources()["pass24-critical-incidents"])
    room = under(world, plan, "Gate")
    fields = {"field:symptoms": "It stays shut", "field:kind": "switch_to_standby"}
    assert room.post(world.ana, "records/solutions/entries", **fields).status_code == 303
    page = found(world)
    assert "switch to standby" in page
    assert "switch_to_standby" not in page
    assert "Drill" not in page[page.index(room.number) :]
    BoardRow.objects.filter(number=room.number).update(drill=True)
    page = found(world)
    assert "Drill" in page[page.index(room.number) :]


def test_many_conclusions_are_looked_up_at_once(world: World) -> None:
    plan = in_force(world, shipped.sources()["pass24-critical-incidents"])
    for words in ("Gate", "Barrier", "Pass"):
        under(world, plan, words).post(world.ana, "records/analyses/entries", **{"field:cause": "rust"})
    with CaptureQueriesContext(connection) as asked:
        assert found(world).count("rust") == 3
    assert sum('FROM "incidents_recordrow"' in each["sql"] for each in asked) == 1
