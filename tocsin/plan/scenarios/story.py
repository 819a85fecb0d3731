"""A scenario as read from its file: people, feeds, acts and expectations, every time resolved to an instant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tocsin.engine.program import Program
from tocsin.engine.role_names import plain
from tocsin.engine.times import add, parse
from tocsin.plan import document
from tocsin.plan.findings import Path as Way
from tocsin.plan.findings import brief, nearest
from tocsin.plan.scenarios.naming import act_in_full, in_full

Plain = Any
"""What YAML holds: text, numbers, lists, mappings."""


class BadScenarioError(ValueError):
    """The file is not a scenario. The message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A steady series in [since, until): one sample every `every`; later feeds of the same signal override earlier ones."""

    signal: str
    value: Decimal
    every: timedelta
    over: timedelta
    since: datetime | None = None
    until: datetime | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person (or the world) does. `what` is its verb, `body` all of its keys."""

    at: datetime
    by: str
    what: str
    body: Mapping[str, Plain]
    refused: str
    place: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be true at `at`, after the acts and the tick of that instant."""

    at: datetime
    what: Mapping[str, Plain]
    place: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario, ready to play."""

    id: str
    title: Mapping[str, str]
    plan: str
    proves: tuple[str, ...]
    start: datetime
    zone: str
    people: Mapping[str, tuple[str, ...]]
    baseline: Mapping[str, Decimal]
    compare: Mapping[str, Decimal | timedelta]
    """What figures came to in earlier incidents."""
    training: Mapping[str, tuple[str, ...]]
    """By person what is on record that they have learned; of whom nothing is said here, nobody asks."""
    counted: Mapping[str, tuple[Decimal, Decimal]]
    """What figures that are added up had come to: in the period before, and in this one before the incident."""
    feeds: tuple[Feed, ...]
    acts: tuple[Act, ...]
    expectations: tuple[Expectation, ...]
    down: tuple[tuple[datetime, datetime], ...]
    source: document.Document
    file: Path
    standing: bool = False
    """It is of what the organisation owes between incidents."""

    def where(self, place: tuple[str | int, ...]) -> str:
        """Return `file:line:column` of a place in the scenario."""
        line, column = self.source.where(place)
        return f"{self.file}:{line}:{column}"

    def time(self, text: str) -> datetime:
        """Return the instant that `text` says: relative to the start (`4m`, `3d4h12m`, `-10m`), or absolute."""
        return instant(text, self.start, self.zone)


DEPUTY: Final = "deputy:"
"""With this before it, what a person is given is not a role but the place of its deputy."""

VERBS = (
    *("report", "set", "sample", "feed", "note", "mark", "withdraw", "record", "do", "open", "close"),
    *("decide", "approve", "send_back", "attest", "take_back", "waive", "waive_clock", "bring_forward", "not_needed"),
    *("trigger", "observe", "party", "remove_party", "tell_party"),
    *("draft", "publish", "send", "confirm", "read", "reply", "deliver", "assign", "accept", "hand_over", "create_role"),
    *("call_in", "decline"),
    *("open_stream", "close_stream", "take_up", "put_down", "say", "promote"),
    *("join", "leave", "seat", "on_duty"),
)

BESIDE: Final = (
    *("at", "by", "refused", "happened_at", "until", "labels", "with", "option", "reason", "link", "entry", "confirmed", "evidence"),
    *("about", "after_downtime", "along", "assignee", "attach", "attendance", "as", "channel", "checks", "cites", "confirms", "department"),
    *("from", "item", "means", "name", "occurrence", "outcome", "reached", "reporter", "result", "revise", "roles", "since", "texts"),
    *("duty", "language", "readings", "to", "words", "baseline", "over", "every", "part", "stream", "role", "approve"),
)
"""What may stand beside a verb. Anything else would be passed over: a misspelt key is refused instead."""


def labels_of(entry: Mapping[str, Plain]) -> tuple[tuple[str, str], ...]:
    """Return the labels of a sample or a feed, in order of their names."""
    return tuple(sorted((str(name), str(value)) for name, value in (entry.get("labels") or {}).items()))


