"""Why: the same structure for levels, conditions, clocks and rights, for people and for the API. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.engine import terms as t
from tocsin.engine.namespaces import within
from tocsin.engine.program import Condition, Program, Text
from tocsin.engine.rules.levels import near, propose, questions
from tocsin.engine.spelling import Reason, explain
from tocsin.engine.values import holding_since, holds, lookup, truth


@dataclass(frozen=True, slots=True)
class RuleView:
    """One level rule with its citation, its value, and the tree of reasons; `chosen` if it carries the proposal."""

    rule: str
    level: str
    cite: tuple[str, ...]
    value: bool | None
    chosen: bool
    reason: Reason
    readings: tuple[tuple[tuple[str, ...], bool | None], ...]
    """Other readings of the same sentence, by citation."""


@dataclass(frozen=True, slots=True)
class Band:
    """Two readings of one sentence that now part: by `cite` the plan proposes `level`, by `other_cite` alone it would be `other` (CLS-23)."""

    rule: str
    cite: tuple[str, ...]
    level: str
    other_cite: tuple[str, ...]
    other: str


@dataclass(frozen=True, slots=True)
class LevelView:
    """The proposal, what it comes from, every rule as it stands, and what graver level an unknown could still bring (CLS-12)."""

    level: str
    source: str
    because: tuple[str, ...]
    rules: tuple[RuleView, ...]
    could_be: tuple[str, ...]
    confirm: tuple[Text, ...]
    """Questions the plan asks before the proposal is accepted."""
    bands: tuple[Band, ...] = ()
    near: tuple[t.RuleReading, ...] = ()
    """Rules whose thresholds are nearly reached, as they then stood."""


def level(program: Program, state: t.State, at: datetime, part: str = "") -> LevelView:
    """Return what level the plan (of several, the one called `part`) proposes in `state`, and why."""
    plan = program.part(within(part, ""))
    proposal = propose(program, state, at, part)
    look = lookup(program, state, at)
    views: list[RuleView] = []
    rules = plan.classify.rules if plan.classify else ()
    for rule in rules:
        value = truth(program, state, rule.when, at)
        readings = tuple((reading.cite, truth(program, state, reading.when, at)) for reading in rule.readings)
        chosen = rule.id in proposal.because
        views.append(RuleView(rule.id, rule.level, rule.cite, value, chosen, explain(rule.when, look), readings))
    order = plan.levels
    rank = order.index(proposal.level) if proposal.level else len(order)
    could_be = tuple(view.rule for view in views if view.value is None and order.index(view.level) < rank)
    return LevelView(
        proposal.level,
        proposal.source,
        proposal.because,
        tuple(views),
        could_be,
        questions(program, state, at, part),
        bands(program, state, at, part),
        near(program, state, at, part),
    )


def bands(program: Program, state: t.State, at: datetime, part: str = "") -> tuple[Band, ...]:
    """Return where another reading of a rule's sentence gives another truth now, each with the level that it alone would give. Pure."""
    classify = program.part(within(part, "")).classify
    found: list[Band] = []
    for index, rule in enumerate(classify.rules if classify else ()):
        value = truth(program, state, rule.when, at)
        for reading in rule.readings:
            if truth(program, state, reading.when, at) in (value, None) or value is None:
                continue
            assert classify is not None
            rules = (*classify.rules[:index], replace(rule, when=reading.when), *classify.rules[index + 1 :])
            other = propose(program, state, at, part, by=replace(classify, rules=rules))
            found.append(Band(rule.id, rule.cite, propose(program, state, at, part).level, reading.cite, other.level))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition: whether it holds, how long it has, how long it must, who attested or waived it, and why (TRM-08)."""

    condition: str
    cite: tuple[str, ...]
    holds: bool | None
    since: datetime | None
    held: timedelta | None
    hold: timedelta | None
    earliest: datetime | None
    """When it will hold if nothing changes; None if that cannot be said or it does already."""
    attest: str
    attested_by: str
    attested_at: datetime | None
    evidence: tuple[str, ...]
    waived: bool
    waived_by: tuple[str, ...]
    reason: Reason | None
    readings: tuple[tuple[tuple[str, ...], bool | None], ...]


def condition(program: Program, state: t.State, rule: Condition, at: datetime) -> ConditionView:
    """Return how `rule` stands at `at`."""
    known = state.conditions.get(rule.id, t.Holding())
    since = holding_since(state, rule)
    now = holds(program, state, rule, at)
    return ConditionView(
        condition=rule.id,
        cite=rule.cite,
        holds=now,
        since=since,
        held=at - since if since else None,
        hold=rule.hold,
        earliest=since + rule.hold if since and rule.hold and now is not True else None,
        attest=rule.attest,
        attested_by=known.attested_by,
        attested_at=known.attested_at,
        evidence=known.evidence,
        waived=known.waived,
        waived_by=known.waived_by,
        reason=explain(rule.measure, lookup(program, state, at)) if rule.measure is not None else None,
        readings=tuple((reading.cite, truth(program, state, reading.when, at)) for reading in rule.readings),
    )
