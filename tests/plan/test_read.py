"""Reading a plan as a whole: all findings at once, at their places; nothing hostile raises, hangs or swells; the hash names what is meant."""

import copy
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.example import PLAN, example, messages
from tocsin.plan import document
from tocsin.plan.read import FINDINGS_MAX, read


def test_the_example_is_clean():
    result = example()
    assert [finding for finding in result.findings if finding.severity != "note"] == []
    assert result.program is not None


def test_findings_of_every_stage_come_together_in_the_order_of_the_file():
    source = PLAN.replace("owes: helper, do", "owes: hepler, do").replace("hold: 30m", "hold: half an hour").replace("< 10.0", "< 10")
    source = source.replace("commander: true", "comander: true")
    assert [(each.code, each.line) for each in read(source, "x").findings if each.severity == "error"] == [
        ("L24", 17),
        ("L03", 17),
        ("L02", 22),
        ("L04", 35),
    ]


def test_a_finding_says_file_place_path_and_a_way_out():
    result = example("owes: helper, do", "owes: hepler, do")
    assert str(result.findings[-1]) == "example.yaml:35:26 L04 error there is no role or group or department hepler — did you mean helper?"
    assert result.findings[-1].path == "obligations.call.owes"
    assert result.program is None


def test_read_again_a_text_is_as_it_was_written():
    chain = (Path(__file__).parent / "broken" / "like-chain.yaml").read_text("utf-8")
    first, again = read(chain, "p.yaml"), read(chain, "p.yaml")
    assert [finding.path for finding in first.findings if finding.path.endswith(".like")]
    assert again.findings == first.findings


def test_a_rule_that_does_not_fit_is_still_known_to_the_others():
    result = example("held_by: nobody, deputies", "held_by: nobdy, deputies")
    assert messages(result) == [
        "L03 not a way to hold a role — nobody, or one of person, schedule, department, role, who_marked, each: {person: …}"
    ]


def test_a_warning_is_acknowledged_by_the_rule_that_decides_it():
    announced = ("fields: {what: {}}", "fields: {what: {}}\n    announced: 2")
    assert messages(example(*announced))[0].startswith("L10 the document announces 2 fields, it lists 1 —")
    acknowledged = example(announced[0], announced[1] + "\n    acknowledges: [X-05, L10]")
    assert [(each.severity, each.message) for each in acknowledged.findings] == [
        ("note", "the document announces 2 fields, it lists 1 (acknowledged: X-05, L10)")
    ]


def test_a_contradiction_alone_silences_nothing():
    announced = "fields: {what: {}}\n    announced: 2\n    acknowledges: [X-05]"
    assert [each.severity for each in example("fields: {what: {}}", announced).findings] == ["warning"]


def test_a_code_acknowledges_only_itself():
    announced = "fields: {what: {}}\n    announced: 2\n    acknowledges: [L16]"
    assert [each.severity for each in example("fields: {what: {}}", announced).findings] == ["warning"]


def test_an_error_cannot_be_acknowledged():
    result = example("what: {}}", "what: {}}\n    acknowledges: [L04]\n    publisher: nobody_known")
    assert [each.severity for each in result.findings] == ["error"]


# ------------------------------------------------------------------ hostile input


@pytest.mark.parametrize("count", [500, 10_000])
def test_ten_thousand_obligations_are_read_or_refused_in_bounded_time(count: int):
    duties = "".join(f"  o{number}: {{cite: §1, owes: hepler, do: Call, within: 5m, of: judged}}\n" for number in range(count))
    began = time.process_time()
    result = example("obligations:\n", f"obligations:\n{duties}")
    assert time.process_time() - began < 30
    assert result.program is None
    assert len(result.findings) <= FINDINGS_MAX
    if count > 1000:
        assert [each.message for each in result.findings] == [f"more than {document.NODES_MAX} values"]


def test_many_good_obligations_compile():
    duties = "".join(f"  o{number}: {{cite: §1, owes: helper, do: Call, within: 5m, of: judged}}\n" for number in range(500))
    result = example("obligations:\n", f"obligations:\n{duties}")
    assert result.program is not None
    assert len(result.program.obligations) == 502


@pytest.mark.parametrize(
    "source",
    [
        PLAN.replace("§1", "9" * 400_000),
        PLAN.replace("within: 30m", "within: " + "9" * 5000 + "h"),
        PLAN.replace("within: 30m", "within: 99999999h"),
        PLAN.replace("hold: 30m", "hold: " + "1h" * 10_000),
        PLAN.replace("lead", "l" * 100_000),
        PLAN.replace("availability.now >= 99.9", "(" * 1000 + "true" + ")" * 1000),
        PLAN.replace("availability.now >= 99.9", '"' + "x" * 100_000 + '" == "y"'),
        PLAN.replace("window: 60m", "window: 1e999999999m"),
        PLAN.replace('"{{ what }}"', '"' + "{{" * 50_000 + '"'),
        PLAN + "\nextra: " + "[" * 60 + "]" * 60,
    ],
    ids=range(10),
)
def test_what_is_huge_or_absurd_is_told_in_bounded_time(source: str):
    began = time.process_time()
    result = read(source, "x")
    assert time.process_time() - began < 10
    assert all(len(finding.message) < 400 for finding in result.findings)


