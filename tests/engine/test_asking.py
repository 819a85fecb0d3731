"""What is asked only in some case: facts, and fields of a message."""

from tests.engine.story import Story
from tests.plan.example import PLAN, example, messages
from tocsin.engine import terms as t
from tocsin.engine.asking import asks
from tocsin.plan.read import read

CALL = "call: {cite: §6, owes: helper, do: {en: Call, ru: Позвонить, pl: Zadzwonić, zh: 致电}, within: 30m, of: judged"


def story(old: str, new: str, more: str = "") -> Story:
    result = example(old, new, more=more)
    assert result.program is not None, messages(result)
    return Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()


def test_a_fact_is_asked_only_where_its_condition_is_true_and_stays_once_it_was_said():
    run = story("  hit:", '  why: {cite: §1, type: text, ask: {en: Why so large}, when: size == "large"}\n  hit:')
    why = run.program.facts["why"]
    assert not asks(run.program, run.state, why, run.at(0))
    run.do(1, "ana", t.StateFacts(facts={"size": "large"}))
    assert asks(run.program, run.state, why, run.at(1))
    run.do(2, "ana", t.StateFacts(facts={"why": "it grew"}))
    run.do(3, "ana", t.StateFacts(facts={"size": "small"}))
    assert asks(run.program, run.state, why, run.at(3))  # so that it can be corrected


def test_a_fact_of_a_situation_is_asked_while_that_is_open():
    stage = "situations:\n  stage: {cite: §9, opens: [{by: [lead]}], closes: [{by: [lead]}], facts: {how: {cite: §9, type: text, ask: {en: How}}}}\n"
    run = story("", "", more=stage)
    assert not asks(run.program, run.state, run.program.facts["how"], run.at(0))
    run.do(1, "ana", t.Open(situation="stage"))
    assert asks(run.program, run.state, run.program.facts["how"], run.at(1))


def test_a_duty_does_not_wait_for_an_answer_that_nobody_asks_for():
    asked = '  why: {cite: §1, type: text, ask: {en: Why}, when: size == "large"}\n  hit:'
    result = read(PLAN.replace("  hit:", asked, 1).replace(CALL, f"{CALL}, fields: [why]", 1), "example.yaml")
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()
    run.do(1, "ana", t.Decide(decision="judge", facts={"size": "large"}))
    assert run.refused(2, "lin", t.Fulfil(obligation="call")) == "E202"
    run.do(3, "ana", t.StateFacts(facts={"size": "small"}))
    run.do(4, "lin", t.Fulfil(obligation="call"))
    assert run.clock("call").status == "met"


def test_a_message_is_signed_with_what_is_needed_now_whatever_was_when_it_was_drafted():
    field = 'fields: {what: {}, why: {when: size == "large"}}\n    approvals: [{role: lead, does: approve}]'
    result = read(PLAN.replace("fields: {what: {}}", field, 1).replace('"{{ what }}"', '"{{ what }} {{ why }}"'), "example.yaml")
    assert result.program is not None, messages(result)
    run = Story(cast={"ana": ("lead",), "lin": ("helper",)}, program=result.program).declare()
    run.do(1, "lin", t.Draft(template="note", fields={"what": "Down"}))
    run.do(2, "ana", t.StateFacts(facts={"size": "large"}))
    assert run.refused(3, "ana", t.Sign(chain="message:note-1", link="approve")) == "E202"
    run.do(4, "lin", t.Draft(template="note", message="note-1", fields={"what": "Still down"}))
    run.do(5, "ana", t.StateFacts(facts={"size": "small"}))
    run.do(6, "ana", t.Sign(chain="message:note-1", link="approve"))
    assert run.state.chains["message:note-1"].status == "complete"
