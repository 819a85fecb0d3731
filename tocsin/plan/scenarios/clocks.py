"""What a scenario may expect of clocks: `name` of one, `name[entry]` of the one of an entry, `name[*]` of those of all entries."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.times import parse, stamped
from tocsin.plan.scenarios.play import Run

Items = Iterator[tuple[str, Any, Any]]
"""Triples of what was looked at, what was expected, what was found."""
Check = Callable[[Run, datetime, Any], Items]


def latest(state: t.State, name: str) -> t.Clock | None:
    """Return the last generation of the clock that `name` means: an obligation, `name[entry]`, a link, or a clock id."""
    named = [clock for clock in state.clocks.values() if clock.clock == name or clock.clock.startswith(f"{name}#")]
    return max(named, key=lambda clock: clock.generation, default=None)


def each(state: t.State, name: str) -> Iterator[tuple[str, t.Clock | None]]:
    """Yield the clock that `name` means, or of `name[*]` that of every entry; one of none where nothing has begun."""
    if not name.endswith("[*]"):
        yield name, latest(state, name)
        return
    bases = dict.fromkeys(clock.clock.partition("#")[0] for clock in state.clocks.values() if clock.obligation == name[:-3] and clock.entry)
    for base in bases:
        yield base, latest(state, base)
    if not bases:
        yield name, None


def span(written: Any) -> timedelta:
    """Return a length of time as a scenario writes it, such as `5m` or `-5m`."""
    words = str(written)
    found = parse(words.removeprefix("-"))
    length = found.exact + timedelta(days=found.days)
    return -length if words.startswith("-") else length


def _read(wanted_as: Callable[[Run, Any], Any], found_as: Callable[[t.Clock | None], Any]) -> Check:
    """Return the check that compares, for each clock named, what is written with what the clock says."""

    def check(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
        for name, written in wanted.items():
            for label, clock in each(run.state_at(at), name):
                yield label, wanted_as(run, written), found_as(clock)

    return check


def _time(run: Run, written: Any) -> datetime | None:
    return None if written == "none" else run.story.time(str(written))


def _as_it_stands(run: Run, written: Any) -> Any:
    return written


def _margin(clock: t.Clock | None) -> timedelta | None:
    return timedelta(seconds=clock.margin_s) if clock and clock.margin_s is not None else None


def _late(clock: t.Clock | None) -> timedelta | None:
    margin = _margin(clock)
    return -margin if margin is not None else None


def _runs(clock: t.Clock | None) -> bool:
    return clock is not None and clock.status in ("open", "breached")


def _still_open(run: Run, at: datetime, wanted: list[str]) -> Items:
    for name in wanted:
        for label, clock in each(run.state_at(at), name):
            yield label, True, _runs(clock)


def _owes(run: Run, at: datetime, wanted: Mapping[str, str]) -> Items:
    state = run.state_at(at)
    for name, person in wanted.items():
        for label, clock in each(state, name):
            yield label, person, owners.owner(run.program, state, clock.owes).person if clock else None


def _works(run: Run, at: datetime, wanted: Mapping[str, str]) -> Items:
    """Expect who works on what is owed; `nobody` for what rests."""
    state = run.state_at(at)
    for name, person in wanted.items():
        for label, clock in each(state, name):
            yield label, person, (state.working.get(clock.clock, "nobody") if _runs(clock) else "over") if clock else None


def _breach(run: Run, at: datetime, wanted: list[Mapping[str, Any]]) -> Items:
    for entry in wanted:
        matches = [event for event in _breaches_of(run, at, entry["clock"]) if event.occurrence == entry.get("occurrence", 1)]
        yield entry["clock"], True, bool(matches)
        for event in matches[:1]:
            yield f"{event.clock} due", run.story.time(str(entry["due"])), event.due_at
            if "seen" in entry:
                yield f"{event.clock} seen", run.story.time(str(entry["seen"])), event.at
            yield f"{event.clock} after downtime", bool(entry.get("after_downtime")), event.after_downtime


def _breaches_of(run: Run, at: datetime, name: str) -> list[t.ClockBreached | t.OccurrenceMissed]:
    events = run.events_upto(at)
    return [event for event in events if isinstance(event, t.ClockBreached | t.OccurrenceMissed) and event.clock == name]


def _breaches(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    for name, count in wanted.items():
        yield name, count, len(_breaches_of(run, at, name))


def _reminded(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Look at when the owner of each clock was reminded last."""
    for name, time in wanted.items():
        found = [event.at for event in run.events_upto(at) if isinstance(event, t.ClockReminded) and event.clock == name]
        yield name, _time(run, time), found[-1] if found else None


def _entries(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    """How many entries an obligation runs over now: clocks that began and did not end because the entry is gone."""
    for name, count in wanted.items():
        known = [clock for _, clock in each(run.state_at(at), f"{name}[*]")]
        yield name, count, sum(1 for clock in known if clock and clock.ended != "no_longer")


def _marks(run: Run, at: datetime, wanted: Mapping[str, list[str]]) -> Items:
    """Which words an entry of a register, or a whole register, bears."""
    for name, words in wanted.items():
        yield name, sorted(words), sorted(run.state_at(at).marks.get(name, {}))


def _entry(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """What the fields of an entry hold; `none` for an empty one, a time as a time of the story."""
    for name, fields in wanted.items():
        known = run.state_at(at).open_fields.get(name, {})
        for field, words in fields.items():
            found = known.get(field, "none")
            yield f"{name} {field}", *((run.story.time(str(words)), stamped(found)) if _is_stamp(found) else (str(words), found))


def _is_stamp(words: str) -> bool:
    try:
        return bool(stamped(words))
    except ValueError:
        return False


CHECKS: Final[Mapping[str, Check]] = {
    "due": _read(_time, lambda clock: clock.due_at if clock and _runs(clock) else None),
    "state": _read(_as_it_stands, lambda clock: clock.status if clock else "waiting"),
    "missed": _read(_as_it_stands, lambda clock: clock.missed if clock else 0),
    "ended": _read(_as_it_stands, lambda clock: clock.ended if clock else "waiting"),
    "met_at": _read(_time, lambda clock: clock.met_at if clock else None),
    "margin": _read(lambda run, written: span(written), _margin),
    "late_by": _read(lambda run, written: span(written), _late),
    "still_open": _still_open,
    "owes": _owes,
    "works": _works,
    "breach": _breach,
    "breaches": _breaches,
    "reminded": _reminded,
    "entries": _entries,
    "marks": _marks,
    "entry": _entry,
}
