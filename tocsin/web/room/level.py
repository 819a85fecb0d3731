"""The level: what each plan proposes and why, rule by rule, and the decision that sets or changes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from tocsin.engine.expressions import Expression, Lookup, Name, Value
from tocsin.engine.namespaces import bare, part_of
from tocsin.engine.program import Cases, Decision, LevelRule, Option, Part, Program, Text
from tocsin.incidents.models import BoardRow, FactRow, LevelRow
from tocsin.web import laid_before, plan_words, wording
from tocsin.web.cases import Case
from tocsin.web.room import trends
from tocsin.web.room.trends import Trend


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A level rule in words. `hit` is yes, no or unknown; `graver`: unknown, and it would bring a graver level (CLS-12)."""

    rule: LevelRule
    words: Markup
    hit: str
    chosen: bool
    graver: bool
    seen: Markup
    signals: Markup


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of the decision on the level, with the sign of its level and whether the viewer may take it."""

    option: Option
    tone: str
    mark: str
    may: bool
    recommended: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """Where one plan stands with its levels: what is in force, what it proposes and why, and the decision open now."""

    scope: str
    plan: Text
    """How the plan is called, where there are several."""
    level: str
    level_at: datetime | None
    proposal: str
    source: str
    rules: list[RuleShown]
    fallback: list[Markup]
    decision: Decision | None
    choices: list[Choice]
    who: tuple[str, ...]
    asks: Sequence[Text]
    bands: Sequence[Mapping[str, Any]] = ()
    near: Sequence[tuple[str, list[Markup]]] = ()
    """Levels that are nearly reached, each with what it was held against."""
    known: Sequence[tuple[Text, Markup]] = ()
    """The facts that lie before whoever decides, with what is known of them."""
    readings: Sequence[Trend] = ()
    """What signals read before whoever decides: each may be put forward as evidence."""

    @property
    def key(self) -> str:
        return f"decision:{self.decision.id}" if self.decision else ""


def rules(
    program: Program,
    part: Part,
    values: Mapping[str, bool | None],
    *,
    chosen: Iterable[str],
    level: str,
    facts: Mapping[str, Value],
    look: Lookup | None,
) -> list[RuleShown]:
    """
    Return every rule of a plan as it stands: those that hold first, then what is unknown, then the rest, each from the gravest. What signals
    read is said beside each where there is a `look` at the samples: a drill goes by what its script says.
    """
    order = part.levels
    rank = order.index(level) if level in order else len(order)
    found = [
        RuleShown(
            rule=rule,
            words=wording.say(program, rule.when),
            hit={True: "yes", False: "no", None: "unknown"}[values.get(rule.id)],
            chosen=rule.id in chosen,
            graver=values.get(rule.id) is None and order.index(rule.level) < rank,
            seen=wording.seen(program, rule.when, facts),
            signals=laid_before.measured(program, rule.when, look, decided=values.get(rule.id) is not None) if look else Markup(),
        )
        for rule in (part.classify.rules if part.classify else ())
    ]
    by_hit = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(found, key=lambda shown: (by_hit[shown.hit], not shown.graver, order.index(shown.rule.level)))


def fallback(program: Program, part: Part, because: Iterable[str]) -> list[Markup]:
    """Return in words the lines of the fallback's table and steps that spoke."""
    if part.classify is None or part.classify.fallback is None:
        return []
    trees: dict[str, Expression] = {f"table:{index}": when for index, (when, _level) in enumerate(part.classify.fallback.table)}
    trees |= {f"then:{index}": step.when for index, step in enumerate(part.classify.fallback.then)}
    return [wording.say(program, trees[name]) for name in because if name in trees]


def context(case: Case) -> dict[str, object]:
    """Return for each plan with levels its proposal with its reasons and the decision open now, and every level decided so far."""
    rows = [row for row in case.rows(FactRow) if row.known]
    rules_ = case.program.facts
    facts = {row.fact: value for row in rows if row.fact in rules_ and (value := plan_words.unplain(row.value)) is not None}
    return {
        "grades": [_grade(case, part, facts) for part in case.program.plans if part.classify is not None or not part.name],
        "levels": case.rows(LevelRow)[::-1],
        "tone_of": lambda level: plan_words.tone(case.program, level),
        "mark_of": lambda level: plan_words.mark(case.program, level),
        "people": case.people,
        "say": lambda tree: wording.say(case.program, tree),
        "names": lambda roles: plan_words.names(case.program, roles),
        "plan_of": case.plan_of,
    }


