"""Plans that mean harm: reading them is work that grows as the plan does, and ends with a finding. Counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.plan.example import PLAN
from tocsin.plan import draft as drafts
from tocsin.plan.draft import CELLS_OF_ALL_MAX
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.read import FINDINGS_MAX, Result, read

HEAD = PLAN[: PLAN.index("facts:")]
DUTY = "cite: §1, owes: lead, within: {}m, of: reported"
ROLES = "roles:\n  lead: {cite: §1, held_by: nobody, commander: true}\n"
LEVELS = "levels:\n  high: {cite: §1, title: High}\n  low: {cite: §1, title: Low}\n"
CLASSIFY = (
    LEVELS + ROLES + "decisions:\n  set_level: {cite: §1, who: [lead], sets: level, options: {level: levels}}\n"
    "classify:\n  cite: §1\n  decision: set_level\n  rules:\n"
)


def counted(source: str) -> tuple[int, Result]:
    """Return how many functions are called to read a plan, and what comes of it."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        result = read(source, "x")
    finally:
        sys.setprofile(None)
    return calls, result


def repeated(line: str, count: int, indent: str = "  ") -> str:
    return "".join(f"{indent}{line.replace('#', str(number))}\n" for number in range(count))


GROWING: dict[str, Callable[[int], str]] = {
    "duties that send one message within other limits": lambda n: (
        HEAD
        + ROLES
        + "messages:\n  note: {cite: §1, audience: team, to: [lead], channels: {all: [email]}, text: Hello}\nobligations:\n"
        + "".join(f"  o{number}: {{{DUTY.format(number % 7 + 1)}, send: note}}\n" for number in range(n))
    ),
    "conditions that wait for each other": lambda n: (
        HEAD + "conditions:\n" + "".join(f'  c{number}: {{cite: §1, measure: holds("c{(number + 1) % n}")}}\n' for number in range(n))
    ),
    "moments that are others": lambda n: (
        HEAD + "moments:\n" + "".join(f"  m{number}: {{cite: §1, with: m{(number + 1) % n}}}\n" for number in range(n))
    ),
    "roles that others hold": lambda n: (
        HEAD + "roles:\n" + "".join(f"  r{number}: {{cite: §1, held_by: {{role: r{(number + 1) % n}}}}}\n" for number in range(n))
    ),
    "rules like one": lambda n: HEAD + ROLES + f"obligations:\n  o: {{{DUTY.format(1)}, do: Go}}\n" + repeated("p#: {like: o}", n),
    "rules like each other": lambda n: (
        HEAD
        + ROLES
        + f"obligations:\n  o0: {{{DUTY.format(1)}, do: Go}}\n"
        + "".join(f"  o{number}: {{like: o{number - 1}}}\n" for number in range(1, n))
    ),
    "names of one another": lambda n: HEAD + "roles:\n" + repeated("r#: {cite: §1, held_by: nobody, aliases: [boss, chief#]}", n),
    "signals of signals": lambda n: (
        HEAD
        + "signals:\n"
        + "".join(f"  s{number}: {{cite: §1, kind: computed, formula: s{(number + 1) % n}.now + 1.0}}\n" for number in range(n))
    ),
    "situations that open each other": lambda n: (
        HEAD
        + ROLES
        + "situations:\n"
        + "".join(
            f"  s{number}: {{cite: §1, opens: [{{on: s{(number + 1) % n}.opened}}], closes: [{{on: closed}}],"
            f" then: [{{open: s{(number + 2) % n}}}]}}\n"
            for number in range(n)
        )
    ),
    "figures of one duty": lambda n: (
        HEAD
        + ROLES
        + f"obligations:\n  o: {{{DUTY.format(1)}, do: Go}}\nfigures:\n"
        + repeated("f#: {cite: §1, from: reported, to: o.done, target: 2h}", n)
    ),
    "values of a choice": lambda n: (
        HEAD
        + "facts:\n  size: {cite: §1, type: choice, of: ["
        + ", ".join(f"v{number}" for number in range(n))
        + "]}\nconditions:\n"
        + "  c: {cite: §1, measure: 'size == \"v0\"'}\n"
    ),
    "names that are nearly right": lambda n: (
        HEAD + ROLES.replace("lead", "leader") + "obligations:\n" + repeated("o#: {cite: §1, owes: lead#, do: Go, from: reported}", n)
    ),
}


