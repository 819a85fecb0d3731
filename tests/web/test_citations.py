"""A citation leads to what the organisation's own document says there, wherever a rule appears."""

import json
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from markupsafe import escape

from tests.web.room import declare, in_force
from tests.world import World
from tocsin.accounts.models import Person
from tocsin.engine.terms import Refused
from tocsin.incidents import plans, sources
from tocsin.incidents.models import SourceText

pytestmark = pytest.mark.django_db
GUARDED = Path(__file__).with_name("guarded.yaml")
DOCUMENT = "一、总则1、适用范围热线中断时适用。2、分级三级。二、组织1、设指挥部。三、信息1、值守值班经理五分钟内完成初步判断。2、内部通报分级推送。"


def get(world: World, who: Person, path: str, *, htmx: bool = False) -> str:
    answer = world.browse(who).get(f"/o/{world.organisation.slug}/{path}", headers={"HX-Request": "true"} if htmx else {})
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def post(world: World, who: Person, path: str, **fields: object) -> Any:
    return world.browse(who).post(f"/o/{world.organisation.slug}/plans/hotline-outage/{path}", fields)


def attach(world: World, text: str = DOCUMENT) -> None:
    assert post(world, world.ana, "source/attachment", name="热线预案", text=text).status_code == 303


@pytest.mark.row("PLN-03")
def test_each_rule_in_an_incident_says_its_version_and_its_place_and_what_is_written_there(world: World) -> None:
    attach(world)
    incident = declare(world)
    page = incident.page(world.bea)
    link = page[page.index("/clauses?cite=H") :][:700]
    assert f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H%20%E4%B8%89.1" in page
    assert f"Customer hotline outage, version {world.plan.version}: 1、值守值班经理五分钟内完成初步判断。" in page
    assert f"version {world.plan.version}</span>" in link
    for panel in ("roles", "steps", "now", "signals", "messages", "conditions", "decisions"):
        assert "/clauses?cite=H" in incident.get(world.bea, f"panels/{panel}").content.decode(), panel


def test_what_unfolds_a_form_is_no_link_to_anything_else(world: World) -> None:
    page = declare(world).page(world.bea)
    summaries = re.findall(r"<summary.*?</summary>", page, re.DOTALL)
    assert any("clause" in summary for summary in summaries)
    assert [summary for summary in summaries if "<a " in summary or "<button" in summary] == []


@pytest.mark.row("PLN-03")
def test_a_place_shows_the_documents_own_sentence_and_the_rules_that_rest_on_it(world: World) -> None:
    where = f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H 三.1"
    assert "has not attached the document" in get(world, world.bea, where)
    attach(world)
    page = get(world, world.bea, where)
    assert "值班经理五分钟内完成初步判断。" in page
    assert "First judgement within five minutes" in page
    assert "<html" not in get(world, world.bea, where, htmx=True)


