"""
What level a plan would propose for these facts, why, and what would begin: before anything is declared. Pure; nothing is kept.

The incident is declared in thought, through the same engine, so that the answer is the one a real declaration gets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

from tocsin.engine import explain, owners
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.compose import versions
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.explain import LevelView
from tocsin.engine.expressions import Expression, Name, Value, leaves
from tocsin.engine.program import Fact, Program, Template

SOMEBODY = t.Actor("nobody-yet")
NOTHING: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The level with every rule as it stands, the state that would result, and the clocks that would begin at once."""

    view: LevelView
    state: t.State
    clocks: tuple[t.ClockOpened, ...]
    beside: Mapping[str, LevelView] = field(default_factory=dict)
    """What the other plans propose that it would run by, by the name of each in the whole."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A rule that says something else than before."""

    rule: str
    before: bool | None
    after: bool | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Which facts differ between two recommendations, which rules turned by that, and from which level it came."""

    facts: tuple[str, ...]
    rules: tuple[Turned, ...]
    level_before: str
    level_after: str

    def __bool__(self) -> bool:
        return bool(self.facts)


def recommend(
    program: Program,
    facts: Mapping[str, Value],
    at: datetime,
    *,
    by: t.Actor = SOMEBODY,
    seats: Mapping[str, str] | None = None,
    edges: tuple[t.Edge, ...] = (),
    affected: tuple[t.AddParty, ...] = (),
) -> Recommendation | t.Refused:
    """
    Return what would be proposed if somebody declared with `facts` at `at`, or why the facts cannot be stated so.

    `edges` are what the watches of the plan measure now, `affected` what is known to be affected.
    """
    plan_hash, others = versions(program)
    declaration = t.Declare(
        incident="inc_thought",
        number="",
        plan=program.id,
        plan_hash=plan_hash,
        beside=others,
        means="manual",
        words="",
        facts=facts,
        seats=seats or {},
        by=by,
        at=at,
    )
    events = decide(program, t.State(), declaration)
    if isinstance(events, t.Refused):
        return events
    state = reduce(evolve, events, t.State())
    more: list[t.Command] = [replace(party, by=by, at=at) for party in affected]
    if edges:
        more.append(t.Observe(edges=edges, by=t.Actor(t.SYSTEM), at=at))
    for command in more:
        followed = decide(program, state, command)
        if not isinstance(followed, t.Refused):
            events, state = (*events, *followed), reduce(evolve, followed, state)
    clocks = tuple(event for event in events if isinstance(event, t.ClockOpened))
    beside = {part.name: explain.level(program, state, at, part.name) for part in program.parts[1:] if part.classify}
    return Recommendation(explain.level(program, state, at), state, clocks, beside)


def may_decide(program: Program, found: Recommendation, actor: t.Actor, at: datetime) -> bool:
    """Return whether `actor` could set the recommended level at once."""
    decision = program.decisions.get(program.classify.decision) if program.classify else None
    if decision is None or not found.view.level:
        return False
    roles = roles_of(program, found.state, decision.who, at, case=found.view.level)
    return any(owners.speaks_for(program, found.state, actor, role) for role in roles)


def changes(before: Recommendation, after: Recommendation) -> Changes:
    """Return what made the difference."""
    old, new = _values(before.state), _values(after.state)
    values = {view.rule: view.value for view in before.view.rules}
    turned = tuple(
        Turned(view.rule, values.get(view.rule), view.value) for view in after.view.rules if values.get(view.rule) is not view.value
    )
    facts = tuple(name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name))
    return Changes(facts, turned, before.view.level, after.view.level)


def kinds(program: Program) -> tuple[Fact, ...]:
    """Return the facts that say of what kind an incident is, where the plan has templates for registering it."""
    return tuple(fact for fact in program.facts.values() if fact.templates and not fact.stated_by)


def templates(program: Program, said: Mapping[str, Value]) -> tuple[Template, ...]:
    """Return the templates of the kinds that are said (REG-19)."""
    return tuple(each for fact in kinds(program) for each in fact.templates if each.value == said.get(fact.id))


def prefilled(program: Program, said: Mapping[str, Value]) -> dict[str, Value]:
    """Return what the templates of the kinds that are said fill in."""
    return {each.fact: each.value for template in templates(program, said) for each in template.says}


def questions(program: Program, said: Mapping[str, Value] = NOTHING) -> tuple[Fact, ...]:
    """
    Return what is worth asking at once (REG-04): of what kind it is, what the template of that kind asks and fills in, and the facts on
    which the level depends, in the order of the plan.
    """
    first = dict.fromkeys(fact.id for fact in kinds(program))
    for template in templates(program, said):
        first |= dict.fromkeys((*template.asks, *(each.fact for each in template.says)))
    asked = {leaf.path.partition(".")[0] for tree in _trees(program) for leaf in leaves(tree) if isinstance(leaf, Name)}
    names = dict.fromkeys((*first, *(name for name in program.facts if name in asked)))
    return tuple(program.facts[name] for name in names if not program.facts[name].stated_by)


def _trees(program: Program) -> Iterator[Expression]:
    for classify in [plan.classify for plan in program.plans if plan.classify is not None]:
        for rule in classify.rules:
            yield rule.when
            if rule.confirm:
                yield rule.confirm[0]
        if classify.fallback:
            for when, _level in classify.fallback.table:
                yield when
            for step in classify.fallback.then:
                yield step.when


def _values(state: t.State) -> dict[str, Value]:
    return {name: known.value for name, known in state.facts.items()}
