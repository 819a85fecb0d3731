"""A plan compiled: what is inherited, resolved and expanded on the way to the Program."""

from datetime import timedelta
from fractions import Fraction

import pytest

from tests.plan.example import example
from tocsin.engine.expressions import All, Compare, Literal, Name, WatchRef
from tocsin.engine.program import Cases, Effect, FromFact, HeldBy, Obligation, Program, Rung
from tocsin.engine.times import Span


def program(old: str = "", new: str = "", *, more: str = "") -> Program:
    result = example(old, new, more=more)
    assert result.program is not None, result.findings
    return result.program


def duty(keys: str) -> Obligation:
    """The obligation `x`, with these keys besides what every one needs."""
    return program("  call: {", f"  x: {{cite: §6, owes: helper, do: Act, {keys}}}\n  call: {{").obligations["x"]


STABLE = "availability.now >= 99.9 && complaints.excess < 10.0"
MINUTES = Span(exact=timedelta(minutes=30))


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("keys", "limit"),
    [
        ("within: 30m, of: judged", MINUTES),
        ("within: 1mo, of: judged", Span(months=1)),
        ("within: 3d4h12m, of: judged", Span(days=3, exact=timedelta(hours=4, minutes=12))),
        ("within: {by: size, small: 30m, else: 1mo}, of: judged", Cases("size", {"small": MINUTES}, Span(months=1))),
        ("within: {by: level, high: 30m, low: 1mo}, of: judged", Cases("level", {"high": MINUTES, "low": Span(months=1)})),
        ("within: {from: limit}, of: judged", FromFact("limit")),
        ("within: 1d@12:00, of: judged", Span(days=1, clock=(720,))),
    ],
)
def test_a_limit_is_a_span_a_case_or_the_value_of_a_fact(keys: str, limit: object):
    assert duty(keys).within == limit


def test_what_is_asked_of_whoever_ticks_is_asked_of_nobody_else():
    result = example("  call: {", "  x: {cite: §6, owes: helper, record: loans, within: 1h, of: judged, fields: [size]}\n  call: {")
    assert [f"{each.code} {each.path}" for each in result.findings if each.severity == "error"] == ["L03 obligations.x.fields"]


def test_times_of_day_are_a_list_or_one():
    assert duty("every: [08:00, 20:00], from: judged").every == Span(clock=(480, 1200))
    assert duty('every: "08:00", from: judged').every == Span(clock=(480,))


def test_a_recurring_duty_counts_from_its_anchors_on_a_grid_or_not():
    assert duty("every: 30m, from: [judged, activated], counted: fixed").anchors == ("judged", "activated")
    assert duty("every: 30m, from: judged, counted: fixed").fixed
    assert not duty("every: 30m, from: judged").fixed


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ("within: 30m, of: judged", ("terminated",)),
        ("within: 30m, of: judged, until: restored", ("restored",)),
        ("within: 30m, of: judged, stays: true", ()),
        ("within: 30m, of: closed", ()),
    ],
)
def test_a_duty_that_names_no_end_ends_with_the_response(keys: str, until: tuple[str, ...]):
    assert duty(keys).until == until


# ------------------------------------------------------------------ ladders and reminders


def test_a_bare_role_in_a_ladder_is_told():
    assert duty("within: 30m, of: judged, late: [lead]").late == (Rung((Effect("tell", ("lead",)),)),)


def test_neighbours_at_one_time_are_one_rung_and_others_are_their_own():
    late = "late: [lead, {send: note}, {after: 50%, alert: [lead]}, {after: -10m, call: [lead]}, {after: 1h, tell: [lead], again: 15m}]"
    assert duty(f"within: 30m, of: judged, {late}").late == (
        Rung((Effect("tell", ("lead",)), Effect("send", ("note",)))),
        Rung((Effect("alert", ("lead",)),), after=Fraction(1, 2)),
        Rung((Effect("call", ("lead",)),), after=Span(exact=timedelta(minutes=10)), before=True),
        Rung((Effect("tell", ("lead",)),), after=Span(exact=timedelta(hours=1)), again=Span(exact=timedelta(minutes=15))),
    )


def test_a_ladder_may_differ_by_case():
    late = duty("within: 30m, of: judged, late: {by: size, small: [helper], large: [lead]}").late
    assert late == Cases("size", {"small": (Rung((Effect("tell", ("helper",)),)),), "large": (Rung((Effect("tell", ("lead",)),)),)})


