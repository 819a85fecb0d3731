"""What a review concludes is found again by its words."""

import re

import pytest

from tests.web.room import in_force, under
from tests.world import World
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
    for words in ("", "сертификатов", "СРОКОМ заранее", room.number, "шлагбаум"):
        assert "Следить за сроком сертификатов заранее" in found(world, words), words
    assert "Nothing is found" in found(world, "сертификатов базы")
    assert found(world, who="dov") == "404"
