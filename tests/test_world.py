"""The cast can be told apart: who may, who may not, and for what each of them speaks."""

from tests import world as cast
from tocsin.accounts import access, directory
from tocsin.kit import ids


def test_the_cast_has_its_seats(world):
    seats = directory.seats(world.organisation.id, world.program)
    assert seats["head_of_command"] == ids.typed("per", world.ana.id)
    assert seats["legal_reviewer"] == ids.typed("per", world.bea.id)
    assert seats["duty_manager"] == ids.typed("per", world.chi.id)


def test_dov_is_a_stranger(world):
    assert access.acts(world.dov, world.organisation) == frozenset()
    assert access.may(world.dov, world.elsewhere, access.OWN)


def test_a_further_member_may_only_watch(world):
    eve = cast.member(world.organisation, "Eve", access="observer")
    assert access.acts(eve, world.organisation) == {access.ATTEND, access.SEE}
