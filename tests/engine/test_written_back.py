"""What a message or an entry says of a fact is known from then on, whatever type it is of."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

BODY = """
facts:
  people: {cite: O 3, type: number, ask: {en: How many}}
  risk: {cite: O 3, type: choice, of: [unlikely, likely, high], ask: {en: Risk}}
  known: {cite: O 3, type: yes_no, ask: {en: Is the cause known}}
  lasts: {cite: O 3, type: duration, ask: {en: How long}}
records:
  opinions:
    cite: O 4
    fields:
      people: {type: number, sets: people}
      risk: {type: choice, sets: risk, optional: true}
      known: {type: yes_no, sets: known, optional: true}
      lasts: {type: duration, sets: lasts, optional: true}
messages:
  news:
    cite: O 4
    audience: team
    to: [clerk]
    channels: {all: [email]}
    fields: {people: {type: number, sets: people}, known: {type: yes_no, sets: known}}
    text: {en: "{{ people }} {{ known }}"}
obligations:
  tell: {cite: O 4, owes: clerk, send: news, within: 1h, of: risk.high}
"""


def begun() -> Story:
    return Story(cast={"eva": ("clerk",)}, program=written(BODY)).declare(person="eva")


@pytest.mark.row("REG-05")
def test_an_entry_sets_what_its_fields_set():
    story = begun()
    story.do(1, "eva", t.Enter(record="opinions", fields={"people": "40", "risk": "high", "known": "no", "lasts": "2h"}))
    facts = {name: (known.value, known.by, known.source) for name, known in story.state.facts.items()}
    assert facts == {
        "people": (Decimal(40), "eva", "record"),
        "risk": ("high", "eva", "record"),
        "known": (False, "eva", "record"),
        "lasts": (timedelta(hours=2), "eva", "record"),
    }
    assert story.state.clocks["tell"].due_at == story.at(61)


def test_an_entry_does_not_take_what_its_fact_could_not_hold():
    assert begun().refused(1, "eva", t.Enter(record="opinions", fields={"people": "many"})) == "E104"


def test_a_number_and_a_no_are_written_back_from_a_message():
    story = begun()
    story.do(1, "eva", t.StateFacts(facts={"risk": "high"}))
    story.do(2, "eva", t.Send(template="news", fields={"people": "0", "known": "no"}))
    assert (story.state.facts["people"].value, story.state.facts["known"].value) == (Decimal(0), False)
