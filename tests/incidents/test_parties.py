"""A message to the parties outside reaches each by its own name and address; the rest of the text is sent as approved (COM-07)."""

from types import SimpleNamespace

import pytest

from tests.engine.parties import program, story
from tocsin.engine import terms as t
from tocsin.engine.react import react
from tocsin.incidents import wishes


@pytest.mark.row("COM-07")
def test_each_party_is_addressed_by_name_and_one_without_an_address_is_not_forgotten():
    run = story()
    run.do(1, "lea", t.AddParty(party="ann", name="Ann", contact="ann@example.org"))
    run.do(1, "lea", t.AddParty(party="bob", name="Bob"))
    run.do(2, "vic", t.Send(template="notice", fields={"what": "down"}))
    (published,) = run.of(t.MessagePublished)
    (wish,) = react(run.state, published)
    cause = wishes._Cause(None, program(), run.state, 1, {"vic": SimpleNamespace(name="Vic")}, "vic")
    readers = wishes._parties(cause, wish)
    assert [(reader.id, reader.address) for reader in readers] == [("party:ann", "ann@example.org"), ("party:bob", "")]
    assert [wishes._personal(cause, wish.texts["en"], reader) for reader in readers] == [
        "Ann: INC-7, down. Vic",
        "Bob: INC-7, down. Vic",
    ]
