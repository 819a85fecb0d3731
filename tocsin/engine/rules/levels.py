"""Levels: every rule evaluated, the gravest proposed, with the reason; nothing changes until somebody decides (CLS-12, CLS-13, LVL-01)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.expressions import UNKNOWN, Expression, WatchRef, leaves
from tocsin.engine.namespaces import bare, part_of, within
from tocsin.engine.program import Adjustment, Classify, Fallback, LevelRule, Part, Program, Text
from tocsin.engine.reads import Read, of_expression, of_phase, of_standing
from tocsin.engine.rules import decisions, roles
from tocsin.engine.rules.deadlines import tell
from tocsin.engine.spelling import spell
from tocsin.engine.turn import Turn
from tocsin.engine.values import duration_now, prepared, read, truth

NEAR: Final = "near"
"""Under this name it is noted whether something is near."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A level with what chose it (`source` rule, fallback or adjust), and every rule as it stands."""

    level: str
    source: str
    because: tuple[str, ...]
    rules: tuple[t.RuleReading, ...]


def propose(program: Program, state: t.State, at: datetime, part: str = "", by: Classify | None = None) -> Proposal:
    """
    Return what the plan (of several, the one called `part`) proposes now, or would `by` other rules; an empty level where nothing speaks. Pure.
    """
    plan = program.part(within(part, ""))
    classify = by or plan.classify
    if classify is None:
        return Proposal("", "", (), ())
    level, source, because = _choose(program, state, plan, classify, at)
    return Proposal(level, source, because, _readings(program, state, classify, at))


def _choose(program: Program, state: t.State, plan: Part, classify: Classify, at: datetime) -> tuple[str, str, tuple[str, ...]]:
    true = [rule for rule in classify.rules if truth(program, state, rule.when, at)]
    gravest = min((rule.level for rule in true), key=plan.levels.index, default="")
    adjusted = _adjust(program, state, plan, classify, at)
    if adjusted and not _is_news(state, plan, true, adjusted[0]):
        level, by = adjusted
        return level, "adjust", (by,)
    if true:
        return gravest, "rule", tuple(rule.id for rule in true)
    level, because = _fall_back(program, state, plan, classify.fallback, at)
    return level, "fallback" if level else "", because


def _readings(program: Program, state: t.State, classify: Classify, at: datetime) -> tuple[t.RuleReading, ...]:
    return tuple(
        t.RuleReading(
            rule.id,
            rule.level,
            truth(program, state, rule.when, at),
            prepared(program, rule.when).spelled,
            dict(seen(program, state, rule.when, at)),
        )
        for rule in classify.rules
    )