def test_what_no_heading_names_is_pointed_out_by_hand(world: World) -> None:
    attach(world)
    page = get(world, world.ana, "plans/hotline-outage/source")
    assert "Not found by name" in page
    assert post(world, world.ana, "source/pointing", cite="H 四.1", words="内部通报分级推送").status_code == 303
    assert "内部通报分级推送" in get(world, world.bea, f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H 四.1")
    assert post(world, world.bea, "source/pointing", cite="H 四.1", words="x").status_code == 403


def test_only_the_documents_own_words_are_shown_as_its_sentence(world: World) -> None:
    attach(world)
    answer = post(world, world.ana, "source/pointing", cite="H 四.1", words="大家可以回家")
    assert answer.status_code == 409
    assert "<textarea" in (form := answer.content.decode())
    assert "大家可以回家</textarea>" in form
    assert "大家可以回家" not in get(world, world.bea, f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H 四.1")
    assert post(world, world.ana, "source/pointing", cite="H 四.1", words="值守值班经理\n五分钟内").status_code == 303


def test_what_was_pointed_out_goes_with_the_words_of_the_document(world: World) -> None:
    attach(world)
    for cite, words in (("H 四.1", "内部通报分级推送"), ("H 四.2", "热线中断时适用")):
        assert post(world, world.ana, "source/pointing", cite=cite, words=words).status_code == 303
    attach(world, DOCUMENT.replace("分级推送", "统一推送"))
    (row,) = SourceText.objects.all()
    assert row.pointed == {"H 四.2": "热线中断时适用"}


@pytest.mark.parametrize("odd", ["# ① Шаг\n\nтекст\n", "# ²\n\ntext\n", "三二十、foo\n", "# " + "9" * 5000])
def test_no_document_takes_a_page_down(world: World, odd: str) -> None:
    attach(world, odd)
    get(world, world.bea, "plans/hotline-outage/source")
    assert declare(world).page(world.bea)


HOSTILE = "1、值守\"><img src=x onerror=alert(1)>'<b>五分钟。"


def test_the_words_of_a_document_are_text_wherever_they_stand(world: World) -> None:
    attach(world, DOCUMENT.replace("1、值守", HOSTILE))
    room = declare(world).page(world.bea)
    assert "&#34;&gt;&lt;img src=x" in room, "it is said in the title of its citation"
    for page in (room, get(world, world.bea, "plans/hotline-outage/source"), get(world, world.bea, "plans/hotline-outage")):
        assert "<img" not in page
        assert "<b>五" not in page
    assert "&lt;img" in get(world, world.bea, f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H 三.1")


@pytest.mark.parametrize("cite", ["..", "../x", "a/b?c#d&e=f", "H 1 % 2", '"><b>'])
def test_a_place_of_any_name_has_a_page(world: World, tmp_path: Path, cite: str) -> None:
    file = tmp_path / "vault.yaml"
    file.write_text(GUARDED.read_text().replace("break_in: {cite: V 1,", f"break_in: {{cite: {json.dumps(cite)},"))
    in_force(world, file)
    page = get(world, world.bea, "plans/vault")
    assert '"><b>' not in page
    link = next(each for each in re.findall(r'href="/o/hotline/([^"]*clauses[^"]*)"', page) if cite in unquote(each))
    assert escape(cite) in get(world, world.bea, link.replace("&amp;", "&"))


def test_a_refusal_is_said_in_the_viewers_language_and_what_was_typed_stays(world: World) -> None:
    Person.objects.filter(pk=world.ana.pk).update(language="zh")
    page = post(world, world.ana, "source/attachment", name="我的名字", text=" ").content.decode()
    assert "有内容未填写。" in page
    assert 'value="我的名字"' in page
    page = post(world, world.ana, "source/attachment", name="x", text="y" * 500_001).content.decode()
    assert "500001" in page
    assert "yyyy</textarea>" in page


def test_what_no_database_holds_is_refused(world: World) -> None:
    program, organisation = plans.compiled(world.plan), world.organisation.id
    for name, text in (("a\x00b", "x"), ("x", "a\x00b")):
        assert isinstance(sources.attach(organisation, program, name, text, "per_x"), Refused)
    attach(world)
    assert isinstance(sources.point(SourceText.objects.get(), "H 四.1", "内部\x00通报"), Refused)


def test_the_texts_of_all_documents_are_not_read_for_each_panel(world: World) -> None:
    attach(world)
    incident = declare(world)
    incident.page(world.bea)
    with CaptureQueriesContext(connection) as asked:
        incident.get(world.bea, "panels/steps")
    assert [query["sql"] for query in asked if '"incidents_sourcetext"."text"' in query["sql"]] == []


def test_a_new_text_is_looked_up_anew(world: World, clock: Any) -> None:
    attach(world)
    clock.shift(timedelta(seconds=1))
    attach(world, DOCUMENT.replace("五分钟", "十分钟"))
    assert "十分钟内完成" in get(world, world.bea, f"plans/hotline-outage/{world.plan.hash[:12]}/clauses?cite=H 三.1")


@pytest.mark.row("PLN-09")
def test_a_document_is_attached_without_its_glosses_and_names_what_was_lost(world: World) -> None:
    attach(world, DOCUMENT.replace("内部通报", "內(nèi)部通報(bào)?报 行(háng)业"))
    page = get(world, world.ana, "plans/hotline-outage/source")
    assert "2 readings behind traditional characters were taken out." in page
    assert "a character was lost here" in page
    assert "a reading behind a character that is no traditional one" in page
    assert "内部通报" in page


def test_what_is_no_text_is_not_attached(world: World) -> None:
    for text in (" ", "x" * 600_000):
        assert post(world, world.ana, "source/attachment", name="x", text=text).status_code == 409
    assert post(world, world.ana, "source/attachment", name="x", file=BytesIO(b"a\x00b")).status_code == 409
    assert post(world, world.ana, "source/attachment", name="x", text="a\x00b").status_code == 400, "turned away before the page sees it"
    assert "No document is attached" in get(world, world.bea, "plans/hotline-outage/source")


def test_a_document_is_taken_away_again(world: World) -> None:
    attach(world)
    post(world, world.ana, "source/removal")
    assert "No document is attached" in get(world, world.bea, "plans/hotline-outage/source")


@pytest.mark.row("PLN-09")
def test_the_text_of_a_plan_is_cleaned_before_it_is_loaded(world: World) -> None:
    answer = world.browse(world.ana).post(
        f"/o/{world.organisation.slug}/plans/new", {"source": "title: 應(yīng)急預(yù)案?稿", "act": "clean"}
    )
    page = answer.content.decode()
    assert "title: 应急预案?稿" in page
    assert "2 readings behind traditional characters were taken out." in page
    assert "line 1, column 12" in page
    assert "is not loaded yet" in page
