"""Four languages, each complete, each chosen by the person who reads."""

import ast
import re
from datetime import UTC, datetime, timedelta

import pytest
from babel.messages.catalog import Catalog

from tests.accounts.conftest import House
from tests.test_structure import sources, tree
from tocsin.accounts.models import Person
from tocsin.web import catalogues, jinja, languages, times, words_of

FOLDERS = [language.folder for language in languages.LANGUAGES.values()]
SLOT = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogues.sources()


def forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.row("LNG-01")
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_string_of_the_interface_is_said_in_every_language(wanted, folder):
    said = catalogues.read(folder)
    found = {each.id: said.get(each.id, each.context) for each in wanted if each.id}
    assert [name for name, each in found.items() if each is None or not all(forms(each.string))] == []
    assert [name for name, each in found.items() if each and each.fuzzy] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_kept_that_nobody_says_any_more(wanted, folder):
    assert [each.id for each in catalogues.read(folder) if each.id and wanted.get(each.id, each.context) is None] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_translation_has_the_slots_and_the_plural_forms_of_its_language(folder):
    said = catalogues.read(folder)
    plural = [each for each in said if each.id and each.pluralizable]
    assert {each.id: len(each.string) for each in plural if len(each.string) != said.num_plurals} == {}
    wrong = [
        each.id
        for each in said
        if each.id and any(set(SLOT.findall(form)) != set(SLOT.findall(forms(each.id)[-1])) for form in forms(each.string) if form)
    ]
    assert wrong == []


@pytest.mark.row("LNG-01")
def test_plural_forms_are_those_of_the_language():
    with languages.speaking("pl"):
        counted = [languages.ngettext("%(num)s person.", "%(num)s people.", n) % {"num": n} for n in (1, 2, 5, 12, 22)]
    assert counted == ["1 osoba.", "2 osoby.", "5 osób.", "12 osób.", "22 osoby."]


@pytest.mark.row("LNG-01")
@pytest.mark.parametrize(
    ("code", "tag", "heading"), [("en", "en", "People"), ("ru", "ru", "Люди"), ("pl", "pl", "Ludzie"), ("zh", "zh-Hans", "人员")]
)
def test_each_person_reads_in_the_language_they_chose(client, house: House, code, tag, heading):
    Person.objects.filter(pk=house.member.pk).update(language=code)
    client.force_login(house.member)
    answer = client.get("/o/hotline/people", headers={"accept-language": "fr, en;q=0.5"})
    assert f'<html lang="{tag}"' in answer.content.decode()
    assert f"<h1>{heading}</h1>" in answer.content.decode()
    assert answer["Content-Language"] == tag


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "heading"),
    [("zh-TW, en", "登录"), ("pl-PL,pl;q=0.9", "Zaloguj się"), ("fr, ru;q=0.5", "Войти"), ("fr", "Sign in"), ("", "Sign in")],
)
def test_before_sign_in_the_browser_says_the_language(client, accepted, heading):
    assert f"<h1>{heading}</h1>" in client.get("/sign-in", headers={"accept-language": accepted}).content.decode()


def test_the_switcher_changes_it_for_the_browser_and_for_the_person(client, house: House):
    answer = client.post("/language", {"language": "ru", "next": "/sign-in"})
    assert answer["Location"] == "/sign-in"
    assert "<h1>Войти</h1>" in client.get("/sign-in").content.decode()
    client.force_login(house.member)
    client.post("/language", {"language": "zh"})
    assert Person.objects.get(pk=house.member.pk).language == "zh"


def test_a_language_we_do_not_speak_changes_nothing(client, house: House):
    client.force_login(house.member)
    client.post("/language", {"language": "tlh"})
    assert Person.objects.get(pk=house.member.pk).language == "en"


@pytest.mark.row("LNG-02")
def test_plan_words_missing_in_the_readers_language_are_shown_as_they_are_and_marked():
    title = {"zh": "值班经理", "en": "Duty manager"}
    with languages.speaking("en"):
        assert jinja.text(title) == '<span lang="en">Duty manager</span>'
        assert jinja.words(title) == "Duty manager"
    with languages.speaking("pl"):
        assert (
            jinja.text(title)
            == '<span lang="zh-Hans">值班经理</span> <span class="tag" lang="zh-Hans" title="brak tłumaczenia">简体中文</span>'
        )
        assert jinja.words(title) == "值班经理 (简体中文)"


def test_plan_words_are_escaped():
    assert "<b>" not in jinja.text({"en": "<b>"})
    assert "<b>" not in jinja.text({'"><b>': "x"})
    for place in ("<b>", '"><b>'):
        assert "<b>" not in jinja.environment().from_string("{{ clause(place) }}").render(place=place)


AT = datetime(2026, 11, 19, 6, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "zone", "today", "spoken"),
    [
        ("en", "Asia/Shanghai", AT, "14:31"),
        ("en", "Europe/Warsaw", AT + timedelta(days=1), "19 Nov, 07:31"),
        ("ru", "UTC", AT + timedelta(days=1), "19 нояб., 06:31"),
        ("zh", "Asia/Shanghai", AT + timedelta(days=90), "2026年11月19日, 14:31"),
        ("pl", "Nowhere/At_All", AT, "06:31"),
    ],
)
def test_times_are_said_in_the_readers_zone_and_language(clock, code, zone, today, spoken):
    clock.freeze(today)
    with languages.speaking(code), times.in_zone(zone):
        assert times.spoken(AT) == spoken


def test_a_clock_is_written_as_the_script_counts_it(clock):
    clock.freeze(AT)
    assert [times.counted(seconds) for seconds in (0, 228, 4272, -672, -3600)] == ["00:00", "03:48", "1:11:12", "+11:12", "+1:00:00"]
    assert 'data-left="228"' in times.clock(AT + timedelta(seconds=228))
    assert 'data-left="-1"' in times.clock(AT - timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("span", "said"),
    [(timedelta(minutes=9), "9 min"), (timedelta(minutes=90), "1 hr 30 min"), (timedelta(), "0 sec"), (timedelta(days=3), "3 days")],
)
def test_a_duration_is_said_in_its_largest_unit(span, said):
    with languages.speaking("en"):
        assert times.lasting(span) == said


@pytest.mark.row("AUD-01")
def test_every_act_of_the_administration_is_told_in_words():
    calls = (node for path in sources("tocsin") for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    place = {"record": 2, "record_everywhere": 0}
    recorded = [call for call in calls if ast.unparse(call.func) in {f"audit.{name}" for name in place}]
    acts = {text.value for call in recorded for text in ast.walk(call.args[place[call.func.attr]]) if isinstance(text, ast.Constant)}
    assert len(acts) > 20
    assert acts <= set(words_of.ACTS)


def test_what_stands_in_a_sentence_is_escaped_and_within_a_loop_it_is_the_same_sentence():
    template = jinja.environment().from_string(
        "{% macro said(who) %}{{ _('of %(number)s', number=who) }}{% endmacro %}"
        "{% for who in ('<b>', 'Bea') %}{{ said(who) }} {{ _('by %(name)s', name=who) }}; {% endfor %}"
        "{{ ngettext('%(num)s fires.', '%(num)s fire.', 2) }} {{ pgettext('heading', 'State') }} {{ _('100 %%') }}"
    )
    assert template.render() == "of &lt;b&gt; by &lt;b&gt;; of Bea by Bea; 2 fire. State 100 %"
    with languages.speaking("pl"):
        assert "State" not in template.render()
