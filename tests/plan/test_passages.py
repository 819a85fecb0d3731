"""A citation finds its place in the organisation's own document, however that numbers and names its places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.example import PLAN
from tocsin.plan import passages, shipped
from tocsin.plan.read import read

REGULATION = """# Regulation

## Criteria of a critical incident

1. **Nothing works** - for anybody
2. **A key client** is hit

## Steps

### Step 1: Noticing

**What to do:**
1. Decide how grave it is:
   - nothing works
   - many are hit
2. Tell the head of support

**Where:** the tracker

### Step 2: Reacting

**What to do:**
1. Write to the client within 15 minutes

## Special cases

### It takes longer than promised

1. Say so

### Management is asked

1. Ask it

## Mistakes

| Mistake | Way out |
|---|---|
| Nobody noticed | Watch |
| Nobody was told | Tell |
"""
ONE_LINE = "一、总则1、适用范围。2、分级分为三级。二、组织1、形式设指挥部。2、职责(1)指挥部定策略。(2)技术组修复,三、四级除外。三、信息1、全天值守。"
PLAIN = """Roles

Role: lead of the technical team

Main duties: The lead of the technical team finds the cause. Also decides on changes.

Role: scribe

Main duties: The scribe writes everything down.

The process has several key aspects:

  • Finding: somebody notices.
  • Sorting: the gravest first.
"""


@pytest.mark.row("PLN-03")
@pytest.mark.parametrize(
    ("text", "cite", "said"),
    [
        (REGULATION, "R step 1.2", "2. Tell the head of support"),
        (REGULATION, "R step 1.1", "1. Decide how grave it is:\n- nothing works\n- many are hit"),
        (REGULATION, "R criterion 2", "2. A key client is hit"),
        (REGULATION, "R special case 2", "Management is asked\n1. Ask it"),
        (REGULATION, "R mistake 2", "Nobody was told · Tell"),
        (ONE_LINE, "H 一.2", "2、分级分为三级。"),
        (ONE_LINE, "H 二.2(2)", "(2)技术组修复,三、四级除外。"),
        (ONE_LINE, "H 三.1", "1、全天值守。"),
        (PLAIN, "A scribe", "Role: scribe\nMain duties: The scribe writes everything down."),
        (PLAIN, "A key aspects 2", "• Sorting: the gravest first."),
    ],
    ids=lambda each: each if len(each) < 20 else "",
)
def test_a_citation_finds_its_passage(text: str, cite: str, said: str) -> None:
    assert passages.find(passages.read(text), cite, cite[0]).startswith(said)


@pytest.mark.parametrize("cite", ["R step 3", "R step 1.9", "R whole document", "X-09", "R", ""])
def test_what_the_text_does_not_have_is_not_found(cite: str) -> None:
    assert passages.find(passages.read(REGULATION), cite, "R") == ""


def test_a_plan_calls_its_document_what_most_citations_begin_with() -> None:
    found = {name: passages.prefix(program) for name in shipped.sources() if (program := shipped.program(name))}
    assert sorted(found.values()) == ["A", "B", "H", "R"]
    alone = read(PLAN, "example.yaml").program
    assert alone is not None
    assert passages.prefix(alone) == ""


def test_a_text_of_any_kind_ends_in_bounded_time() -> None:
    for text in ("(1)" * 20_000, "1. a\n" * 20_000, "#" * 100_000, "|" * 50_000, "一、1、(1)" * 10_000):
        assert passages.find(passages.read(text), "H 一.1", "H") is not None


_MARKS = st.sampled_from([*"#①²四十二三、.()（）|-*1٣:：\n\t ", "三二十", "# ", "\n\n", "**", "1、", "H ", "9" * 5000])
_ANY = st.lists(st.one_of(_MARKS, st.text(max_size=5)), max_size=30).map("".join)


@given(_ANY, _ANY)
def test_no_text_and_no_citation_is_too_odd_to_look_for(text: str, cite: str) -> None:
    assert isinstance(passages.find(passages.read(text), cite, "H"), str)


@pytest.mark.parametrize("numeral", ["①", "²", "三二十", "十十", "四五", "9" * 5000])
def test_what_is_no_numeral_numbers_no_place(numeral: str) -> None:
    text = f"# Step {numeral}\n\nodd\n\n{numeral}、odd\n\n# Step 2\n\neven\n"
    assert not passages.find(passages.read(text), f"H {numeral}.1", "H")
    assert passages.find(passages.read(text), "H step 2", "H") == "Step 2\neven"


@pytest.mark.parametrize(
    ("cite", "said"), [("H 十", "十、ten"), ("H 十二", "十二、twelve"), ("H 二十", "二十、twenty"), ("H 二十一", "二十一、more")]
)
def test_a_chapter_is_numbered_as_one_counts_in_chinese(cite: str, said: str) -> None:
    assert passages.find(passages.read("十、ten\n\n十二、twelve\n\n二十、twenty\n\n二十一、more\n"), cite, "H") == said