_DATA = json.loads(json.dumps(document.plain(document.read(PLAN).root), default=str))  # type: ignore[arg-type]
_PLACES: list[tuple[str | int, ...]] = []


def _collect(value: Any, path: tuple[str | int, ...]) -> None:
    if path:
        _PLACES.append(path)
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _collect(item, (*path, key))


_collect(_DATA, ())
_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**20),
    st.text(max_size=5),
    st.sampled_from(
        ["30m", "2bd", "lead", "helper", "judged", "opened", "entry.x", "size", "complaints.now", "{{ x }}", "call.done", "levels"]
    ),
    st.sampled_from(
        [[], {}, [1], [[]], ["lead"], {"by": "size"}, {"by": "level", "high": "1h"}, {"from": "limit"}, {"like": "call"}, {"by": []}]
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLACES), st.one_of(_ANYTHING, st.sampled_from(_PLACES))), min_size=1, max_size=4))
def test_no_plan_whatever_raises(changes: list[tuple[tuple[str | int, ...], Any]]):
    data = copy.deepcopy(_DATA)
    for place, put in changes:
        holder = data
        try:
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = copy.deepcopy(_at(put)) if isinstance(put, tuple) else put
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    result = read(json.dumps(data, ensure_ascii=False), "x")
    assert result.program is not None or any(finding.severity == "error" for finding in result.findings)


def _at(place: tuple[str | int, ...]) -> Any:
    value = _DATA
    for step in place:
        value = value[step]
    return value


# ------------------------------------------------------------------ the hash


def hashed(source: str) -> str:
    program = read(source, "x").program
    assert program is not None
    return program.hash


LEAD = "lead: {cite: §4, held_by: {person: boss}, commander: true}"
HIT = '  hit: {cite: §1, type: yes_no, default: "no"}\n'
SAME = {
    "comments and line ends": "# a comment\n" + PLAN.replace("\n", "\r\n"),
    "quotes": PLAN.replace('version: "1"', "version: '1'"),
    "the order of keys": PLAN.replace(LEAD, "lead: {commander: true, held_by: {person: boss}, cite: §4}"),
    "layout": PLAN.replace(LEAD, "lead:\n    cite: §4\n    held_by:\n      person: boss\n    commander: true"),
    "the order of facts": PLAN.replace(HIT, "").replace("signals:\n", f"{HIT}signals:\n"),
}


@pytest.mark.parametrize("how", SAME)
def test_the_hash_is_of_what_is_meant_and_not_of_how_it_is_written(how: str):
    assert SAME[how] != PLAN
    assert hashed(SAME[how]) == hashed(PLAN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within: 30m", "within: 31m"),
        ("99.9", "99.8"),
        (">= 99.9", "> 99.9"),
        ("[small, large]", "[large, small]"),
        ("late: [lead, helper]", "late: [helper, lead]"),
        ("  high: {cite: §3", "  very_high: {cite: §3"),
        ("who: [lead], asks", "who: [helper], asks"),
        ("pl: Wysoki", "pl: Niski"),
    ],
)
def test_any_other_meaning_is_another_hash(old: str, new: str):
    assert hashed(PLAN.replace(old, new, 1)) != hashed(PLAN)


def test_which_level_is_gravest_is_part_of_the_meaning():
    high, low = (line for line in PLAN.splitlines(keepends=True) if line.startswith(("  high:", "  low:")))
    assert hashed(PLAN.replace(high + low, low + high)) != hashed(PLAN)


@pytest.mark.parametrize(
    ("old", "new", "said", "way_out"),
    [
        ("timezone: Europe/Warsaw", "timezone: Warsaw", "Warsaw is not a time zone", "did you mean Europe/Warsaw?"),
        ("document: {cite: §0", "document: {cite: §0, tags: null", "nothing stands here", "say something, or leave the key out"),
        ("document: {cite: §0", "document: {cite: §0, tags: one", "a list is wanted", "in square brackets, such as [a, b]"),
        (
            "document: {cite: §0",
            "levels: high\ndocument: {cite: §0",
            "a mapping of keys is wanted",
            "in braces, or indented below, such as {key: value}",
        ),
    ],
)
def test_what_is_nearly_right_is_told_how_it_would_be_right(old: str, new: str, said: str, way_out: str):
    assert old in PLAN
    found = {(str(each.message), str(each.hint)) for each in read(PLAN.replace(old, new, 1), "plan").findings}
    assert (said, way_out) in found


@pytest.mark.parametrize("broken", ['"A 1\\nthen more"', '"A 1\\n"', '["A 1", "A\\n2"]'])
def test_a_place_of_the_document_is_one_line(broken: str) -> None:
    source = PLAN.replace("cite: §1, type: yes_no", f"cite: {broken}, type: yes_no")
    assert "a place of the document is one line" in " ".join(messages(read(source, "x")))
