"""What a scenario may expect, each by one small check on the run: a wrong number in a `then` fails, with its place."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tocsin.engine import explain, owners, restricted
from tocsin.engine import terms as t
from tocsin.engine.namespaces import bare, within
from tocsin.engine.program import Program
from tocsin.engine.spelling import spell as spell_expression
from tocsin.engine.texts import spell
from tocsin.engine.values import holding_since, holds, suggested
from tocsin.plan.findings import brief
from tocsin.plan.scenarios import clocks, said, shown
from tocsin.plan.scenarios.clocks import Check
from tocsin.plan.scenarios.commands import value_of
from tocsin.plan.scenarios.play import Run, Step, play, playing
from tocsin.plan.scenarios.said import Items
from tocsin.plan.scenarios.shown import lasting
from tocsin.plan.scenarios.story import BadScenarioError, Expectation, Story, load


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that does not hold."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} {self.message}"


def failures(run: Run) -> list[Failure]:
    """Return every expectation of the run's story that does not hold, and every act that was answered otherwise than it says."""
    found = [_answered(run, act, answer) for act, answer in run.answers]
    found += [failure for expectation in run.story.expectations for failure in _fail(run, expectation)]
    return [failure for failure in found if failure is not None]


def first_failure(program: Program, story: Story, along: Sequence[Step]) -> Failure | None:
    """Return the first thing that does not hold, without playing on beyond it; None if all of it holds."""
    waiting = deque(sorted(story.expectations, key=lambda expectation: expectation.at))
    answered = 0
    for run, following in playing(program, story, along):
        found = [_answered(run, act, answer) for act, answer in run.answers[answered:]]
        answered = len(run.answers)
        while waiting and (following is None or waiting[0].at < following):
            found += _fail(run, waiting.popleft())
        if wrong := next(filter(None, found), None):
            return wrong
    return None


def _answered(run: Run, act: Any, answer: t.Refused | None) -> Failure | None:
    code = answer.code if answer else ""
    if code == act.refused:
        return None
    said = f"was refused: {answer.code} {answer.message}" if answer else "was accepted"
    wanted = f"expected refusal {act.refused}" if act.refused else "expected to be accepted"
    return Failure(run.story.where(act.place), f"{act.what} {act.body[act.what]} {said}; {wanted}")


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: what was expected of it, and what was found."""

    kind: str
    subject: str
    expected: Any
    found: Any

    @property
    def holds(self) -> bool:
        """Whether it is as expected."""
        return bool(self.expected == self.found)


def checked(run: Run, expectation: Expectation) -> Iterator[Checked]:
    """Yield everything that an expectation looks at."""
    for kind, wanted in expectation.what.items():
        check = CHECKS.get(kind)
        place = run.story.where((*expectation.place, kind))
        if check is None:
            raise BadScenarioError(f"{place} nothing can expect {kind!r}; known are {', '.join(CHECKS)}")
        try:
            items = list(check(run, expectation.at, wanted))
        except (TypeError, AttributeError) as error:  # a name where a mapping is wanted, a list where a name is
            raise BadScenarioError(f"{place} {kind} is not said so: {brief(wanted)}") from error
        for subject, expected, found in items:
            yield Checked(kind, subject, expected, found)


def _fail(run: Run, expectation: Expectation) -> Iterator[Failure]:
    for each in checked(run, expectation):
        if not each.holds:
            place = run.story.where((*expectation.place, each.kind))
            yield Failure(place, f"{each.kind} {each.subject}: expected {_show(run, each.expected)}, found {_show(run, each.found)}")


def _show(run: Run, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value - run.story.start} after the start ({spell(value, 'en', run.story.zone)})"
    return str(value)


# ------------------------------------------------------------------ levels, phases, facts, moments


def _proposed(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    proposal = run.state_at(at).proposal
    yield "level", wanted["level"], proposal.level if proposal else ""
    if "by" in wanted:
        yield "by", wanted["by"], proposal.source if proposal else ""
    if "rules" in wanted:
        yield "rules", sorted(wanted["rules"]), sorted(proposal.because) if proposal else []
    for name in wanted.get("because", ()):
        yield f"because {name}", True, proposal is not None and _because(run, proposal, name)


def _because(run: Run, proposal: t.ProposalState, name: str) -> bool:
    """Return whether the proposal rests on `name`: a rule or adjustment, or a condition that it reads."""
    adjust = run.program.classify.adjust if run.program.classify else ()
    spelled = [spell_expression(rule.when) for rule in adjust if rule.id in proposal.because and rule.when is not None]
    return name in proposal.because or any(f'"{name}"' in words for words in spelled)


def _rule(run: Run, at: datetime, wanted: Mapping[str, bool | None]) -> Items:
    """Expect what single rules of the classification say; `null` is unknown."""
    found = {view.rule: view.value for view in explain.level(run.program, run.state_at(at), at).rules}
    for name, value in wanted.items():
        yield name, value, found.get(name, "no such rule")


def _readings(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Expect by rule where two readings part: `{cite, level}`, the other citation and the level that it alone would give."""
    found = {band.rule: band for band in explain.bands(run.program, run.state_at(at), at)}
    yield "rules", sorted(wanted), sorted(found)
    for name, other in wanted.items():
        band = found.get(name)
        yield name, (other["cite"], other["level"]), (" ".join(band.other_cite), band.other) if band else None


