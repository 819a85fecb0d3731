"""A story told to the engine: the hotline plan, a fixed cast, a clock that the test moves. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, reduce

from tocsin.engine import terms as t
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.owners import owner
from tocsin.engine.program import Program
from tocsin.plan import read, shipped

START = datetime(2025, 6, 3, 1, tzinfo=UTC)
CAST = {
    "chi": ("duty_manager",),
    "ana": ("head_of_command",),
    "lin": ("tech_leader",),
    "zhou": ("cs_supervisor", "care_leader", "service"),
    "bea": ("legal_reviewer",),
    "qian": ("pr_manager",),
    "mei": ("top_management",),
}
STRANGER = "dov"


@cache
def hotline() -> Program:
    """Return the shipped hotline plan."""
    program = read.read(shipped.sources()["hotline-outage"].read_bytes(), "plan.yaml").program
    assert program is not None
    return program


class Story:
    """One incident under the hotline plan. Times are minutes since its start."""

    def __init__(self, *, cast: dict[str, tuple[str, ...]] = CAST, program: Program | None = None) -> None:
        self.program = program or hotline()
        self.seats = {role: person for person, roles in cast.items() for role in roles}
        self.state = t.State()
        self.events: list[t.AnyEvent] = []

    def at(self, minutes: float) -> datetime:
        return START + timedelta(minutes=minutes)

    def do(
        self, minutes: float, person: str, command: t.Command, standing: frozenset[str] = frozenset()
    ) -> tuple[t.AnyEvent, ...] | t.Refused:
        """Let `person` command and follow what happens; return the events or the refusal."""
        answer = decide(self.program, self.state, replace(command, by=t.Actor(person, standing), at=self.at(minutes)))
        if not isinstance(answer, t.Refused):
            self.state = reduce(evolve, answer, self.state)
            self.events += answer
        return answer

    def refused(self, minutes: float, person: str, command: t.Command) -> str:
        """Return the code with which the command is refused; the state is as before."""
        before = self.state
        answer = self.do(minutes, person, command)
        assert isinstance(answer, t.Refused), answer
        assert self.state is before
        return answer.code

    def declare(self, minutes: float = 0, person: str = "chi", **more: object) -> "Story":
        values = {"words": "nobody gets through", "means": "person", "seats": self.seats} | more
        answer = self.do(
            minutes, person, t.Declare(incident="i", number="INC-7", plan=self.program.id, plan_hash=self.program.hash, **values)
        )
        assert not isinstance(answer, t.Refused), answer
        return self

    def started(self, level: str = "l2", minutes: float = 5) -> "Story":
        """Declare, assess and set the level."""
        self.declare()
        scope = {"scope": "single_region", "effect": "interrupted", "recovery": timedelta(hours=2)}
        self.do(minutes - 1, "lin", t.Decide(decision="assess", facts=scope))
        self.do(minutes, "ana", t.Decide(decision="set_level", option=level, reason="by judgement"))
        assert self.state.level == level
        return self

    def observe(self, minutes: float, watch: str, value: bool | None, **seen: str) -> None:
        """Hand in an edge of one watch."""
        assert watch in self.program.watches
        self.do(minutes, t.SYSTEM, t.Observe(edges=(t.Edge(watch, value, self.at(minutes), seen),)))

    def tick(self, minutes: float, down_since: float | None = None) -> list[t.AnyEvent]:
        since = None if down_since is None else self.at(down_since)
        answer = self.do(minutes, t.SYSTEM, t.Tick(down_since=since))
        assert not isinstance(answer, t.Refused)
        return list(answer)

    def clock(self, name: str) -> t.Clock:
        return self.state.clocks[name]

    def holder(self, role: str) -> str:
        return owner(self.program, self.state, role).person

    def of(self, kind: type[t.AnyEvent]) -> list[t.AnyEvent]:
        """Return every event of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]


def number(value: str) -> Decimal:
    return Decimal(value)