def test_a_duty_that_says_nothing_has_the_ladder_and_the_reminder_of_the_plan():
    plain = duty("within: 30m, of: judged")
    assert plain.late == (Rung((Effect("tell", ("commander", "next_up")),)),) == program().defaults.late
    assert plain.remind == Fraction(2, 3)
    assert duty("within: 30m, of: judged, remind: 5m").remind == Span(exact=timedelta(minutes=5))
    assert duty("within: 30m, of: judged, remind: 50%").remind == Fraction(1, 2)


# ------------------------------------------------------------------ effects


def test_a_line_with_several_verbs_is_several_effects():
    line = '{when: hit, mark: closed, tell: everyone, file: plan_revision, set: {hit: "yes"}, propose: set_level, to: high, cite: §9}'
    effects = duty(f"within: 30m, of: judged, then: [{line}]").then
    assert [(effect.kind, effect.targets, effect.to) for effect in effects] == [
        ("set", ("hit",), "yes"),
        ("mark", ("closed",), ""),
        ("tell", ("everyone",), ""),
        ("file", ("plan_revision",), ""),
        ("propose", ("set_level",), "high"),
    ]
    assert {effect.when for effect in effects} == {Name("hit")}
    assert {effect.cite for effect in effects} == {("§9",)}


# ------------------------------------------------------------------ rules


def test_level_levels_is_one_option_for_each_level():
    options = program().decisions["set_level"].options
    assert [(option.id, option.level, option.title["pl"] if option.level else "") for option in options] == [
        ("high", "high", "Wysoki"),
        ("low", "low", "Niski"),
        ("decline", "", ""),
    ]


def test_a_chain_of_two_or_more_wants_two_people():
    signed = program(
        "asks: [size], marks", "asks: [size], chain: [{role: lead, does: apply}, {role: helper, does: sign, within: 3d}], marks"
    )
    decision = signed.decisions["judge"]
    assert (decision.different, decision.not_own) == (2, True)
    assert decision.chain[0].late == ()
    assert decision.chain[1].late == signed.defaults.late
    assert program().decisions["judge"].different == 1


def test_like_takes_everything_and_replaces_what_is_said():
    both = program("  call: {", "  again: {like: call, within: 2h}\n  other: {like: call, send: note}\n  call: {").obligations
    assert both["again"].within == Span(exact=timedelta(hours=2))
    assert (both["again"].owes, both["again"].anchors, both["again"].words["pl"]) == ("helper", ("judged",), "Zadzwonić")
    assert (both["other"].verb, both["other"].object, both["other"].within) == ("send", "note", MINUTES)


SITUATION = """\
situations:
  storm:
    cite: §10
    title: Storm
    opens: [{on: judged}]
    closes: [{when: hit, during: responding}, {after: 14d, of: opened, unless: restored}, {by: [lead], as: calm, reason: always}]
    facts:
      wind: {type: number, unit: m/s}
    obligations:
      watch: {owes: helper, do: Watch, every: 1h, from: opened}
"""


def test_what_stands_in_a_situation_belongs_to_it():
    whole = program(more=SITUATION)
    assert whole.facts["wind"].situation == whole.obligations["watch"].situation == "storm"
    assert whole.facts["wind"].cite == whole.obligations["watch"].cite == ("§10",)
    assert whole.obligations["watch"].anchors == ("storm.opened",)
    assert whole.obligations["watch"].until == ()
    assert "storm.opened" in whole.moments
    first, second, third = whole.situations["storm"].closes
    assert (first.when, first.during) == (Name("hit"), "responding")
    assert (second.after, second.of, second.unless) == (Span(days=14), "storm.opened", "restored")
    assert (third.by, third.name, third.reason) == (("lead",), "calm", True)


def test_moments_that_no_rule_speaks_of_are_not_there():
    assert "call.done" not in program().moments
    assert "call.done" in program(more='  notes: {cite: §8, fields: [a], then: [{when: happened("call.done"), tell: lead}]}\n').moments


_HAPPENS_AGAIN = {"call.done": False, "report.done": True, "judge.made": True, "stable.met": True, "size.large": True}


@pytest.mark.parametrize(("moment", "repeats"), _HAPPENS_AGAIN.items())
def test_only_what_can_happen_again_repeats(moment: str, repeats: bool):
    found = program("  call: {", f"  x: {{cite: §6, owes: helper, do: Act, within: 1h, of: {moment}}}\n  call: {{").moments[moment]
    assert found.repeats is repeats


