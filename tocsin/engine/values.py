"""What expressions read from a state: facts, levels, phases, watches, counters, and whether conditions hold."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final

from tocsin.engine import precedence, tagged
from tocsin.engine import terms as t
from tocsin.engine.collections import COLLECTIONS
from tocsin.engine.expressions import (
    UNKNOWN,
    Call,
    Expression,
    Known,
    Leaf,
    Literal,
    Lookup,
    Name,
    Reader,
    Unknown,
    Value,
    WatchRef,
    compiled,
    evaluate,
    leaves,
)
from tocsin.engine.firing import firing
from tocsin.engine.namespaces import bare, part_of, within
from tocsin.engine.owners import held
from tocsin.engine.program import Cases, Condition, Fact, Program, Trigger
from tocsin.engine.scenes import Prepared, Scene
from tocsin.engine.spelling import spell

_NO_ENTRY: Final[Mapping[str, Value]] = MappingProxyType({})


def truth(program: Program, state: t.State, tree: Expression, at: datetime, entry: Mapping[str, Value] | None = None) -> bool | None:
    """Return whether `tree` is true in `state` at the instant `at`; None is unknown."""
    value = read(program, state, tree, at, entry)
    return value if isinstance(value, bool) else None


def read(program: Program, state: t.State, tree: Expression, at: datetime, entry: Mapping[str, Value] | None = None) -> Known:
    """Return the value of `tree` in `state` at the instant `at`, as `evaluate` would."""
    return prepared(program, tree).value(Scene(state, at, entry or _NO_ENTRY))


def prepared(program: Program, tree: Expression) -> Prepared:
    """Return what is asked of an expression of this plan again and again; worked out once."""
    return program.once_for("prepared", tree, _prepared)


def _prepared(program: Program, tree: Expression) -> Prepared:
    return Prepared(tree, compiled(tree, partial(reader, program)), tuple(leaves(tree)), spell(tree))


def lookup(program: Program, state: t.State, at: datetime, entry: Mapping[str, Value] | None = None) -> Lookup:
    """Return what answers for the leaves of expressions; `entry` is the record entry in hand."""
    scene = Scene(state, at, entry or _NO_ENTRY)
    return lambda leaf: reader(program, leaf)(scene)


def reader(program: Program, leaf: Leaf) -> Reader[Scene]:
    """Return what reads `leaf` from a scene under this plan; worked out once for each name."""
    match leaf:
        case WatchRef(watch):
            return partial(_edge, watch)
        case Name(path):
            return program.once_for("named", path, _named)
        case Call(function, arguments) if function in _FUNCTIONS:
            names = [argument.value for argument in arguments if isinstance(argument, Literal)]
            answer = _FUNCTIONS[function]
            return lambda scene: answer(program, scene.state, names, scene.at)
        case _:
            return _unknown  # series never enter the engine; only watches over them do


def _unknown(scene: Scene) -> Known:
    return UNKNOWN


def _edge(watch: str, scene: Scene) -> Known:
    edge = scene.state.edges.get(watch)
    return UNKNOWN if edge is None or edge.value is None else edge.value


_PLAIN: Final[Mapping[str, Reader[Scene]]] = {
    "level": lambda scene: scene.state.level or UNKNOWN,
    "phase": lambda scene: scene.state.phase or UNKNOWN,
    "proposed.level": lambda scene: scene.state.proposal.level if scene.state.proposal else UNKNOWN,
    "proposed.by": lambda scene: scene.state.proposal.source if scene.state.proposal else UNKNOWN,
    "nearest.level": lambda scene: nearest(scene.state) or UNKNOWN,
}


_OF_PART: Final[Mapping[str, Callable[[t.State, str], str]]] = {
    "level": lambda state, part: bare(state.standing(part).level),
    "phase": lambda state, part: state.phase_of(within(part, "")),
    "proposed.level": lambda state, part: bare(proposal.level) if (proposal := state.standing(part).proposal) else "",
    "nearest.level": lambda state, part: bare(nearest(state, part)),
    "proposed.by": lambda state, part: proposal.source if (proposal := state.standing(part).proposal) else "",
}
"""The same of one of several plans, in that plan's own words."""


def _named(program: Program, path: str) -> Reader[Scene]:
    if path == "parties.count":
        return lambda scene: Decimal(len(scene.state.parties))
    part, own = part_of(path), bare(path)
    if own == "out_of_turn":
        return lambda scene: precedence.out_of_turn(program, scene.state, part)
    if own == "trigger_firing":
        return lambda scene: bool(firing(scene.state))
    if own in _PLAIN:
        read = _OF_PART[own]
        return (lambda scene: read(scene.state, part) or UNKNOWN) if program.parts else _PLAIN[own]
    base, _, field = path.partition(".")
    if base == "parties":
        return lambda scene: _of_parties(scene.state, field)
    if base == "entry":
        return lambda scene: scene.entry.get(field, UNKNOWN)
    if base in program.records:
        return lambda scene: _of_record(scene.state, base, field)
    if base in program.facts:
        fact = program.facts[base]
        return partial(_said, fact.id, _default(program, fact)) if not field else partial(_part, program, fact, field)
    return _unknown


