"""The projector: events in, rows out. What it wrote can always be made again from the journal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.incidents import plans
from tocsin.incidents.models import Incident
from tocsin.incidents.models.row import Row as RowModel
from tocsin.incidents.projection import (
    board,
    clocks,
    conditions,
    decisions,
    facts,
    figures,
    messages,
    parties,
    records,
    registers,
    roles,
    situations,
    timeline,
    words,
)
from tocsin.incidents.projection.rows import FromEvent, FromState, Row, Scene, concerned, keys_of
from tocsin.kit.tables import Sheaf

FROM_EVENTS: Final[tuple[FromEvent, ...]] = (
    clocks.from_event,
    conditions.from_event,
    decisions.from_event,
    facts.from_event,
    messages.from_event,
    parties.from_event,
    records.from_event,
    registers.from_event,
    roles.from_event,
    situations.from_event,
    timeline.from_event,
    words.from_event,
)
_FROM_STATE: Final[tuple[FromState, ...]] = (
    clocks.from_state,
    conditions.from_state,
    decisions.from_state,
    facts.from_state,
    figures.from_state,
    messages.from_state,
    registers.from_state,
    roles.from_state,
)

Name = tuple[type[RowModel], tuple[str | int, ...]]
"""What names a row within its incident: its model and its key."""


@dataclass(slots=True)
class _Pending:
    """Values to be written for one row."""

    values: dict[str, Any]
    change: bool
    new: bool


class Projector:
    """
    Follows one incident from `state` on. `program` is the plan in force then; a journal read from its start names it itself. `at_a_glance` says
    whether there is a row of the board, where that is not as usual: a dossier has one of a standing record, too. `programs` looks programs up.
    """

    def __init__(
        self,
        incident: Incident,
        program: Program | None,
        state: t.State,
        *,
        at_a_glance: bool | None = None,
        programs: Callable[[Incident, Sequence[str]], Program] = plans.of,
    ) -> None:
        self.state = state
        self._programs = programs
        self._incident = incident
        self._program = program
        self._seq = 0
        glance = not incident.standing if at_a_glance is None else at_a_glance  # the board is for incidents alone
        self._from_events = (*((board.from_event,) if glance else ()), *FROM_EVENTS)
        self._at_a_glance = glance
        self._before = self._standing(Scene(program, state, 0)) if program and state.incident else {}
        self._pending: dict[Name, _Pending] = {}

    def add(self, seq: int, event: t.AnyEvent) -> None:
        """Take in the next event of the journal."""
        if isinstance(event, t.Declared | t.PlanMoved | t.PlanAdded):
            self._program = self._programs(self._incident, _hashes(event, self.state))
        before = self.state.phase
        self.state, self._seq = evolve(self.state, event), seq
        scene = replace(self._scene(), phase_before=before)
        kind: Any = type(event)
        for part in concerned(self._from_events, kind):
            self._take(part(scene, event))

    def rows(self) -> Mapping[Name, Mapping[str, Any]]:
        """Return what is to be written after the last event; begun with an empty state, these are all rows of the incident, whole."""
        self._finish()
        return {name: pending.values for name, pending in self._pending.items() if not pending.change}

    def save(self, sheaf: Sheaf) -> frozenset[str]:
        """Let the rows be written with what else the desk writes, and return the topics that changed."""
        self._finish()
        whose = {"organisation_id": self._incident.organisation_id}
        for (model, key), pending in self._pending.items():
            keys = {"incident_id": self._incident.pk, **dict(zip(keys_of(model), key, strict=True))}
            if pending.new:
                sheaf.add(model, {**keys, **whose, **pending.values})
            else:
                sheaf.put(model, keys, pending.values if pending.change else {**whose, **pending.values}, change=pending.change)
        return frozenset(topic(model) for model, _ in self._pending)

    def _standing(self, scene: Scene) -> dict[Name, Row]:
        return {(row.model, row.key): row for part in _FROM_STATE for row in part(scene)}

    def _scene(self) -> Scene:
        if self._program is None:
            raise ValueError("the journal does not begin with a declaration")
        return Scene(self._program, self.state, self._seq)

    def _finish(self) -> None:
        scene = self._scene()
        if self._at_a_glance:  # that row says how far the journal has come: it is never as before
            self._take(board.from_state(scene))
        after = self._standing(scene)
        self._take(row for name, row in after.items() if self._before.get(name) != row)
        self._before = after

    def _take(self, new: Iterable[Row]) -> None:
        for row in new:
            known = self._pending.get((row.model, row.key))
            if known is None:
                self._pending[row.model, row.key] = _Pending(dict(row.values), row.change, row.new)
            else:
                known.values.update(row.values)
                known.change = known.change and row.change


def topic(model: type[RowModel]) -> str:
    """Return what notices call a kind of row: `clock`, `role`, `timeline` …"""
    return model.__name__.removesuffix("Row").lower()


def _hashes(event: t.Declared | t.PlanMoved | t.PlanAdded, before: t.State) -> list[str]:
    """Return the plan versions by which the incident runs from `event` on."""
    if isinstance(event, t.PlanAdded):
        return [*plans.hashes_of(before), event.added.hash]
    beside = event.beside if isinstance(event, t.Declared) else before.beside
    return [event.plan_hash, *(ref.hash for ref in beside)]