def test_a_moment_is_named_after_its_rule_in_every_language():
    found = program("  call: {", "  x: {cite: §6, owes: helper, do: Act, within: 1h, of: call.done}\n  call: {").moments["call.done"]
    assert dict(found.title) == {"en": "Call: done", "ru": "Позвонить: выполнено", "pl": "Zadzwonić: wykonano", "zh": "致电: 完成"}


def test_the_built_in_moments_carry_their_phases_and_may_be_redefined():
    found = program(
        "  judged: {cite: §5}", "  judged: {cite: §5}\n  verified: {cite: §5, with: judged}\n  restored: {cite: §5, recorded_by: [lead]}"
    ).moments
    assert found["verified"].with_ == "judged"
    assert (found["restored"].recorded_by, found["restored"].phase, found["restored"].title["pl"]) == (
        ("lead",),
        "recovering",
        "Usługę przywrócono",
    )
    assert [(name, found[name].phase) for name in ("reported", "warned", "activated", "terminated", "closed", "cancelled")] == [
        ("reported", "declared"),
        ("warned", "warning"),
        ("activated", "responding"),
        ("terminated", "review"),
        ("closed", "closed"),
        ("cancelled", "cancelled"),
    ]


def test_values_and_their_names():
    named = program(
        "of: [small, large]", "of: {small: {en: Small, pl: Mały, ru: Малый, zh: 小}, large: Large}, implied: [{value: large, when: hit}]"
    )
    assert named.facts["size"].of == ("small", "large")
    assert named.facts["size"].names["small"]["pl"] == "Mały"
    assert named.facts["size"].names["large"] == {"en": "Large"}
    assert named.facts["size"].implied == (("large", Name("hit")),)
    assert named.facts["hit"].default is False
    assert named.facts["limit"].classes == (timedelta(hours=2), timedelta(hours=6))
    assert named.facts["size"].title["pl"] == "Jak duży"


def test_roles_and_records():
    whole = program()
    assert whole.commander == "lead"
    assert whole.roles["lead"].held_by == HeldBy("person", "boss")
    assert whole.roles["helper"].deputies == ("lead",)
    assert [(field.id, field.optional) for field in whole.records["loans"].fields] == [("item", True), ("returned", True)]
    assert whole.messages["note"].fields[0].optional is False


# ------------------------------------------------------------------ watches


def test_a_conjunction_of_signals_is_one_watch():
    whole = program()
    measure = whole.conditions["stable"].measure
    assert isinstance(measure, WatchRef)
    assert measure.watch == "availability.now >= 99.9 && complaints.excess < 10.0"
    assert whole.watches[measure.watch].signals == ("availability", "complaints")


def test_beside_facts_every_comparison_is_a_watch_of_its_own():
    mixed = program(STABLE, "hit && (availability.now >= 99.9 || !worse_than_mean(10.0))").conditions["stable"].measure
    assert isinstance(mixed, All)
    assert mixed.operands[0] == Name("hit")
    assert isinstance(mixed.operands[1], WatchRef)
    assert list(program(STABLE, f"{STABLE} && hit").watches) == ["availability.now >= 99.9", "complaints.excess < 10.0"]


def test_worse_than_mean_watches_every_signal_that_says_which_way_is_better():
    whole = program(STABLE, "'!worse_than_mean(10.0)'")
    assert whole.watches["!worse_than_mean(10.0)"].signals == ("availability",)


def test_a_computed_signal_needs_the_samples_of_those_in_its_formula():
    computed = (
        "  index: {cite: §1, kind: computed, formula: 0.5 * availability.now}\nconditions:\n  low: {cite: §2, measure: index.now < 40.0}\n"
    )
    assert program("conditions:\n", computed).watches["index.now < 40.0"].signals == ("index", "availability")


def test_equal_tests_are_one_watch():
    twice = program("levels:", "  steady: {cite: §2, measure: availability.now >= 99.9 && complaints.excess < 10.0}\nlevels:")
    assert len(twice.watches) == 1


def test_what_speaks_of_facts_alone_is_no_watch():
    whole = program("availability.now >= 99.9 && complaints.excess < 10.0, hold: 30m", 'size == "large"')
    assert whole.conditions["stable"].measure == Compare("==", Name("size"), Literal("large"))
    assert whole.watches == {}