def _grade(case: Case, part: Part, facts: Mapping[str, Value]) -> Grade:
    board, program = case.board, case.program
    known = next((plan for plan in board.plans if plan["id"] == part.name), {}) if part.name else _of_first(board)
    proposed = known.get("proposal") or {"level": "", "source": "", "because": [], "rules": [], "asks": []}
    values = {each["rule"]: each["value"] for each in proposed["rules"]}
    decision = deciding(case, part)
    offered = choices(case, decision, proposed["level"]) if decision else []
    readings = (
        trends.of(case, part.classify.shows) if part.classify and decision else ()
    )  # it reads furthest back: the samples are read once
    return Grade(
        scope=f"level-{part.name}" if part.name else "level",
        plan=part.program.title if case.program.parts else {},
        level=known.get("level", ""),
        level_at=datetime.fromisoformat(known["level_at"]) if known.get("level_at") else None,
        proposal=proposed["level"],
        source=proposed["source"],
        rules=rules(
            program,
            part,
            values,
            chosen=proposed["because"],
            level=proposed["level"],
            facts=facts,
            look=None if case.board.drill else case.measured.look(case.board.closed_at or case.now),
        ),
        fallback=fallback(program, part, proposed["because"]),
        decision=decision,
        choices=offered,
        who=tuple(dict.fromkeys(role for choice in offered for role in who(decision, bare(choice.option.level)))) if decision else (),
        asks=proposed["asks"],
        bands=() if part.name else board.grading.get("bands", ()),
        near=() if part.name else [_near(program, part, each) for each in board.grading.get("near", ())],
        known=_known(case, part, facts),
        readings=readings,
    )


def _near(program: Program, part: Part, kept: Mapping[str, Any]) -> tuple[str, list[Markup]]:
    """Return which level comes near, and the values that bring it near."""
    relaxed = part.classify.near.rules.get(kept["rule"]) if part.classify and part.classify.near else None
    trees = laid_before.read_by(relaxed) if relaxed else {}
    return kept["level"], [laid_before.said(program, name, value, trees) for name, value in kept["seen"].items()]


def _known(case: Case, part: Part, facts: Mapping[str, Value]) -> list[tuple[Text, Markup]]:
    """Return the facts that lie before whoever decides, as they stand."""
    paths = [tree.path for tree in part.classify.shows if isinstance(tree, Name)] if part.classify else []
    rules = [case.program.facts[path] for path in paths if path in case.program.facts]
    return [(plan_words.titled(rule), plan_words.spelled(rule, facts.get(rule.id))) for rule in rules]


def _of_first(board: BoardRow) -> dict[str, Any]:
    """Return where the first plan stands, in the form in which the row keeps the others."""
    proposal = {
        "level": board.proposal,
        "source": board.proposal_source,
        "because": board.proposal_because,
        "rules": board.proposal_rules,
        "asks": board.grading.get("asks", []),
    }
    return {"level": board.level, "level_at": board.level_at.isoformat() if board.level_at else "", "proposal": proposal}


def deciding(case: Case, part: Part) -> Decision | None:
    """Return the decision by which a plan's level is set now: the first while there is none, then the one that changes it."""
    setting = [rule for rule in case.program.decisions.values() if rule.sets_level and part_of(rule.id) == part.name]
    first = part.classify.decision if part.classify else ""
    known = (
        next((plan for plan in case.board.plans if plan["id"] == part.name), {"level": ""}) if part.name else {"level": case.board.level}
    )
    wanted = [rule for rule in setting if (rule.id == first) == (not known["level"])]
    return next(iter(wanted or setting), None)


def who(decision: Decision, case: str) -> tuple[str, ...]:
    """Return the roles that may take `decision` when the level in question is `case`."""
    if isinstance(decision.who, Cases):
        return decision.who.cases.get(case) or decision.who.otherwise or ()
    return decision.who


def choices(case: Case, decision: Decision, proposal: str) -> list[Choice]:
    """Return the options of the decision on the level, each with whether the viewer may take it."""
    return [
        Choice(
            option=option,
            tone=plan_words.tone(case.program, option.level) if option.level else "none",
            mark=plan_words.mark(case.program, option.level) if option.level else "–",
            may=case.speaks(who(decision, bare(option.level))),
            recommended=bool(option.level) and option.level == proposal,
        )
        for option in decision.options
    ]
