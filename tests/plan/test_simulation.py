"""`tocsin plan simulate`: the same question gives the same answer, however it is shared out; in words, in four languages."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.engine import simulate
from tocsin.engine.simulate.tally import read
from tocsin.plan import shipped
from tocsin.plan.commands import plan
from tocsin.plan.simulation.asked import Asked, UnanswerableError, given_of
from tocsin.plan.simulation.crew import Crew, simulated

HOTLINE = shipped.sources()["hotline-outage"]
SCENARIOS = Path("plans/hotline-outage/scenarios")


def asked(**more):
    return Asked(**{"source": HOTLINE.read_text(), "runs": 6, "level": "l1"} | more)


def said(*arguments):
    result = CliRunner().invoke(plan, ["simulate", str(HOTLINE), "--runs", "4", "--level", "l1", *arguments])
    return result.exit_code, result.output


def test_a_question_shared_out_to_processes_is_answered_as_by_one():
    one = simulate.run(given_of(asked()), 1, 6)
    assert Crew(given_of(asked()), 1, 6).answer() == one
    assert read(simulate_plain(one)) == one


def simulate_plain(tally):
    return json.loads(json.dumps(simulate.tally.plain(tally)))


@pytest.mark.row("PLN-12")
@pytest.mark.parametrize(("language", "words"), [("en", "80 % by"), ("ru", "срыв"), ("pl", "termin"), ("zh", "超时")])
def test_the_command_lists_every_clock_in_the_language_asked_for(language, words):
    code, output = said("--language", language)
    assert code == 0
    assert words in output
    title = given_of(asked()).program.obligations["first_meeting"].title
    assert title[language] in output


def test_the_command_prints_json_for_programs():
    code, output = said("--json", "--what-if", "deputy:tech_leader")
    found = json.loads(output)
    assert code == 0
    assert found["result"]["runs"] == 4
    assert {row["clock"] for row in found["changed"]["rows"]} >= {"first_meeting", "summary"}


def test_a_change_is_shown_beside_what_it_was():
    _, output = said("--what-if", "time:tech_leader=0.1", "--times", "tech_leader=20/40")
    assert "=" in output
    assert "changed" in output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--level", "no_such"),
        ("--what-if", "deputy:nobody"),
        ("--what-if", "limit:first_meeting"),
        ("--what-if", "wish:luck"),
        ("--times", "tech_leader=x"),
        ("--otherwise", "9/3"),
        ("--runs", "0"),
    ],
)
def test_what_cannot_be_simulated_is_said_and_not_guessed(arguments):
    code, output = said(*arguments)
    assert code == 1
    assert output.startswith("Error: ")


@pytest.mark.row("PLN-12")
def test_a_scenario_says_what_is_measured_and_decided_while_chance_says_when():
    given = given_of(asked(level="", scenario=str(SCENARIOS / "wc-x1.yaml")))
    assert given.cast["tech_leader"] == "lin"
    assert given.answers["set_level"].option == "l1"
    assert any(type(command).__name__ == "Observe" for _, command in given.happens)
    result = simulate.summary(given, simulate.run(given, 1, 4))
    assert {row.clock for row in result.rows} >= {"first_judgement", "first_meeting", "summary"}


def test_a_simulation_ends_with_its_bound():
    with pytest.raises(UnanswerableError, match=r"longer than|more memory or time"):
        Crew(given_of(asked()), 1, 90_000, seconds_max=1).answer()


def test_a_simulation_that_is_cancelled_ends_and_says_so(monkeypatch):
    one = Crew(given_of(asked()), 1, 50_000)
    start = one._start
    monkeypatch.setattr(one, "_start", lambda first, count: (start(first, count), one.cancel()))
    with pytest.raises(UnanswerableError, match="cancelled"):
        one.answer()


def test_a_change_is_simulated_beside_what_is():
    given, result, after = simulated(replace(asked(), change={"kind": "person", "subject": "tech_leader", "minutes": 0}))
    assert (given.level, result.runs, after.runs) == ("l1", 6, 6)
