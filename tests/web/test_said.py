"""Refusals as pages show them: in the reader's language, with the plan's names in place of its ids."""

from tests.engine.story import hotline
from tocsin.engine.terms import Refused
from tocsin.web.said import said


def test_whoever_may_is_named_as_the_plan_names_the_role_also_in_the_middle_of_a_sentence():
    shown = said(Refused("E401", "only spokesperson publishes public_statement", hint="ask that role"), hotline())
    assert shown.detail.striptags() == "only Authorised spokesperson publishes Public explanation"
    shown = said(Refused("E101", "upward_first is sent by service, spokesperson", hint="ask one of them"), hotline())
    assert shown.detail.striptags().endswith("is sent by Customer service, spokesperson")
