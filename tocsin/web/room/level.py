"""The level: what the plan proposes and why, rule by rule, and the decision that sets or changes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tocsin.engine.expressions import Expression, Value
from tocsin.engine.program import Cases, Decision, LevelRule, Option, Program
from tocsin.incidents.models import FactRow, LevelRow
from tocsin.web import plan_words, wording
from tocsin.web.cases import Case


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


def rules(
    program: Program, values: Mapping[str, bool | None], chosen: Iterable[str], level: str, facts: Mapping[str, Value]
) -> list[RuleShown]:
    """Return every rule as it stands: those that hold first, then what is unknown, then the rest, each from the gravest."""
    order = list(program.levels)
    rank = order.index(level) if level in order else len(order)
    found = [
        RuleShown(
            rule=rule,
            words=wording.say(program, rule.when),
            hit={True: "yes", False: "no", None: "unknown"}[values.get(rule.id)],
            chosen=rule.id in chosen,
            graver=values.get(rule.id) is None and order.index(rule.level) < rank,
            seen=wording.seen(program, rule.when, facts),
            signals=wording.signals(program, rule.when),
        )
        for rule in (program.classify.rules if program.classify else ())
    ]
    by_hit = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(found, key=lambda shown: (by_hit[shown.hit], not shown.graver, order.index(shown.rule.level)))


def fallback(program: Program, because: Iterable[str]) -> list[Markup]:
    """Return in words the lines of the fallback's table and steps that spoke."""
    if program.classify is None or program.classify.fallback is None:
        return []
    trees: dict[str, Expression] = {f"table:{index}": when for index, (when, _level) in enumerate(program.classify.fallback.table)}
    trees |= {f"then:{index}": step.when for index, step in enumerate(program.classify.fallback.then)}
    return [wording.say(program, trees[name]) for name in because if name in trees]


def context(case: Case) -> dict[str, object]:
    """Return the proposal with its reasons and the decision open now."""
    board = case.board
    rows = {row.fact: row for row in FactRow.objects.filter(incident_id=case.id, known=True)}
    facts = {
        name: value
        for name, row in rows.items()
        if name in case.program.facts and (value := plan_words.unkept(case.program.facts[name], row.value)) is not None
    }
    values = {each["rule"]: each["value"] for each in board.proposal_rules}
    decision = deciding(case)
    return {
        "rules": rules(case.program, values, board.proposal_because, board.proposal, facts),
        "fallback": fallback(case.program, board.proposal_because),
        "decision": decision,
        "choices": choices(case, decision) if decision else [],
        "levels": LevelRow.objects.filter(incident_id=case.id).order_by("-seq"),
        "tone_of": lambda level: plan_words.tone(case.program, level),
        "mark_of": lambda level: plan_words.mark(case.program, level),
        "people": case.people,
        "say": lambda tree: wording.say(case.program, tree),
        "names": lambda roles: plan_words.names(case.program, roles),
        "who": dict.fromkeys(role for choice in choices(case, decision) for role in who(decision, choice.option.level)) if decision else {},
    }


def deciding(case: Case) -> Decision | None:
    """Return the decision by which the level is set now: the first while there is none, then the one that changes it."""
    setting = [rule for rule in case.program.decisions.values() if rule.sets_level]
    first = case.program.classify.decision if case.program.classify else ""
    wanted = [rule for rule in setting if (rule.id == first) == (not case.board.level)]
    return (wanted or setting or [None])[0]


def who(decision: Decision, case: str) -> tuple[str, ...]:
    """Return the roles that may take `decision` when the level in question is `case`."""
    if isinstance(decision.who, Cases):
        return decision.who.cases.get(case) or decision.who.otherwise or ()
    return decision.who


def choices(case: Case, decision: Decision) -> list[Choice]:
    """Return the options of the decision on the level, each with whether the viewer may take it."""
    return [
        Choice(
            option=option,
            tone=plan_words.tone(case.program, option.level) if option.level else "none",
            mark=plan_words.mark(case.program, option.level) if option.level else "–",
            may=case.speaks(who(decision, option.level)),
            recommended=bool(option.level) and option.level == case.board.proposal,
        )
        for option in decision.options
    ]