def instant(text: Plain, start: datetime, zone: str) -> datetime:
    """
    Return the instant that `text` says.

    :raises BadScenarioError: it is neither a span from the start nor an absolute time.
    """
    words = str(text)
    whole, fraction = _parted(words)
    try:
        if whole.startswith("-"):
            return start - parse(whole[1:]).exact - fraction
        return add(start, parse(whole), zone) + fraction
    except ValueError:
        pass
    try:
        absolute = datetime.fromisoformat(words)
    except ValueError as error:
        raise BadScenarioError(f"{words!r} is not a time such as 4m, -10m or 2025-06-03T10:00+08:00") from error
    if absolute.tzinfo is None:
        absolute = absolute.replace(tzinfo=ZoneInfo(zone))
    return absolute.astimezone(UTC)


_FRACTION = re.compile(r"(-?[0-9a-z]*[0-9]+)\.([0-9]{1,6})s")


def _parted(words: str) -> tuple[str, timedelta]:
    """Return a span without the fraction of its seconds (`4m30.25s`), and the fraction: a record knows microseconds."""
    found = _FRACTION.fullmatch(words)
    return (f"{found[1]}s", timedelta(microseconds=int(found[2].ljust(6, "0")))) if found else (words, timedelta())


def load(file: Path, program: Program) -> Story:
    """
    Return the story in `file`, for `program`; what it says to be `like` is read from beside it.

    :raises BadScenarioError: with the place and what to do.
    """
    source = document.read(file.read_bytes())
    return _Reader(file, source, _body(file, source), program).story()


def _body(file: Path, source: document.Document) -> Mapping[str, Plain]:
    if source.root is None or source.traps:
        trap = source.traps[0]
        line, column = source.place(trap.start)
        raise BadScenarioError(f"{file}:{line}:{column} {trap.message}; {trap.hint}")
    body = document.plain(source.root)
    if not isinstance(body, dict) or body.get("tocsin_scenario") != 1:
        raise BadScenarioError(f"{file}:1:1 a scenario begins with `tocsin_scenario: 1`")
    return body


@dataclass(frozen=True, slots=True)
class Heading:
    """
    What a scenario says of itself before it begins. `plans` are those it runs by, in order; an empty id for the plan that it lies with.
    `standing`: it is no incident, but what the organisation owes between them.
    """

    title: Mapping[str, str]
    plans: tuple[str, ...]
    standing: bool = False


def heading(file: Path) -> Heading:
    """
    Return what a scenario says of itself.

    :raises BadScenarioError: the file is no scenario.
    """
    body = _body(file, document.read(file.read_bytes()))
    beside = [str(name) for key in ("beside", "lay_over") for name in body.get(key) or []]
    return Heading(body.get("title") or {}, (str(body.get("plan") or ""), *beside), body.get("standing") is True)


