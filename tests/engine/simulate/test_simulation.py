"""Many incidents on a virtual clock: the same engine, the same numbers for the same seed, and only what depends on a change differs."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.story import hotline
from tocsin.engine import simulate
from tocsin.engine.simulate import Change, Given, Times, changed, summary
from tocsin.engine.simulate.chance import draw, learn, quantile
from tocsin.engine.simulate.tally import plain, read
from tocsin.plan import read as reading

TWO_TEAMS = """\
tocsin: 1
id: two-teams
version: "1"
language: en
timezone: Europe/Warsaw
title: {en: Two teams that share nothing}
document: {cite: none, owner: lead, status: in_force}
roles:
  lead: {cite: "1", held_by: nobody, commander: true}
  east: {cite: "1", held_by: nobody}
  west: {cite: "1", held_by: nobody}
obligations:
"""


@cache
def two_teams():
    """Return a plan in which two roles owe five things each, all from the report on."""
    duties = "".join(
        f"  {role}_{number}: {{cite: '2', owes: {role}, do: {{en: Duty {number}}}, within: {10 * number}m, of: reported}}\n"
        for role in ("east", "west")
        for number in range(1, 6)
    )
    found = reading.read((TWO_TEAMS + duties).encode(), "plan.yaml")
    assert found.program is not None, found.findings
    return found.program


def given_for(program, **more):
    return Given(program=program, cast=simulate.cast_of(program), **more)


def ran(what, runs=20, seed=1):
    return summary(what, simulate.run(what, seed, runs))


def rows(result):
    return {(row.clock, row.occurrence): row for row in result.rows}


def test_the_same_seed_gives_the_same_result():
    what = given_for(hotline(), level="l1")
    assert ran(what, 3) == ran(what, 3)
    assert ran(what, 3) != ran(what, 3, seed=2)


@pytest.mark.row("PLN-12")
def test_every_obligation_of_the_hotline_plan_is_listed_with_how_often_it_is_met_and_missed():
    result = ran(given_for(hotline(), level="l1"), 10)
    judgement = rows(result)["first_judgement", 1]
    assert (judgement.opened, judgement.met + judgement.missed, judgement.due) == (10, 10, 300)
    meeting = rows(result)["first_meeting", 1]
    assert 0 < meeting.early < meeting.met_by
    assert not result.impossible, "somebody could not do what the plan wants"


def test_who_is_quick_misses_nothing_and_who_is_slow_misses_everything():
    quick = ran(given_for(two_teams(), otherwise=Times(timedelta(seconds=1), timedelta(seconds=2))))
    assert {row.share for row in quick.rows} == {0.0}
    assert all(row.met_by < 60 for row in quick.rows)
    slow = ran(given_for(two_teams(), otherwise=Times(timedelta(hours=2), timedelta(hours=2))))
    assert {row.share for row in slow.rows} == {1.0}
    assert all(row.met_by is None for row in slow.rows if row.clock != "east_1" and row.clock != "west_1")


def test_one_thing_after_another_makes_a_neck_that_a_deputy_widens():
    """Five duties of five minutes each cannot all be done in ten by one person (L73)."""
    steady = Times(timedelta(minutes=8), timedelta(minutes=8))
    what = given_for(two_teams(), times={"east": steady}, otherwise=Times(timedelta(seconds=1), timedelta(seconds=1)))
    alone = ran(what)
    east = next(one for one in alone.working if one.person == "east")
    assert (east.peak, east.minute, east.roles) == (5.0, 0, ("east",))
    assert alone.working[0] == east
    slower = replace(what, times={"east": Times(timedelta(minutes=15), timedelta(minutes=15))})
    missed, helped = ran(slower), ran(changed(slower, Change("deputy", "east")))
    assert next(one for one in missed.working if one.person == "east").delayed > 0
    assert sum(row.missed for row in helped.rows) < sum(row.missed for row in missed.rows)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), role=st.sampled_from(["east", "west"]), median=st.integers(1, 20), spread=st.integers(1, 6))
def test_a_deputy_changes_only_the_clocks_that_depend_on_the_role(seed, role, median, spread):
    """The same seed: every other clock comes to the second as it was, in every run."""
    what = given_for(two_teams(), otherwise=Times(timedelta(minutes=median), timedelta(minutes=median * spread)))
    before = simulate.run(what, seed, 3).courses
    after = simulate.run(changed(what, Change("deputy", role)), seed, 3).courses
    assert {name: courses for name, courses in before.items() if not name[0].startswith(role)} == {
        name: courses for name, courses in after.items() if not name[0].startswith(role)
    }
    mine = [name for name in before if name[0].startswith(role)]
    assert all(late.met <= soon.met for name in mine for late, soon in zip(after[name], before[name], strict=True) if late.met and soon.met)


def test_a_deputy_who_comes_in_late_in_the_hotline_plan_leaves_what_came_before_as_it_was():
    """Finance prepares the budget and nothing waits for it: a deputy there changes the budget and nothing else."""
    what = given_for(hotline(), level="l1")
    before = simulate.run(what, 4, 5).courses
    after = simulate.run(changed(what, Change("deputy", "finance_head")), 4, 5).courses
    owed = {rule.id for rule in hotline().obligations.values() if rule.owes == "finance_head"}
    different = {name[0] for name in before if before[name] != after.get(name)}
    assert different <= owed


def test_other_changes_do_what_they_say():
    what = given_for(two_teams(), otherwise=Times(timedelta(minutes=8), timedelta(minutes=8)))
    shorter = rows(ran(changed(what, Change("limit", "east_1", timedelta(minutes=5)))))
    assert (shorter["east_1", 1].due, shorter["east_1", 1].share, shorter["west_1", 1].due) == (300, 1.0, 600)
    quick = Change("time", "east", times=Times(timedelta(seconds=1), timedelta(seconds=1)))
    assert rows(ran(changed(what, quick)))["east_5", 1].late < 10
    shared = replace(what, cast={**what.cast, "west": "east"})
    assert rows(ran(shared))["west_1", 1].share == 1.0, "one person holds both roles"
    assert rows(ran(changed(shared, Change("person", "west"))))["west_1", 1].share == 0.0
    with pytest.raises(KeyError):
        changed(what, Change("deputy", "nobody"))


def test_several_incidents_share_the_people():
    what = given_for(two_teams(), otherwise=Times(timedelta(minutes=5), timedelta(minutes=5)))
    one = ran(what)
    three = ran(replace(what, arrivals=(timedelta(), timedelta(minutes=1), timedelta(minutes=2))))
    assert (one.incidents, three.incidents) == (20, 60)
    assert three.working[0].peak > one.working[0].peak
    assert sum(row.missed for row in three.rows) / 60 > sum(row.missed for row in one.rows) / 20
    by_chance = ran(replace(what, hours=6, apart=timedelta(hours=1)))
    assert by_chance.incidents > 60


def test_the_signature_waited_for_longest_comes_first():
    slow = Times(timedelta(minutes=40), timedelta(minutes=40))
    result = ran(given_for(hotline(), level="l1", times={"legal_reviewer": slow}), 5)
    assert result.waiting
    assert result.waiting[0].median == 40 * 60
    assert [one.median for one in result.waiting] == sorted((one.median for one in result.waiting), reverse=True)


def test_runs_shared_out_add_up():
    what = given_for(two_teams())
    first, second = simulate.run(what, 1, 4), simulate.run(what, 1, 3, first=4)
    whole = simulate.Tally()
    for part in (first, second):
        whole.add(read(plain(part)))
    assert whole == simulate.run(what, 1, 7)


def test_times_are_learned_from_enough_of_the_past_and_given_otherwise():
    assert learn([60.0] * 4, simulate.Times()) == simulate.Times()
    learned = learn([300.0, 60.0, 120.0, 240.0, 180.0], simulate.Times())
    assert learned.at(0.5) == timedelta(minutes=3)
    assert timedelta(minutes=1) <= learned.at(0.01) < learned.at(0.99) <= timedelta(minutes=5)


def test_given_times_have_their_median_and_their_nine_in_ten():
    times = Times(timedelta(minutes=5), timedelta(minutes=15))
    assert times.at(0.5) == timedelta(minutes=5)
    assert abs(times.at(0.9) - timedelta(minutes=15)) < timedelta(seconds=1)


def test_what_is_drawn_belongs_to_the_duty_and_not_to_the_order():
    numbers = [draw(1, f"duty {number}") for number in range(2000)]
    assert draw(1, "duty 7") == numbers[7]
    assert draw(2, "duty 7") != numbers[7]
    assert all(0 < number < 1 for number in numbers)
    assert 0.47 < sum(numbers) / len(numbers) < 0.53
    assert quantile([], 0.5) is None
    assert quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.8) == 4.0