def _default(program: Program, fact: Fact) -> Reader[Scene]:
    """Return what a fact is until somebody answers: unknown, a constant, or by the case that another fact is in."""
    default = fact.default
    if not isinstance(default, Cases):
        constant: Known = UNKNOWN if default is None else default
        return lambda scene: constant
    by, cases, otherwise = _named(program, default.by), default.cases, UNKNOWN if default.otherwise is None else default.otherwise
    return lambda scene: cases.get(case, otherwise) if isinstance(case := _case(by(scene)), str) else UNKNOWN


def _case(value: Known) -> Known:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _said(fact: str, default: Reader[Scene], scene: Scene) -> Known:
    known = scene.state.facts.get(fact)
    return known.value if known else default(scene)


def _part(program: Program, fact: Fact, part: str, scene: Scene) -> Known:
    return _of_fact(program, fact, scene.state, part)


def suggested(program: Program, state: t.State, fact: Fact, at: datetime) -> Value | None:
    """Return what the plan suggests for `fact`, without setting it; None where it has nothing to say (REG-08)."""
    value = evaluate(fact.suggested, lookup(program, state, at)) if fact.suggested is not None else UNKNOWN
    if fact.type == "choice":
        value = _case(value)
    return None if isinstance(value, Unknown) else value


def edges_of(program: Program, state: t.State, trigger: Trigger) -> Iterator[tuple[str, t.Edge]]:
    """Yield the edges of a trigger's watch, with the label value that each is about."""
    if not trigger.each:
        if trigger.watch in state.edges:
            yield "", state.edges[trigger.watch]
        return
    head = f"{trigger.watch}["
    for name in sorted(state.edges):
        if name.startswith(head):
            yield name[len(head) : -1], state.edges[name]


def nearest(state: t.State, part: str = "") -> str:
    """Return the level that is nearly reached: the gravest whose threshold is near, else the one that the fallback gives."""
    standing = state.standing(part)
    if standing.nearest:
        return standing.nearest
    return standing.proposal.level if standing.proposal and standing.proposal.source == "fallback" else ""


def _of_parties(state: t.State, part: str) -> Known:
    """Return what is known of the affected parties together: true if of one of them, the largest number."""
    said = [party.about[part] for party in state.parties.values() if part in party.about]
    if not said:
        return UNKNOWN
    numbers = [value for value in said if isinstance(value, Decimal)]
    return max(numbers) if numbers else any(value is True for value in said)


def _of_record(state: t.State, record: str, part: str) -> Known:
    if part == "open":
        return Decimal(len(state.open_entries.get(record, ())))
    if part == "count":
        return Decimal(state.counters.get(f"entries:{record}", 0))
    sums = state.totals.get(record, {})
    wanted = part.removesuffix("total").removesuffix(".")
    return sums.get(wanted, Decimal()) if wanted else sum(sums.values(), Decimal())


def _of_fact(program: Program, fact: Fact, state: t.State, part: str) -> Known:
    known = state.facts.get(fact.id)
    decided = state.standing(part_of(fact.id)).level_values
    match part:
        case "rose":
            return known.rose if known else False
        case "now":
            return duration_now(program, fact.id, state)
        case "at_decision":
            return decided.get(fact.id, UNKNOWN)
        case "class_now":
            return _class(fact, duration_now(program, fact.id, state))
        case "class_at_decision":
            return _class(fact, decided.get(fact.id, UNKNOWN))
        case _:
            return UNKNOWN


def duration_now(program: Program, fact: str, state: t.State) -> Known:
    """Return the present value of a duration fact: what was said, and once restored the time it really took from activation."""
    plan = program.part(fact)
    activated, restored = state.moments.get(plan.moment("activated")), state.moments.get(plan.moment("restored"))
    if activated and restored:
        return restored.at - activated.at
    known = state.facts.get(fact)
    return known.value if known else UNKNOWN


def _class(fact: Fact, value: Known) -> Known:
    if not isinstance(value, timedelta):
        return UNKNOWN
    return Decimal(sum(1 for limit in fact.classes if value > limit))


def gravity(fact: Fact, value: Value | None) -> int:
    """Return how grave `value` is for a choice (its index, mild first) or a duration (its class); -1 where that means nothing."""
    if isinstance(value, str) and value in fact.of:
        return fact.of.index(value)
    if isinstance(value, timedelta):
        return sum(1 for limit in fact.classes if value > limit)
    return -1