def _asks(run: Run, at: datetime, wanted: int) -> Items:
    yield "questions", wanted, len(explain.level(run.program, run.state_at(at), at).confirm)


def _near(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Expect what is nearly reached: `{level: l2, rules: [r4]}`; an empty level and no rules for nothing."""
    state = run.state_at(at)
    yield "level", wanted["level"], state.nearest
    yield "rules", sorted(wanted.get("rules", ())), sorted(state.near)


def _fired(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Expect at what times a trigger has fired so far, by its name, or `name[value]` for one value of its label."""
    for name, times in wanted.items():
        found = [
            event.at
            for event in run.events_upto(at)
            if isinstance(event, t.TriggerFired) and name == (f"{event.trigger}[{event.entry}]" if event.entry else event.trigger)
        ]
        yield name, [run.story.time(str(time)) for time in times], found


def _suggested(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, value in wanted.items():
        yield name, value, suggested(run.program, run.state_at(at), run.program.facts[name], at)


def _put(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        yield name, True, name in run.state_at(at).proposed_decisions


def _not_put(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        yield name, False, name in run.state_at(at).proposed_decisions


def _level(run: Run, at: datetime, wanted: str | Mapping[str, str]) -> Items:
    """Of several plans each has its own: `level: {one-plan: l1, other: p2}`."""
    state = run.state_at(at)
    if isinstance(wanted, str):
        yield "level", wanted, state.level
        return
    for plan, level in wanted.items():
        yield plan, level, bare(state.standing(_part(run, plan)).level)


def _phase(run: Run, at: datetime, wanted: str | Mapping[str, str]) -> Items:
    state = run.state_at(at)
    if isinstance(wanted, str):
        yield "phase", wanted, state.phase
        return
    for plan, phase in wanted.items():
        yield plan, phase, state.phase_of(within(_part(run, plan), ""))


def _part(run: Run, plan: str) -> str:
    return next(part.name for part in run.program.plans if part.program.id == plan)


def _fact(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, value in wanted.items():
        known = run.state_at(at).facts.get(name)
        yield name, None if value is None else value_of(run.program.facts[name], value, run.story), known.value if known else None


def _happened(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, time in wanted.items():
        known = run.state_at(at).moments.get(name)
        yield name, None if time == "none" else run.story.time(str(time)), known.at if known else None


# ------------------------------------------------------------------ conditions and situations


def _held(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, span in wanted.items():
        if name == "of":
            continue
        condition = run.program.conditions[name]
        since = holding_since(run.state_at(at), condition)
        yield name, lasting(span), at - since if since else timedelta()
        if "of" in wanted:
            yield f"{name} of", lasting(wanted["of"]), condition.hold


def _holds(run: Run, at: datetime, wanted: Mapping[str, bool]) -> Items:
    for name, value in wanted.items():
        yield name, value, holds(run.program, run.state_at(at), run.program.conditions[name], at)


def _otherwise(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, bool | None]]) -> Items:
    """Expect what other readings of a condition's sentence say, by their citation."""
    for name, readings in wanted.items():
        view = explain.condition(run.program, run.state_at(at), run.program.conditions[name], at)
        yield name, dict(readings), {" ".join(cite): value for cite, value in view.readings}


def _earliest(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    conditions = [run.program.conditions[name] for name in wanted["for"]]
    known = [(holding_since(run.state_at(at), condition), condition.hold or timedelta()) for condition in conditions]
    found = [since + hold for since, hold in known if since is not None]
    for name, time in wanted.items():
        if name != "for":
            yield name, run.story.time(str(time)), max(found) if len(found) == len(conditions) else None


def _open(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        situation = run.state_at(at).situations.get(name)
        yield name, True, situation is not None and situation.open


def _closed(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        situation = run.state_at(at).situations.get(name)
        yield name, True, situation is not None and not situation.open


def _closed_as(run: Run, at: datetime, wanted: Mapping[str, str]) -> Items:
    """Expect how the plan calls the way in which a situation was closed last."""
    for name, called in wanted.items():
        found = [event.named for event in run.events_upto(at) if isinstance(event, t.SituationClosed) and event.situation == name]
        yield name, called, found[-1] if found else None


def _drafts(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    for name, count in wanted.items():
        drafts = [each for each in run.state_at(at).messages.values() if each.template == name and each.status == "draft"]
        yield name, count, len(drafts)


def _not_open(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        clock = clocks.latest(run.state_at(at), name)
        situation = run.state_at(at).situations.get(name)
        yield name, False, bool((clock and clock.status in ("open", "breached")) or (situation and situation.open))


# ------------------------------------------------------------------ who was told what


def _held_by(run: Run, at: datetime, wanted: Mapping[str, str]) -> Items:
    for role, person in wanted.items():
        yield role, person, owners.owner(run.program, run.state_at(at), role).person


def _sees(run: Run, at: datetime, wanted: Mapping[str, bool | str]) -> Items:
    """Expect whether a person sees the incident, or (`part`) no more than an invitation shows: everybody does until it is restricted."""
    state = run.state_at(at)
    seen, in_part = restricted.readers(run.program, state), restricted.in_part(run.program, state)
    for person, sees in wanted.items():
        yield person, sees, "part" if person in in_part else not seen or person in seen


def _waived(run: Run, at: datetime, wanted: list[str]) -> Items:
    state = run.state_at(at)
    for name in wanted:
        condition, clock = state.conditions.get(name), clocks.latest(state, name)
        yield name, True, bool((condition and condition.waived) or (clock and clock.status == "waived"))


def _count(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, number in wanted.items():
        yield name, Decimal(str(number)), Decimal(sum(1 for event in run.events_upto(at) if type(event).__name__ == name))


def _same_as(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Compare the clocks with those of another scenario at the same instant: what was due, met and missed is the same."""
    story = load(run.story.file.parent / f"{wanted['scenario']}.yaml", run.program)
    acts = tuple(act for act in story.acts if act.at <= at)
    other = play(run.program, replace(story, acts=acts, expectations=(Expectation(at, {}, ()),))).state_at(at)
    mine = run.state_at(at)
    for name in sorted({*mine.clocks, *other.clocks}):
        yield name, _essence(other.clocks.get(name)), _essence(mine.clocks.get(name))


def _essence(clock: t.Clock | None) -> tuple[Any, ...] | None:
    return (clock.status, clock.due_at, clock.missed, clock.occurrence, clock.met_at) if clock else None


def _parties(run: Run, at: datetime, wanted: Any) -> Items:
    """How many parties are listed, or for each named: when it was first told, or `untold`."""
    parties = run.state_at(at).parties
    if isinstance(wanted, int):
        yield "parties", wanted, len(parties)
        return
    for name, time in wanted.items():
        party = parties.get(name)
        yield name, None if time == "untold" else run.story.time(str(time)), party.notified_at if party else "not listed"


def _party(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Expect what is known of each party: `reporter`, its `kind`, its marks."""
    for name, known in wanted.items():
        party = run.state_at(at).parties.get(name)
        for part, value in known.items():
            found = (party.reporter if part == "reporter" else party.about.get(part)) if party else "not listed"
            yield f"{name} {part}", value, found


def _reports(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    """Expect by how many reports, of each means, the incident is known: `{person: 3, monitoring: 1}`."""
    found = [event.means for event in run.events_upto(at) if isinstance(event, t.Declared | t.ReportAdded)]
    yield "reports", dict(wanted), {means: found.count(means) for means in found}


CHECKS: Final[Mapping[str, Check]] = {
    **said.CHECKS,
    **clocks.CHECKS,
    "proposed": _proposed,
    "rule": _rule,
    "readings": _readings,
    "asks": _asks,
    "near": _near,
    "fired": _fired,
    "closed_as": _closed_as,
    "drafts": _drafts,
    "suggested": _suggested,
    "put": _put,
    "not_put": _not_put,
    "level": _level,
    "phase": _phase,
    "fact": _fact,
    "happened": _happened,
    "held": _held,
    "holds": _holds,
    "otherwise": _otherwise,
    "earliest": _earliest,
    "open": _open,
    "closed": _closed,
    "not_open": _not_open,
    "parties": _parties,
    "party": _party,
    "reports": _reports,
    "held_by": _held_by,
    "sees": _sees,
    "waived": _waived,
    "count": _count,
    "same_as": _same_as,
    **shown.CHECKS,
}
