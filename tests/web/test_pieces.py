"""Pieces of pages are made once for the same, and what templates say is what Jinja would make of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jinja2
import pytest
from markupsafe import Markup

from tests.web.test_alerts import AT, alert, get
from tests.world import World
from tocsin.ingest.models import Alert
from tocsin.kit import clock
from tocsin.web import jinja, languages, times

SAID = {
    "page.html": "{% extends 'base.html' %}{% block main %}{% for row in rows %}{% include 'row.html' %}{% else %}none{% endfor %}{% endblock %}",
    "base.html": "<{% block main %}{% endblock %}{% include 'foot.html' %}>",
    "row.html": "{% for one in row %}[{{ one }}{{ foot(one) }}]{% if not loop.last %},{% endif %}{% endfor %}",
    "foot.html": "{% for one in rows if one %}{% if loop.first %}{{ '<' }}{% endif %}{{ one|length }}{% endfor %}",
}
PIECE = "{% macro piece(at, said) %}{{ _('Alerts') }} {{ moment(at) }} {{ said }}{% endmacro %}"
ASKS = "{% macro piece() %}{{ url('board') }}{% endmacro %}"


def ours(templates: Mapping[str, str]) -> jinja2.Environment:
    return jinja.environment(loader=jinja2.DictLoader(templates))


@pytest.mark.parametrize("rows", [[], [["a<b", Markup("<i>"), 7, 1.5, True]], [[], ["x"], ["y", "&"]]])
def test_a_template_says_in_larger_pieces_what_jinja_says(rows: list[list[object]]) -> None:
    stock = jinja2.Environment(loader=jinja2.DictLoader(SAID), autoescape=True)
    known = {"rows": rows, "foot": lambda one: Markup("<hr>") if one == "x" else one}
    assert ours(SAID).get_template("page.html").render(known) == stock.get_template("page.html").render(known)


def test_a_piece_is_made_once_for_the_same_and_anew_for_another_language_zone_and_day() -> None:
    template = ours({"piece.html": PIECE, "page.html": "{{ piece('piece.html', at, '<') }}"}).get_template("page.html")
    at = datetime(2026, 11, 19, 5, 52, tzinfo=UTC)
    clock.freeze(at)
    first = template.render(at=at)
    assert template.render(at=at) == first == 'Alerts <time datetime="2026-11-19T05:52:00+00:00">05:52</time> &lt;'
    with languages.speaking("pl"):
        assert template.render(at=at).startswith("Alerty ")
    with times.in_zone("Asia/Shanghai"):
        assert ">13:52<" in template.render(at=at)
    clock.shift(timedelta(days=1))
    assert ">19 Nov, 05:52<" in template.render(at=at)


def test_each_of_many_is_the_piece_that_it_is_alone() -> None:
    alone = "{% for one in each %}{{ piece('piece.html', one, '&') }}{% endfor %}"
    templates = ours({"piece.html": PIECE, "page.html": "{{ pieces('piece.html', each, '&') }}", "alone.html": alone})
    each = [datetime(2026, 11, 19, hour, tzinfo=UTC) for hour in (5, 7, 5)]
    said = templates.get_template("page.html").render(each=each)
    assert said == templates.get_template("alone.html").render(each=each)
    assert said.count("&amp;") == 3
    assert templates.get_template("page.html").render(each=()) == ""


def test_a_piece_cannot_ask_whose_page_it_stands_on() -> None:
    template = ours({"piece.html": ASKS, "page.html": "{{ piece('piece.html') }}"}).get_template("page.html")
    with pytest.raises(KeyError):
        template.render(request="somebody's")


@pytest.mark.django_db
def test_a_row_of_alerts_says_what_has_changed_since_it_was_last_shown(world: World) -> None:
    made = alert(world)
    assert ">18<" in get(world, world.bea).content.decode()
    Alert.objects.filter(pk=made.pk).update(received=19)
    page = get(world, world.bea).content.decode()
    assert ">19<" in page
    assert ">18<" not in page
    assert "declare?what=HotlineDown" in page
    Alert.objects.filter(pk=made.pk).update(firing=False, ends_at=AT)
    assert "declare?what=HotlineDown" not in get(world, world.bea, show="all").content.decode()
