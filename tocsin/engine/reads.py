"""
What rules look at and what events touch, so that settling visits only the rules for which something may have changed.

A noun says beside its `settle` which rules it has and what each of them `reads`: names of the state, as `(field, entry)`. An event says here
what it `touched`. Whoever forgets to say loses time, never an event: an event that is not listed touches everything, a function that is not
listed reads everything. What says too little fails `tests/engine/test_settling.py`, which watches every rule read.

Time is no name. A rule that waits for an instant has a `Wake` in `clocks`, and passing it touches what it is about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.collections import PARTIES
from tocsin.engine.expressions import Call, Expression, Leaf, Literal, Name, SignalRead, Value, WatchRef, leaves
from tocsin.engine.namespaces import bare, part_of, within
from tocsin.engine.program import Cases, Condition, FromFact, Program
from tocsin.engine.role_names import split

Read = tuple[str, str]
"""A field of the state and an entry of it, such as `("facts", "scope")`; the entry is empty for a field that has none."""
ANYTHING: Final[Read] = ("", "")
EVERYTHING: Final = (ANYTHING,)
"""What an event touches that is not listed."""


@dataclass(frozen=True, slots=True)
class Order:
    """
    The rules of a program in the order of settling, each with a place, and who reads what. Sets of rules are numbers, a bit for each place.
    """

    rules: Mapping[str, tuple[int, tuple[Any, ...]]]
    """By noun: the place of its first rule, and its rules in the order of the plan."""
    readers: Mapping[Read, int]
    all: int

    def place(self, noun: str) -> int:
        """Return the rules of `noun` as a set."""
        first, rules = self.rules[noun]
        return (1 << first + len(rules)) - (1 << first)

    def reading(self, event: t.AnyEvent) -> int:
        """Return the rules that read something which `event` touched."""
        names = touched(event)
        if names is EVERYTHING:
            return self.all
        found = self.readers.get(ANYTHING, 0)
        for name in names:
            found |= self.readers.get(name, 0)
        return found


def order(nouns: Iterable[tuple[str, Iterable[tuple[Any, Iterable[Read]]]]]) -> Order:
    """Return the order of settling; each noun comes with its rules, and each rule with what it reads."""
    rules: dict[str, tuple[int, tuple[Any, ...]]] = {}
    readers: dict[Read, int] = {}
    place = 0
    for noun, pairs in nouns:
        first, found = place, []
        for rule, names in pairs:
            for name in names:
                readers[name] = readers.get(name, 0) | 1 << place
            found.append(rule)
            place += 1
        rules[noun] = (first, tuple(found))
    return Order(rules, readers, (1 << place) - 1)


# ------------------------------------------------------------------ what events touch


def touched(event: t.AnyEvent) -> tuple[Read, ...]:
    """Return the names of the state that `event` changes."""
    listed = _TOUCHED.get(type(event))
    return listed(event) if listed else EVERYTHING


def obligation_of(clock: str) -> str:
    """Return the obligation of a clock id, such as `notice` of `notice[dispatch]#2`."""
    return clock.partition("[")[0].partition("#")[0]


def whole_of(name: str) -> str:
    """Return the watch or trigger of one of its parts, such as `dropped` of `dropped[line 3]`."""
    return name.partition("[")[0]


def _clock(event: Any) -> tuple[Read, ...]:
    return (("clocks", obligation_of(event.clock)),)


def _over(event: Any) -> tuple[Read, ...]:
    return (*_clock(event), ("working", event.clock))


def _condition(event: Any) -> tuple[Read, ...]:
    return (("conditions", event.condition),)


def _situation(event: Any) -> tuple[Read, ...]:
    return (("situations", event.situation),)


def _chain(event: Any) -> tuple[Read, ...]:
    return (("chains", event.chain),)


def _party(event: Any) -> tuple[Read, ...]:
    keys = event.parties if isinstance(event, t.PartiesTold) else (event.party,)
    return (("parties", ""), ("counters", "parties"), *(("parties", key) for key in keys))


def _nothing(event: Any) -> tuple[Read, ...]:
    return ()


_TOUCHED: Final[Mapping[type, Callable[[Any], tuple[Read, ...]]]] = {
    t.ReportAdded: lambda event: (("reports", ""),),
    t.PartyAdded: _party,
    t.PartyRemoved: _party,
    t.PartiesTold: _party,
    t.FactStated: lambda event: (("facts", event.fact),),
    t.Observed: lambda event: (("edges", whole_of(event.edge.watch)), ("firing_turned", "")),
    t.TriggerFired: lambda event: (("firings", event.trigger), ("firing_turned", "")),
    t.MomentRecorded: lambda event: (("moments", event.moment),),
    t.MomentWithdrawn: lambda event: (("moments", event.moment), ("withdrawn", event.moment)),
    t.ExpressionTurned: lambda event: (("turned", event.subject),),
    t.ConditionTurned: _condition,
    t.Attested: _condition,
    t.AttestationLapsed: _condition,
    t.ConditionWaived: _condition,
    t.LevelProposed: lambda event: (
        *of_standing(event.level, "proposal"),
        ("counters", f"counted:{within(part_of(event.level), 'proposed')}"),
    ),
    t.LevelNeared: lambda event: tuple(of_standing(event.level, "near", "nearest")),
    t.DecisionProposed: lambda event: (("proposed_decisions", event.decision),),
    t.DecisionMade: lambda event: (
        ("proposed_decisions", event.decision),
        ("waiting", event.decision),
        ("counters", f"made:{event.decision}"),
    ),
    t.DecisionApplied: lambda event: (("chains", event.chain), ("counters", f"applied:{event.decision}")),
    t.LinkSigned: _chain,
    t.ChainSentBack: _chain,
    t.SituationOpened: _situation,
    t.Restricted: lambda event: (("restricted", ""),),
    t.SituationClosed: lambda event: (
        ("situations", event.situation),
        ("counters", f"counted:{within(part_of(event.situation), event.named)}"),
    ),
    t.PhaseEntered: lambda event: tuple(of_phase(event.phase)),
    t.ClockOpened: _clock,
    t.ClockMoved: _clock,
    t.ClockReminded: _clock,
    t.ClockBreached: _clock,
    t.OccurrenceMissed: _clock,
    t.RungReached: _clock,
    t.ClockMet: _over,
    t.ClockWaived: _over,
    t.ClockEnded: _over,
    t.Fulfilled: lambda event: (("counters", f"done:{event.obligation}"),),
    t.RoleAssigned: lambda event: (
        ("roles", ""),
        ("roles", event.role),
        ("turned", f"unaccepted:{event.role}"),
        *(("working", clock) for clock in event.passes),
    ),
    t.DeputyCalled: lambda event: (("roles", ""), ("roles", event.role)),
    t.RoleDeclined: lambda event: (("roles", ""), ("roles", event.role), ("declined", split(event.role)[0])),
    t.RoleAccepted: lambda event: (("roles", ""), ("roles", event.role)),
    t.StreamOpened: lambda event: (("streams", ""), ("streams", event.stream)),
    t.StreamClosed: lambda event: (("streams", ""), ("streams", event.stream)),
    t.WorkTakenUp: lambda event: (("working", event.clock),),
    t.WorkPutDown: lambda event: (("working", event.clock),),
    t.Said: lambda event: (("counters", "said"),),
    t.Promoted: lambda event: (("promoted", ""),),
    t.RoleCreated: lambda event: (("made_roles", event.role),),
    t.RecordEntered: lambda event: (
        ("open_entries", event.record),
        ("open_fields", event.entry),
        ("open_since", event.entry),
        ("marks", event.entry),
        ("stocked", ""),
        ("totals", event.record),
        ("counters", f"entries:{event.record}"),
    ),
    t.MessageDrafted: lambda event: (
        ("messages", event.message),
        ("chains", event.chain),
        ("counters", f"drafted:{event.template}"),
    ),
    t.MessagePublished: lambda event: (("messages", event.message), ("counters", f"sent:{event.template}")),
    t.DeliveryReported: lambda event: (("messages", event.message),),
    t.FiguresKept: lambda event: tuple(("figures", reading.figure) for reading in event.readings),
    t.EntryMarked: lambda event: (("marks", event.entry or event.record),),
    t.Filed: lambda event: (("filed", event.inbox),),
    t.Noted: _nothing,
    t.ReplyAdded: _nothing,
    t.Told: _nothing,
    t.Gathered: _nothing,
    t.DowntimeNoted: _nothing,
    t.TimeLeapt: _nothing,
}


# ------------------------------------------------------------------ what expressions read


def of_expression(program: Program, tree: Expression | None) -> Iterator[Read]:
    """Yield what `tree` reads."""
    for leaf in leaves(tree) if tree is not None else ():
        yield from _of_leaf(program, leaf)


def _of_leaf(program: Program, leaf: Leaf) -> Iterator[Read]:
    match leaf:
        case WatchRef(watch):
            yield "edges", whole_of(watch)
        case Name(path):
            yield from of_name(program, path)
        case Call(function, arguments):
            values = [argument.value for argument in arguments if isinstance(argument, Literal)]
            yield from _FUNCTIONS[function](program, values) if function in _FUNCTIONS else (ANYTHING,)
        case SignalRead():
            return


def of_name(program: Program, path: str) -> Iterator[Read]:
    """Yield what the name `path` reads."""
    base, _, part = path.partition(".")
    if bare(base) == "phase":
        yield from of_phase(base)
    elif bare(base) == "out_of_turn":
        yield from of_standing(base, "level")
    elif bare(base) in _STANDING:
        yield from of_standing(base, *_STANDING[bare(base)])
    elif base == "parties":
        yield "parties", ""
    elif base == "trigger_firing":
        yield "firing_turned", ""
        for trigger in program.triggers.values():
            yield from (("firings", trigger.id), ("edges", trigger.watch))
    elif base in program.records:
        yield "open_entries", base
        yield "counters", f"entries:{base}"
        yield "totals", base
    elif base in program.facts:
        yield "facts", base
        yield from of_limit(program, program.facts[base].default)
        yield from _of_a_fact(program, base, part)
    elif base != "entry":
        yield ANYTHING


_STANDING: Final[Mapping[str, tuple[str, ...]]] = {"level": ("level",), "proposed": ("proposal",), "nearest": ("nearest", "proposal")}


def of_phase(name: str) -> Iterator[Read]:
    """Yield what the phase of the plan that has this rule is read from."""
    yield "phase", ""
    yield "phases", part_of(name)


def of_standing(name: str, *fields: str) -> Iterator[Read]:
    """Yield what the level of the plan that has this rule is read from: `fields` of the state for the first plan."""
    part = part_of(name)
    if part:
        yield "levels", part
    else:
        yield from ((field, "") for field in fields)


def _of_a_fact(program: Program, fact: str, part: str) -> Iterator[Read]:
    plan = program.part(fact)
    match part:
        case "" | "rose":
            return
        case "now" | "class_now":
            yield from (("moments", plan.moment("activated")), ("moments", plan.moment("restored")))
        case "at_decision" | "class_at_decision":
            yield from (("levels", plan.name),) if plan.name else (("level_values", fact),)
        case _:
            yield ANYTHING


def of_condition(program: Program, condition: Condition) -> Iterator[Read]:
    """Yield what it depends on whether `condition` holds."""
    yield "conditions", condition.id
    yield "turned", f"held:{condition.id}"
    yield "moments", condition.since
    yield from of_expression(program, condition.when)
    yield from of_collection(condition.each)


def of_collection(collection: str) -> Iterator[Read]:
    """Yield what the entries of a collection are read from; the seats that the directory found never change by themselves."""
    if collection in PARTIES:
        yield "parties", ""
    elif collection == "participants":
        yield "roles", ""
    elif collection:
        yield "open_entries", collection  # the items of a register stand in the plan: nothing changes them


def of_limit(program: Program, limit: object) -> Iterator[Read]:
    """Yield what a limit, or anything else that has cases, depends on."""
    match limit:
        case Cases(by):
            yield from of_name(program, by)
        case FromFact(fact):
            yield from of_name(program, fact)


def _strings(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        yield from value if isinstance(value, tuple) else (str(value),)


def _each(field: str, prefix: str = "") -> Callable[[Program, list[Value]], Iterator[Read]]:
    """Return what yields an entry of `field` for each argument."""
    return lambda program, values: ((field, prefix + name) for name in _strings(values))


def _clocks(program: Program, values: list[Value]) -> Iterator[Read]:
    return (("clocks", obligation_of(name)) for name in _strings(values))


def _held(program: Program, values: list[Value]) -> Iterator[Read]:
    """Who holds a role is read from its seat, from those of the roles it is held by, and from the moment that gives it to somebody."""
    yield "roles", ""
    waiting, seen = list(_strings(values)), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in program.roles:
            continue
        seen.add(name)
        holder = program.roles[name].held_by
        yield from (("roles", name), ("seats", name))
        if holder.kind == "who_marked":
            yield "moments", holder.name
        elif holder.kind == "role":
            waiting.append(holder.name)


def _holds(program: Program, values: list[Value]) -> Iterator[Read]:
    for name in _strings(values):
        yield from of_condition(program, program.conditions[name])


def _all_begun(program: Program, values: list[Value]) -> Iterator[Read]:
    tags = set(_strings(values))
    return (("clocks", rule.id) for rule in program.obligations.values() if rule.tag in tags)


def _operands(program: Program, values: list[Value]) -> Iterator[Read]:
    """`ratio`, `least` and `most` read only through their operands, which are leaves of their own."""
    return iter(())


_FUNCTIONS: Final[Mapping[str, Callable[[Program, list[Value]], Iterator[Read]]]] = {
    "happened": _each("moments"),
    "done": _clocks,
    "holds": _holds,
    "is_open": _each("situations"),
    "all_begun": _all_begun,
    "answered": _each("facts"),
    "missed": _clocks,
    "overdue": _clocks,
    "held": _held,
    "sent": _each("counters", "sent:"),
    "ratio": _operands,
    "least": _operands,
    "most": _operands,
}