# ------------------------------------------------------------------ conditions


def holding_since(state: t.State, condition: Condition) -> datetime | None:
    """Return since when the measured part of `condition` has been true without interruption, or None."""
    held = state.conditions.get(condition.id)
    if held is None or held.value is not True or held.since is None:
        return None
    if not condition.since:
        return held.since
    floor = state.moments.get(condition.since)
    return max(held.since, floor.at) if floor else None


def attested(state: t.State, condition: Condition) -> bool:
    """Return whether a condition is attested: once, or for every entry of its collection; with no entry there, once."""
    held = state.conditions.get(condition.id, t.Holding())
    wanted = [entry.key for entry in COLLECTIONS[condition.each](state)] if condition.each else []
    return all(key in held.attested_each for key in wanted) if wanted else bool(held.attested_by)


def holds(program: Program, state: t.State, condition: Condition, at: datetime) -> bool | None:
    """
    Return whether `condition` holds: measured for its hold, attested, or waived; None is unknown, and opens no door.

    That a hold is complete is settled as time passes, once for all who ask (`held:<condition>`); `at` is for what else it reads.
    """
    if condition.when is not None and truth(program, state, condition.when, at) is False:
        return True
    held = state.conditions.get(condition.id, t.Holding())
    if held.waived:
        return True
    if condition.attest and not attested(state, condition):
        return False
    if condition.measure is None:
        return True
    if held.value is not True:
        return held.value
    if holding_since(state, condition) is None:
        return False
    return not condition.hold or bool(state.turned.get(f"held:{condition.id}"))


# ------------------------------------------------------------------ functions of expressions


def _strings(names: list[Value]) -> list[str]:
    return [name for name in names if isinstance(name, str)]


def _happened(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    return all(name in state.moments for name in _strings(names))


def _done(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    return all(bool(clocks := _clocks(state, name)) and all(clock.met_at is not None for clock in clocks) for name in _strings(names))


def _clocks(state: t.State, obligation: str) -> list[t.Clock]:
    """Return the latest clock of an obligation, or of each entry that it runs over; an entry that is gone does not count."""
    latest: dict[str, t.Clock] = {}
    for clock in (state.clocks[name] for name in state.clocks_of.get(obligation, ())):
        if clock.generation >= (latest[clock.entry].generation if clock.entry in latest else 0):
            latest[clock.entry] = clock
    return [clock for clock in latest.values() if not (clock.entry and clock.ended == "no_longer")]


def _holds(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    held = [holds(program, state, program.conditions[name], at) for name in _strings(names)]
    return UNKNOWN if None in held else all(held)


def _is_open(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    return all((situation := state.situations.get(name)) is not None and situation.open for name in _strings(names))


def _all_begun(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    tags = program.once("tags", _tags)
    clocks = (state.clocks[clock] for tag in names for rule in tags.get(tag, ()) for clock in state.clocks_of.get(rule, ()))
    running = [clock for clock in clocks if clock.status != "ended"]
    return bool(running) and all(clock.met_at is not None for clock in running)


def _tags(program: Program) -> Mapping[Value, list[str]]:
    """Return the obligations under each tag."""
    found: dict[Value, list[str]] = {}
    for rule in program.obligations.values():
        found.setdefault(rule.tag, []).append(rule.id)
    return found


def _answered(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    asked = [fact for name in names for fact in (name if isinstance(name, tuple) else (name,))]
    return all(fact in state.facts for fact in asked)


def _missed(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    clocks = [clock for name in _strings(names) for clock in map(state.clocks.get, state.clocks_of.get(name, ())) if clock]
    return Decimal(sum(clock.missed + (clock.status == "breached") for clock in clocks))


def _overdue(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    """Return whether something of it is owed and past its time now; an occurrence missed stays so until it is made good."""
    return any(clock.status == "breached" or clock.behind > 0 for name in _strings(names) for clock in _clocks(state, name))


def _held(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    return all(held(program, state, name) for name in _strings(names))


def _sent(program: Program, state: t.State, names: list[Value], at: datetime) -> Known:
    return Decimal(sum(state.counters.get(f"sent:{name}", 0) for name in _strings(names)))


_FUNCTIONS: Final[Mapping[str, Callable[[Program, t.State, list[Value], datetime], Known]]] = {
    "happened": _happened,
    "done": _done,
    "holds": _holds,
    "is_open": _is_open,
    "all_begun": _all_begun,
    "answered": _answered,
    "missed": _missed,
    "sent": _sent,
    "overdue": _overdue,
    "held": _held,
    **tagged.FUNCTIONS,
}
