"""What an organisation's plans in force measure: which signals may be handed in, with which labels, and what is wrong with a sample."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.engine.program import Program, Signal
from tocsin.incidents import plans
from tocsin.incidents.samples import AHEAD_MAX, VALUE_LIMIT, Given
from tocsin.plan.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Measurable:
    """
    The measured signals of every plan in force, by name.

    `labels` are what any of the plans labels it by; `over` is the window that a count is counted over where nothing else is said;
    `entered` are those that no plan lets anybody hand in: they are counted from records alone.
    """

    labels: Mapping[str, frozenset[str]]
    over: Mapping[str, timedelta]
    entered: frozenset[str]

    def faults(self, one: Given, now: datetime) -> Iterator[tuple[str, Sentence]]:
        """Yield what is wrong with a sample: the part of it, and the problem."""
        if one.signal not in self.labels:
            yield "signal", self.unknown()
        if one.signal in self.entered:
            yield "signal", say("this is counted from what is entered in incidents alone")
        for label in [name for name, _ in one.labels if name not in self.labels.get(one.signal, (name,))]:
            has = sorted(self.labels[one.signal]) or say("none")
            yield f"labels/{label}", say("no plan in force labels {signal} so; it has: {labels}", signal=one.signal, labels=has)
        if one.at > now + AHEAD_MAX:
            yield "at", say("this instant has not come yet")
        if abs(one.value) >= VALUE_LIMIT:
            yield "value", say("this value is too large to be kept")

    def unknown(self) -> Sentence:
        """Return what is said of a signal that no plan in force has."""
        return say("no plan in force has this signal; they have: {signals}", signals=sorted(self.labels) or say("none"))


def of(organisation_id: UUID) -> Measurable:
    """Return what the plans in force of an organisation measure."""
    found = [signal for program in programs(organisation_id) for signal in program.signals.values() if signal.kind != "computed"]
    fed = {signal.id for signal in found if signal.fed}
    return Measurable(
        labels={name: frozenset(label for one in found if one.id == name for label in one.labels) for name in {one.id for one in found}},
        over={one.id: one.window for one in found if one.kind == "count" and one.window},
        entered=frozenset({signal.id for signal in found} - fed),
    )


def signals(organisation_id: UUID) -> list[tuple[Program, Signal]]:
    """Return every signal of the plans in force with its plan, in the order of the plans."""
    return [(program, signal) for program in programs(organisation_id) for signal in program.signals.values()]


def programs(organisation_id: UUID) -> list[Program]:
    """Return the plans in force, compiled."""
    return [plans.compiled(plan) for plan in plans.in_force(organisation_id).values()]
