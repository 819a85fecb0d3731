"""What follows: effects, ladders, doors, situations, moments."""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from tocsin.engine.expressions import Expression
from tocsin.engine.program.rule import Cases, Rule, Text
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What a decision, an entry, a lateness or a situation causes.

    `tell alert call` address `targets`; `send draft` name a message; `open` a situation; `set` a fact (value in `to`); `mark` a moment;
    `assign` a role (`to`: roster); `propose` a decision (`to`: an option); `apply` the proposal; `file` an inbox. `mark_entry` puts a word
    on the entry whose duty is late, `mark_register` on its whole register, until it is done.
    """

    kind: Literal[
        "tell", "alert", "call", "send", "draft", "open", "set", "mark", "assign", "propose", "apply", "file", "mark_entry", "mark_register"
    ]
    targets: tuple[str, ...]
    to: str = ""
    when: Expression | None = None
    cite: tuple[str, ...] = ()


Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a ladder: its effects `after` the due time (a fraction is of the limit), or `before` it, repeated every `again`."""

    effects: Effects
    after: Span | Fraction = Fraction(0)
    before: bool = False
    again: Span | None = None


Ladder = tuple[Rung, ...] | Cases[tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class Door:
    """
    One way a situation opens or closes: on a moment, when an expression turns true, some time after a moment, or by a person.

    `during` limits `when` to a phase. `name` (as:) is how a person's closing is called and counted.
    """

    on: str = ""
    when: Expression | None = None
    during: str = ""
    after: Span | None = None
    of: str = ""
    unless: str = ""
    by: tuple[str, ...] = ()
    records: str = ""
    """The record with whose entry a person opens it."""
    name: str = ""
    reason: bool = False
    then: Effects = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation(Rule):
    """A stretch of time with obligations of its own."""

    opens: tuple[Door, ...]
    closes: tuple[Door, ...]
    stage: Literal["", "warning"] = ""
    then: Effects = ()
    step: int = 0
    """Its place in the written procedure; steps are an order to read in, not a lock."""
    next: tuple[str, ...] = ()
    where: tuple[Text, ...] = ()
    """Where it is worked on."""
    result: Text = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    once: bool = False
    """A trigger opens it only where neither a warning nor a response runs; there its firing is evidence (DET-06)."""
    visible_to: tuple[str, ...] = ()
    """Once it has opened, these roles and groups alone see the incident, for good (AUD-05)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Rule):
    """What opens a situation by itself once it was measured for `hold` without interruption, of `each` value of a label (DET-02 to -05)."""

    watch: str
    test: Expression
    opens: str
    hold: timedelta = timedelta()
    each: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Rule):
    """
    A named instant. It comes `with` another, `when` an expression turns true, or some rule marks it; `recorded_by` may also do it by hand.

    `phase` is where the incident stands from then on; empty if it changes nothing.
    """

    with_: str = ""
    when: Expression | None = None
    repeats: bool = False
    recorded_by: tuple[str, ...] = ()
    phase: str = ""
    common: bool = False
    """Every plan has it; several plans on one incident share it, unless a plan says itself how it comes about."""
    dated: str = ""
    """It lies before the beginning: at the start of this day (`2025-06-03`), or of the `year`, in the plan's zone."""
    plans: tuple[str, ...] = ("",)
    """Whose phase it changes, of several plans on one incident."""