class _Reader:
    def __init__(self, file: Path, source: document.Document, body: Mapping[str, Plain], program: Program) -> None:
        self.file, self.source, self.body, self.program = file, source, body, program
        self.base: Story | None = None
        like = body.get("like")
        if isinstance(like, dict):
            self.base = load(file.parent / f"{like['scenario']}.yaml", program)
        started = body.get("start")
        if started is None and self.base is None:
            raise BadScenarioError(f"{file}:1:1 a scenario says when it starts, such as start: 2025-06-03T09:00+08:00")
        zone = program.timezone
        self.start = self.base.start if started is None and self.base else instant(started, datetime.min.replace(tzinfo=UTC), zone)

    def time(self, text: Plain) -> datetime:
        return instant(text, self.start, self.program.timezone)

    def story(self) -> Story:
        given = act_in_full(self.program, self.body.get("given") or {})
        base = self.base
        acts = [self._act(index, entry) for index, entry in enumerate(self.body.get("when") or [])]
        acts = self._with_parties(given.get("parties"), acts)
        feeds = [self._feed(entry, None, ("given", "feed", index)) for index, entry in enumerate(given.get("feed") or [])]
        feeds += [self._feed(act.body["feed"], act.at, act.place) for act in acts if act.what == "feed"]
        if base:
            until = self.time(self.body["like"].get("until", "100y"))
            acts = [act for act in base.acts if act.at <= until] + acts
            feeds = [*base.feeds, *feeds]
        people = {name: tuple(roles) for name, roles in (given.get("people") or {}).items()}
        baseline = {name: Decimal(str(value)) for name, value in (given.get("baseline") or {}).items()}
        down = tuple((self.time(gap["from"]), self.time(gap["until"])) for gap in self.body.get("down") or [])
        return Story(
            id=str(self.body.get("id", self.file.stem)),
            title=self.body.get("title") or {},
            plan=self.program.id,
            proves=tuple(self.body.get("proves") or ()),
            start=self.start,
            zone=self.program.timezone,
            people=people or (base.people if base else {}),
            baseline=baseline or (base.baseline if base else {}),
            compare={name: _amount(value) for name, value in (given.get("compare") or {}).items()} or (base.compare if base else {}),
            training={name: tuple(map(plain, said)) for name, said in (given.get("training") or {}).items()}
            or (base.training if base else {}),
            counted={name: _counted(value) for name, value in (given.get("counted") or {}).items()} or (base.counted if base else {}),
            feeds=tuple(feeds),
            acts=tuple(sorted(acts, key=lambda act: act.at)),
            expectations=tuple(self._expectation(index, entry) for index, entry in enumerate(self.body.get("then") or [])),
            down=down,
            source=self.source,
            file=self.file,
            standing=self.body.get("standing") is True,
        )

    def _with_parties(self, written: Plain, acts: list[Act]) -> list[Act]:
        """Add the parties that are affected from the start: whoever acts first names them right after the first act."""
        if not written or not acts:
            return acts
        first = min(acts, key=lambda act: act.at)
        place = ("given", "parties")
        bodies = [{"party": name, **about} for name, about in _parties(written)]
        return [first, *(Act(first.at, first.by, "party", body, "", place) for body in bodies), *(act for act in acts if act is not first)]

    def _act(self, index: int, entry: Mapping[str, Plain]) -> Act:
        place = ("when", index)
        verbs = [verb for verb in VERBS if verb in entry]
        if len(verbs) != 1 or "at" not in entry:
            raise self._bad(place, f"an act has a time and one verb of: {', '.join(VERBS)}")
        strange = next((key for key in entry if key not in (*VERBS, *BESIDE)), None)
        if strange is not None:
            hint = nearest(strange, BESIDE) or f"beside {verbs[0]} stand some of: {', '.join(BESIDE)}"
            raise self._bad((*place, strange), f"{brief(strange)} says nothing here; {hint}")
        body = act_in_full(self.program, entry, VERBS)
        return Act(self.time(entry["at"]), str(entry.get("by", "")), verbs[0], body, str(entry.get("refused", "")), place)

    def _bad(self, place: Way, message: str) -> BadScenarioError:
        line, column = self.source.where(place, at_key=isinstance(place[-1], str))
        return BadScenarioError(f"{self.file}:{line}:{column} {message}")

    def _feed(self, entry: Mapping[str, Plain], since: datetime | None, place: Way) -> Feed:
        if not isinstance(entry, dict) or not {"signal", "value"} <= set(entry):
            raise self._bad(place, "a feed names its signal and its value, such as {signal: calls, value: 90.0, every: 1m}")
        every = parse(str(entry.get("every", "1m"))).exact
        over = parse(str(entry["over"])).exact if "over" in entry else timedelta()
        until = self.time(entry["until"]) if "until" in entry else None
        return Feed(str(entry["signal"]), Decimal(str(entry["value"])), every, over, since, until, labels_of(entry))

    def _expectation(self, index: int, entry: Mapping[str, Plain]) -> Expectation:
        what = {key: in_full(self.program, value) for key, value in entry.items() if key != "at"}
        return Expectation(self.time(entry["at"]), what, ("then", index))


def _amount(written: Plain) -> Decimal | timedelta:
    try:
        return parse(str(written)).exact
    except ValueError:
        return Decimal(str(written))


def _counted(written: Mapping[str, Plain]) -> tuple[Decimal, Decimal]:
    return Decimal(str(written.get("before", 0))), Decimal(str(written.get("earlier", 0)))


def _parties(written: Mapping[str, Plain]) -> Iterator[tuple[str, Mapping[str, Plain]]]:
    """Yield each party with what is said of it: by name, or `count` of them of which some are `reporters`."""
    if "count" not in written:
        yield from ((name, about or {}) for name, about in written.items())
        return
    reporters = written.get("reporters") or ()
    for number in range(1, int(written["count"]) + 1):
        name = f"client_{number:02}"
        yield name, {"reporter": True} if name in reporters else {}


def shipped(folder: Path) -> Sequence[Path]:
    """Return the scenario files of a plan's folder, in order."""
    return sorted(folder.glob("*.yaml"))
