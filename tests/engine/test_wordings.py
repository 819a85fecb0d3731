"""The desk's two wordings (COM-03): the document's placeholders in its order, filled from the incident, and the words that a person pastes."""

from functools import cache

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.texts import slots
from tocsin.plan import read, shipped

SOURCE = shipped.sources()["pass24-critical-incidents"].read_text("utf-8")
CAST = {"anna": ("support_specialist",), "boris": ("head_of_support",), "kira": ("client_contact",), "gleb": ("team",)}
NOTICE = ["Имя клиента", "ID", "Описание ситуации", "период", "Имя специалиста"]
UPDATE = ["Имя клиента", "ID", "статус", "описание прогресса", "описание следующих шагов", "время", "период", "Имя специалиста"]


@cache
def desk(source: str = SOURCE) -> Program:
    result = read.read(source, "plan.yaml")
    assert result.program is not None, result.findings
    return result.program


def critical(program: Program) -> Story:
    story = Story(cast=CAST, program=program).declare(person="anna")
    story.do(0, "anna", t.AddParty(party="acme", name="Acme", reporter=True))
    story.do(1, "anna", t.StateFacts(facts={"unusable": "yes"}))
    return story


def sent(story: Story) -> t.MessageState:
    """Return the notice that was sent last."""
    return [each for each in story.state.messages.values() if each.template == "critical_notice" and each.status == "published"][-1]


@pytest.mark.row("COM-03")
@pytest.mark.parametrize(("template", "placeholders"), [("critical_notice", NOTICE), ("status_update", UPDATE)])
@pytest.mark.parametrize("locale", ["ru", "en", "pl", "zh"])
def test_a_wording_has_exactly_the_placeholders_of_the_document_in_its_order(template, placeholders, locale):
    message = desk().messages[template]
    labels = {field.id: field.label["ru"] for field in message.fields}
    assert [labels[slot] for slot in slots(message.text[locale])] == placeholders


@pytest.mark.row("COM-03")
def test_nothing_goes_out_while_a_placeholder_is_empty_and_what_is_filled_in_can_be_said_otherwise():
    story = critical(desk())
    assert story.refused(2, "kira", t.Send(template="critical_notice")) == "E202"
    story.do(3, "kira", t.Send(template="critical_notice", fields={"situation": "Ворота не открываются"}))
    said = sent(story)
    assert (said.fields["id"], said.fields["period"]) == (story.state.number, "1 ч")
    assert "Ворота не открываются" in said.texts["ru"]
    story.do(4, "kira", t.Send(template="critical_notice", fields={"situation": "Ворота открыты", "period": "45 мин"}))
    assert "с интервалом: 45 мин" in sent(story).texts["ru"]


@pytest.mark.row("COM-03")
def test_a_wording_is_pasted_as_people_have_it():
    start = SOURCE.index("      ru: |", SOURCE.index("\n  critical_notice:\n    acknowledges"))
    pasted = "      ru: |\n        [Имя клиента], по обращению [ID]: [Описание ситуации] [sic]. Пишем каждые [период]. [Имя специалиста]\n"
    program = desk(SOURCE[:start] + pasted + SOURCE[SOURCE.index("      en: |", start) :])
    story = critical(program)
    story.do(2, "kira", t.Send(template="critical_notice", fields={"situation": "Ворота стоят"}))
    assert f"по обращению {story.state.number}: Ворота стоят [sic]. Пишем каждые 1 ч." in sent(story).texts["ru"]
