"""What helps people through the procedure: checklists, questions and answers, typical errors as guards, examples."""

from dataclasses import dataclass, field

from tocsin.engine.program.rule import Rule, Text
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist(Rule):
    """
    A list of conditions, each ticked by the system when it holds, or attested. `items` are their ids, `<checklist>.<item>`.

    With `indicators` they are what has to stay so: shown at the head of the incident and on the board, at these `levels` only if it names any.
    """

    items: tuple[str, ...]
    indicators: bool = False
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Rule):
    """A question and its answer, shown at the situation or obligation that it concerns."""

    at: str
    answer: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard(Rule):
    """A typical error. One with moments in `fires` stands in the room from the latest of them until one of `until` follows."""

    cause: Text
    remedy: Text
    fires: tuple[str, ...] = ()
    until: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Rule):
    """A worked example of the document; `scenario` is the file that replays it."""

    situation: Text
    actions: Text = field(default_factory=dict)
    took: Span | None = None
    result: Text = field(default_factory=dict)
    conclusion: Text = field(default_factory=dict)
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """The help of a plan."""

    questions: tuple[Question, ...] = ()
    errors: tuple[Guard, ...] = ()
    examples: tuple[Example, ...] = ()