@pytest.mark.parametrize("what", GROWING)
def test_twice_the_plan_is_no_more_than_thrice_the_work(what: str):
    once, _ = counted(GROWING[what](60))
    twice, result = counted(GROWING[what](120))
    assert twice < 3 * once
    assert len(result.findings) <= FINDINGS_MAX


BOUNDED: dict[str, str] = {
    "level rules that all differ": HEAD
    + "facts:\n  size: {cite: §1, type: number}\n"
    + CLASSIFY
    + repeated("r#: {level: high, when: size > #.5}", 600, "    "),
    "level rules of facts that multiply": (
        HEAD
        + "facts:\n"
        + repeated("f#: {cite: §1, type: choice, of: [a, b, c, d, e, f, g, h]}", 30)
        + CLASSIFY
        + "".join(f'    r{number}: {{level: high, when: \'f{number} == "a" || f{(number + 1) % 30} == "b"\'}}\n' for number in range(30))
    ),
    "readings of everything": (
        HEAD
        + "facts:\n  size: {cite: §1, type: number}\n"
        + CLASSIFY
        + repeated("r#: {level: high, when: size > #.5, readings: [{when: size >= #.5, cite: §2}]}", 400, "    ")
    ),
    "choices compared with choices": (
        HEAD
        + "facts:\n"
        + repeated("f#: {cite: §1, type: choice, of: [" + ", ".join(f"v{number}" for number in range(200)) + "]}", 20)
        + "conditions:\n"
        + "".join(f"  c{number}: {{cite: §1, measure: f{number % 20} == f{(number + 1) % 20}}}\n" for number in range(200))
    ),
    "limits by many cases": (
        HEAD
        + "facts:\n"
        + repeated("f#: {cite: §1, type: choice, of: [" + ", ".join(f"v{number}" for number in range(50)) + "]}", 3)
        + ROLES
        + "messages:\n  note: {cite: §1, audience: team, to: [lead], channels: {all: [email]}, text: Hello, approvals: ["
        + ", ".join(f"{{role: lead, does: d{number}, within: {{by: f{number}, v0: 1m, else: 2m}}}}" for number in range(3))
        + "]}\nobligations:\n"
        + repeated("o#: {cite: §1, owes: lead, send: note, within: 1h, of: reported}", 200)
    ),
}


@pytest.mark.parametrize("what", BOUNDED)
def test_what_would_multiply_is_looked_at_up_to_a_bound(what: str):
    calls, result = counted(BOUNDED[what])
    assert calls < 6_000_000
    assert len(result.findings) <= FINDINGS_MAX


def test_all_checks_together_look_at_a_bounded_number_of_cells():
    draft = drafts.read(BOUNDED["level rules of facts that multiply"])
    trees = [tree for _, formula in draft.walk(Formula) if (tree := draft.tree(formula)) is not None]
    for _ in range(60):
        draft.cells(trees[:4], unknown=True)
    assert CELLS_OF_ALL_MAX // 2 < draft.cells_seen <= CELLS_OF_ALL_MAX


INVISIBLE = {
    "right to left": "\u202e",
    "isolate": "\u2066",
    "mark": "\u200f",
    "arabic letter mark": "\u061c",
    "zero width": "\u200b",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "filler": "\u3164",
    "tag": "\U000e0041",
    "byte order": "\ufeff",
    "line separator": "\u2028",
    "bell": "\x07",
}


@pytest.mark.parametrize("char", INVISIBLE.values(), ids=INVISIBLE)
@pytest.mark.parametrize("escaped", [False, True], ids=["as it is", "escaped"])
def test_what_nobody_sees_is_told_where_it_stands(char: str, *, escaped: bool):
    written = f"\\U{ord(char):08x}" if escaped else char
    result = read(PLAN.replace("en: Call,", f'en: "Call {written}off",'), "x")
    assert result.program is None
    assert [(each.code, each.line) for each in result.findings] == [("L01", 35)]


def test_letters_of_another_script_are_seen_through_where_a_name_is_looked_up():
    latin, cyrillic = "capo", "\u0441\u0430\u0440\u043e"
    plan = (
        HEAD
        + ROLES.replace("commander: true", f"commander: true, aliases: [{latin}]")
        + f"  helper: {{cite: §1, held_by: nobody, aliases: [{cyrillic}]}}\n"
    )
    assert [each.code for each in read(plan, "x").findings if each.severity == "warning"] == ["L17"]