def seen(program: Program, state: t.State, tree: Expression, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield each value that `tree` looks at, by its spelling, as text: the readings behind a watch, the value of a fact."""
    for leaf in prepared(program, tree).leaves:
        if isinstance(leaf, WatchRef):
            edge = state.edges.get(leaf.watch)
            yield from edge.seen.items() if edge else [(spell(inner), "unknown") for inner in leaves(leaf.test)]
        else:
            value = read(program, state, leaf, at)
            yield prepared(program, leaf).spelled, "unknown" if value is UNKNOWN else str(value)


def _adjust(program: Program, state: t.State, plan: Part, classify: Classify, at: datetime) -> tuple[str, str] | None:
    now = state.standing(plan.name).level
    if not now or plan.moment("activated") not in state.moments or plan.moment("terminated") in state.moments:
        return None
    for adjustment in classify.adjust:
        level = _adjusted(program, state, plan, adjustment, at)
        if level and level != now:
            return level, adjustment.id
    return None


def _is_news(state: t.State, plan: Part, true: Sequence[LevelRule], adjusted: str) -> bool:
    """
    Return whether a rule speaks for a level graver than the one in force and than `adjusted`, and did not when that level was decided.

    What was known then has been weighed; what came true since has not, and no adjustment speaks over it.
    """
    gravest = min(_rank(plan, state.standing(plan.name).level), _rank(plan, adjusted))
    return any(_rank(plan, rule.level) < gravest and not state.turned.get(_overruled(plan, rule)) for rule in true)


def _overruled(plan: Part, rule: LevelRule) -> str:
    """Return under which name it is noted whether this rule has spoken for a graver level ever since the level was decided."""
    return within(plan.name, f"overruled:{bare(rule.id)}")


def _keep_overruled(turn: Turn, plan: Part, classify: Classify) -> None:
    """Let a rule that does not hold any more be news when it comes true again; one that is only unknown has not ended."""
    for rule in classify.rules:
        subject = _overruled(plan, rule)
        if turn.state.turned.get(subject) and truth(turn.program, turn.state, rule.when, turn.instant) is False:
            turn.emit(t.ExpressionTurned(at=turn.at, by=t.SYSTEM, subject=subject, value=False))


def _adjusted(program: Program, state: t.State, plan: Part, adjustment: Adjustment, at: datetime) -> str:
    standing = state.standing(plan.name)
    if adjustment.when is not None and truth(program, state, adjustment.when, at) is not True:
        return ""
    if adjustment.on:
        moment = state.moments.get(adjustment.on)
        if moment is None or standing.level_at is None or moment.at < standing.level_at:
            return ""
    if adjustment.to:
        return adjustment.to
    return _shift(plan.levels, standing.level, adjustment.lower - adjustment.raises)


def _shift(order: tuple[str, ...], level: str, steps: int) -> str:
    """Return the level `steps` milder (negative: graver), never beyond the ends."""
    return order[max(0, min(len(order) - 1, order.index(level) + steps))]


def _fall_back(program: Program, state: t.State, plan: Part, fallback: Fallback | None, at: datetime) -> tuple[str, tuple[str, ...]]:
    if fallback is None:
        return "", ()
    for index, (when, listed) in enumerate(fallback.table):
        if not truth(program, state, when, at):
            continue
        level = listed
        because = [f"table:{index}"]
        for number, step in enumerate(fallback.then):
            if not truth(program, state, step.when, at):
                continue
            because.append(f"then:{number}")
            level = _shift(plan.levels, level, -step.raises)
            if step.at_least:
                level = min(level, step.at_least, key=plan.levels.index)
        return level, tuple(because)
    return "", ()


NOUN: Final = "levels"


def reads(program: Program) -> Iterator[tuple[Part, Iterator[Read]]]:
    """Yield every plan that has levels, with everything that any of its rules reads."""
    for plan in program.plans:
        if plan.classify is not None:
            yield plan, _reads(program, plan, plan.classify)


def _reads(program: Program, plan: Part, classify: Classify) -> Iterator[Read]:
    own = within(plan.name, "")
    yield from of_phase(own)
    yield from of_standing(own, "level", "level_at", "proposal", "near", "nearest")
    yield from (("turned", _overruled(plan, rule)) for rule in classify.rules)
    yield from (("turned", within(plan.name, NEAR)), ("moments", plan.moment("activated")), ("moments", plan.moment("terminated")))
    fallback = classify.fallback or Fallback(table=())
    for tree in (
        *(rule.when for rule in classify.rules),
        *(adjustment.when for adjustment in classify.adjust),
        *(when for when, _ in fallback.table),
        *(step.when for step in fallback.then),
        *(classify.near.rules.values() if classify.near else ()),
    ):
        yield from of_expression(program, tree)
    for adjustment in classify.adjust:
        yield "moments", adjustment.on


def settle(turn: Turn) -> None:
    """Keep the proposal in step with what is known, and tell those who decide when it changes."""
    for plan in turn.stale(NOUN):
        phase = turn.state.phase_of(within(plan.name, ""))
        if plan.classify is not None and phase not in ("", "review", "closed", "cancelled"):
            _keep_near(turn, plan, plan.classify)
            _keep_overruled(turn, plan, plan.classify)
            _follow(turn, plan, plan.classify)


def _follow(turn: Turn, plan: Part, classify: Classify) -> None:
    found = _choose(turn.program, turn.state, plan, classify, turn.instant)
    standing = turn.state.standing(plan.name)
    known = standing.proposal
    now = (known.level, known.source, known.because) if known else ("", "", ())
    if found == now or _only_silent(turn, plan, classify, found):
        return
    level, source, because = found
    rules = _readings(turn.program, turn.state, classify, turn.instant)
    named = level or within(plan.name, "")
    turn.emit(t.LevelProposed(at=turn.at, by=t.SYSTEM, level=named, source=source, because=because, rules=rules))
    if classify.at_once and level and (not standing.level or plan.levels.index(level) < plan.levels.index(standing.level)):
        decisions.by_itself(turn, turn.program.decisions[classify.decision], level)  # down leads only a person (LVL-09)
    elif level and level != standing.level and (known is None or known.level != level):
        tell(turn, _deciders(turn, classify, level), f"proposed:{level}")


def _only_silent(turn: Turn, plan: Part, classify: Classify, found: tuple[str, str, tuple[str, ...]]) -> bool:
    """Return whether a proposal would only grow milder because what spoke for it is unknown now: a silent feed is no all-clear (DET-11)."""
    known, (level, source, _) = turn.state.standing(plan.name).proposal, found
    if known is None or known.source != "rule" or source == "adjust":
        return False
    if known.level not in plan.levels:
        return False  # another version of the plan has renamed it
    order = plan.levels
    if level and order.index(level) <= order.index(known.level):
        return False
    spoke = [rule for rule in classify.rules if rule.id in known.because and rule.level == known.level]
    return any(truth(turn.program, turn.state, rule.when, turn.instant) is None for rule in spoke)


def near(program: Program, state: t.State, at: datetime, part: str = "") -> tuple[t.RuleReading, ...]:
    """Return the rules that are nearly met: every threshold relaxed they hold, as they are they do not (EWS-01). Pure."""
    classify = program.part(within(part, "")).classify
    if classify is None or classify.near is None:
        return ()
    found = []
    for rule in classify.rules:
        relaxed = classify.near.rules.get(rule.id)
        if relaxed is None or truth(program, state, relaxed, at) is not True or truth(program, state, rule.when, at) is True:
            continue
        found.append(t.RuleReading(rule.id, rule.level, True, spell(relaxed), dict(seen(program, state, relaxed, at))))
    return tuple(found)


def _keep_near(turn: Turn, plan: Part, classify: Classify) -> None:
    """Note what has come near; where no rule is met and nothing runs yet, let the plan's answer to it follow."""
    found = near(turn.program, turn.state, turn.instant, plan.name)
    names = tuple(rule.rule for rule in found)
    level = min((rule.level for rule in found), key=plan.levels.index, default="")
    standing = turn.state.standing(plan.name)
    if (names, level) != (standing.near, standing.nearest):
        level = level or within(plan.name, "")
        turn.emit(t.LevelNeared(at=turn.at, by=t.SYSTEM, level=level, rules=found))
    waiting = bool(names) and turn.state.phase_of(within(plan.name, "")) == "declared" and not _is_met(turn, classify)
    subject = within(plan.name, NEAR)
    if waiting != bool(turn.state.turned.get(subject)):
        turn.emit(t.ExpressionTurned(at=turn.at, by=t.SYSTEM, subject=subject, value=waiting))
        if waiting and classify.near:
            turn.queue(classify.near.then, f"near:{turn.state.standing(plan.name).nearest}")


def _is_met(turn: Turn, classify: Classify) -> bool:
    return any(truth(turn.program, turn.state, rule.when, turn.instant) for rule in classify.rules)


def _deciders(turn: Turn, classify: Classify, level: str) -> tuple[str, ...]:
    decision = turn.program.decisions.get(classify.decision)
    return roles_of(turn.program, turn.state, decision.who, turn.instant, case=bare(level)) if decision else ()


def questions(program: Program, state: t.State, at: datetime, part: str = "") -> tuple[Text, ...]:
    """Return what the plan asks whoever takes its proposal to confirm; an empty text stands for the fallback, which speaks where no rule does."""
    proposal = propose(program, state, at, part)
    classify = program.part(within(part, "")).classify
    if classify is None or not proposal.level:
        return ()
    if proposal.source == "fallback":
        return ({},) if classify.fallback and classify.fallback.confirm else ()
    asked = [rule.confirm for rule in classify.rules if rule.confirm and rule.id in proposal.because]
    return tuple(says for when, says in asked if truth(program, state, when, at))


def decide(turn: Turn, level: str, reason: str) -> None:
    """Put `level` in force, with what was proposed and the values it rests on (CLS-15, LVL-06)."""
    plan = turn.program.part(level)
    standing = turn.state.standing(plan.name)
    proposal = standing.proposal
    values = {
        fact.id: value
        for fact in turn.program.facts.values()
        if fact.type == "duration"
        and part_of(fact.id) == plan.name
        and (value := duration_now(turn.program, fact.id, turn.state)) is not UNKNOWN
    }
    turn.emit(
        t.LevelDecided(
            at=turn.at,
            by=turn.by,
            level=level,
            before=standing.level,
            proposed=proposal.level if proposal else "",
            because=proposal.because if proposal else (),
            reason=reason,
            values=values,
            raised=_rank(plan, standing.level) - _rank(plan, level) if standing.level else 0,
        )
    )
    _weigh(turn, plan, level)
    _fill(turn, level)


def _weigh(turn: Turn, plan: Part, level: str) -> None:
    """Note which rules spoke for a graver level when this one was decided, where the plan adjusts levels."""
    classify = plan.classify
    for rule in classify.rules if classify and classify.adjust else ():
        overruled = _rank(plan, rule.level) < _rank(plan, level) and truth(turn.program, turn.state, rule.when, turn.instant) is True
        if overruled != bool(turn.state.turned.get(_overruled(plan, rule))):
            turn.emit(t.ExpressionTurned(at=turn.at, by=t.SYSTEM, subject=_overruled(plan, rule), value=overruled))


def _fill(turn: Turn, level: str) -> None:
    """Seat whom the roster names for the roles of this level, and alert them; a role that somebody holds in this incident stays as it is."""
    for role in turn.program.levels[level].fills:
        person = turn.state.seats.get(role)
        if person and role not in turn.state.roles and not roles.kept_apart(turn, role, person):
            roles.seat(turn, role, person, accepted=True)
            tell(turn, (role,), f"filled:{role}", urgent=True)


def _rank(plan: Part, level: str) -> int:
    """Return how many levels of its plan are graver; a level of another plan version counts as the mildest."""
    return plan.levels.index(level) if level in plan.levels else len(plan.levels)
