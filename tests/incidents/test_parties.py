"""A message to the parties outside reaches each by its own name and address; the rest of the text is sent as approved (COM-07)."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from tests.engine.parties import PLAN, program, story
from tests.engine.story import Story
from tocsin.comms.channels.email import CHANNEL
from tocsin.engine import terms as t
from tocsin.engine.react import react
from tocsin.incidents import wishes
from tocsin.plan.read import read


@pytest.mark.row("COM-07")
def test_each_party_is_addressed_by_name_and_one_without_an_address_is_not_forgotten():
    run = story()
    run.do(1, "lea", t.AddParty(party="ann", name="Ann", contact="ann@example.org"))
    run.do(1, "lea", t.AddParty(party="bob", name="Bob", contact="@bob"))
    run.do(2, "vic", t.Send(template="notice", fields={"what": "down"}))
    (published,) = run.of(t.MessagePublished)
    (wish,) = react(run.state, published)
    cause = wishes._Cause(None, program(), run.state, 1, {"vic": SimpleNamespace(name="Vic")}, t.SYSTEM)  # as it goes on by another channel
    sender = wishes._sender(cause, wish)
    readers = wishes._parties(cause, wish, CHANNEL)
    assert [(reader.id, reader.address) for reader in readers] == [("party:ann", "ann@example.org"), ("party:bob", "")]
    assert [wishes._personal(wish.texts["en"], reader, sender) for reader in readers] == [
        "Ann: INC-7, down. Vic",
        "Bob: INC-7, down. Vic",
    ]


@pytest.mark.django_db
def test_a_message_to_the_parties_and_to_people_inside_forgets_neither():
    both = read(
        PLAN.replace("audience: client\n    to: [affected_parties]", "audience: client\n    to: [affected_parties, lead]"), "plan.yaml"
    ).program
    assert both is not None
    run = Story(cast={"lea": ("lead",), "vic": ("voice",)}, program=both).declare(person="lea")
    run.do(1, "lea", t.AddParty(party="ann", name="Ann", contact="ann@example.org"))
    run.do(2, "vic", t.Send(template="notice", fields={"what": "down"}))
    (published,) = run.of(t.MessagePublished)
    (wish,) = react(run.state, published)
    contacts = {"lea": SimpleNamespace(id="lea", email="lea@here.example", language="en")}
    cause = wishes._Cause(SimpleNamespace(organisation_id=uuid4()), both, run.state, 1, contacts, "vic")
    readers = wishes._readers(cause, wish, "email", [], [])
    assert [reader.address for reader in readers] == ["ann@example.org", "lea@here.example"]
