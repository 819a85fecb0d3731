"""What a route decides, in turns in and declarations out."""

import pytest
from hypothesis import given

from tests.ingest.routing.streams import MINUTE, RULES, SPANS, at, declared, done, quiet_until, rule, streams, turns
from tocsin.ingest.routing.router import GATHER, REPORTS_MAX
from tocsin.ingest.routing.rules import Rule, read
from tocsin.ingest.routing.runs import Why


def test_the_first_alert_declares_and_the_others_are_told_to_the_same_incident():
    (one,) = done(rule(), turns("0 +a", "1 +b", "2 -a")).incidents
    assert (one.declared.count, one.declared.lines[0].title, one.alerts) == (1, "a", 2)
    assert [[(line.firing, line.title) for line in told.lines] for told in one.reports] == [[(True, "b")], [(False, "a")]]
    assert one.reports[0].at == at(1) + GATHER


def test_what_the_route_does_not_want_declares_nothing():
    assert declared(done(rule("job=mail"), turns("0 +a"))) == []
    assert declared(done(rule(""), turns("0 +a"))) == []


def test_each_group_has_its_own_incident():
    told = turns("0 +a region=east", "1 +b region=west", "2 +c region=east")
    assert declared(done(rule(group_by=("region",)), told)) == [(0, ("east",), 1), (1, ("west",), 1)]


def test_after_its_incident_only_a_new_beginning_declares_another():
    told = turns("0 +a", "20 -a", "30 +a", "31 +b")
    assert declared(done(rule(), told, lasts=10)) == [(0, (), 1), (30, (), 1)]


# ------------------------------------------------------------------ how many, how long


def test_three_alerts_within_ten_minutes():
    three = rule(count=3, within=10 * MINUTE)
    assert declared(done(three, turns("0 +a", "1 -a", "5 +b", "9 +c"))) == [(9, (), 3)]
    assert declared(done(three, turns("0 +a", "1 -a", "5 +b", "11 +c"))) == []
    assert declared(done(three, turns("0 +a", "5 +b", "300 +c"))) == [(300, (), 3)], "what still fires counts"


def test_one_alert_that_comes_back_is_one():
    assert declared(done(rule(count=2, within=30 * MINUTE), turns("0 +a", "1 -a", "2 +a", "3 -a", "4 +a"))) == []


def test_three_regions_and_not_three_alerts_of_one():
    three = rule(count=3, distinct="region")
    told = turns("0 +a region=east", "1 +b region=east", "2 +c region=east", "3 +d region=west", "4 +e region=north")
    assert declared(done(three, told)) == [(4, (), 5)]


def test_an_alert_counts_once_it_has_fired_long_enough():
    five = rule(held=5 * MINUTE)
    assert declared(done(five, turns("0 +a"))) == [(5, (), 1)]
    outcome = done(five, turns("0 +a", "4 -a"))
    assert (declared(outcome), outcome.kept) == ([], {Why.HELD: 1})


# ------------------------------------------------------------------ quiet, inhibited, flapping


def test_a_silenced_alert_declares_nothing_until_the_silence_ends_and_it_still_fires():
    quiet = quiet_until((0, 10, "east"))
    assert declared(done(rule(), turns("1 +a region=east"), quiet)) == [(10, (), 1)]
    outcome = done(rule(), turns("1 +a region=east", "9 -a region=east"), quiet)
    assert (declared(outcome), outcome.kept) == ([], {Why.SILENCED: 1})


def test_what_follows_from_another_alert_waits_for_it():
    waits = rule(unless="alertname=core", equal=("region",))
    assert declared(done(waits, turns("0 +core region=east job=net", "1 +a region=east", "2 +b region=west"))) == [(2, (), 1)]
    assert declared(done(waits, turns("0 +core region=east job=net", "1 +a region=east", "8 -core region=east job=net"))) == [(8, (), 1)]
    assert declared(done(waits, turns("0 +core region=east job=net", "1 +a region=east", "7 -a region=east", "8 -core region=east"))) == []


def test_an_alert_does_not_wait_for_itself():
    assert declared(done(rule("job=ivr", unless="job=ivr"), turns("0 +a"))) == [(0, (), 1)]


def test_an_alert_that_flaps_is_one_run_however_often_it_turns():
    told = turns(*[f"{minute} {'-' if minute % 2 else '+'}a" for minute in range(40)])
    damped = rule(flaps=4, flaps_within=20 * MINUTE)
    assert len(done(rule(), told, lasts=1).incidents) == 20
    outcome = done(damped, told, lasts=1)
    assert declared(outcome) == [(0, (), 1), (2, (), 1)]


def test_what_flaps_long_enough_has_fired_long_enough():
    told = turns(*[f"{minute} {'-' if minute % 2 else '+'}a" for minute in range(12)])
    assert declared(done(rule(held=5 * MINUTE), told)) == []
    assert declared(done(rule(held=5 * MINUTE, flaps=4, flaps_within=20 * MINUTE), told)) == [(7, (), 1)]


# ------------------------------------------------------------------ storms


@pytest.mark.row("F-26")
def test_thousands_of_alerts_of_one_cause_are_one_incident_with_a_few_reports():
    told = turns("0 +first", labels={"region": "east"})
    pattern = told[0]
    storm = [
        type(pattern)(number, type(pattern.alert)(int=number), at(0), True, at(number / 20_000), f"Line {number}", pattern.labels)
        for number in range(20_000)
    ]
    (one,) = done(rule(group_by=("region",)), storm).incidents
    assert one.alerts == 20_000
    assert one.declared.count + sum(told.count for told in one.reports) == 20_000
    assert len(one.reports) <= REPORTS_MAX
    assert max(len(told.lines) for told in one.reports) == 12


# ------------------------------------------------------------------ whatever comes


@given(RULES, streams(), SPANS)
def test_every_run_is_told_once_or_says_why_not(made, told, spans):
    outcome = done(made, told, quiet_until(*spans), lasts=15)
    starts = {(turned.alert, turned.number) for turned in told if turned.firing}
    assert sum(one.alerts for one in outcome.incidents) + sum(outcome.kept.values()) <= len(starts)
    assert Why.NOTHING not in outcome.kept


@given(streams())
def test_without_conditions_every_alert_reaches_the_incident(told):
    outcome = done(rule(), told)
    begun = {turned.alert for turned in told if turned.firing}
    assert len(outcome.incidents) == bool(begun)
    assert sum(one.alerts for one in outcome.incidents) >= len(begun)
    assert set(outcome.kept) <= {Why.MORE}, "only what came back before anybody was told of it"


@given(RULES)
def test_a_rule_is_read_back_as_it_was_written(made: Rule):
    assert read(made.plain()) == made
