"""The form of figures: numbers that are measured and shown, perhaps against a target, and never breached (CLK-11)."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from tocsin.engine.times import Span
from tocsin.plan.forms.leaves import (
    Cases,
    Duration,
    Formula,
    FromFact,
    LevelRef,
    Many,
    MomentRef,
    Name,
    ReadingOf,
    RuleForm,
    Text,
    Truth,
    formula,
    kind_of_value,
    span,
    wrong,
)
from tocsin.plan.sentences import say

Plain = Span | Decimal | bool


def _goal(value: object) -> Plain:
    """Take yes or no, a number, or a duration."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str):
        return span(value)
    raise wrong(say("a target is a number, a duration, or true"), say("such as {examples}", examples="95.0, 15m, true"))


_Plain = Annotated[Plain, PlainValidator(_goal)]
Goal = Annotated[
    Annotated[_Plain, Tag("<plain>")] | Annotated[Cases[_Plain], Tag("<cases>")] | Annotated[FromFact, Tag("<from>")],
    Discriminator(kind_of_value),
]
SIMILAR = "similar_incidents"


def _against(value: object) -> Formula | Literal["similar_incidents"]:
    """Take an expression, or what stands for earlier incidents of the plan."""
    return "similar_incidents" if value == SIMILAR else formula(value, wants="reading")


Against = Annotated[Formula | Literal["similar_incidents"], PlainValidator(_against), WithJsonSchema({"type": "string"})]


class FigureForm(RuleForm):
    from_: MomentRef | None = Field(default=None, alias="from")
    to: MomentRef | None = None
    also_from: MomentRef | None = None
    value: ReadingOf | None = None
    count: Annotated[list[Name], Many] = []
    before: ReadingOf | None = None
    after: ReadingOf | None = None
    needs: Truth | None = None
    target: Goal | None = None
    at_least: Goal | None = None
    at: Duration | None = None
    levels: Annotated[list[LevelRef], Many] = []
    against: Against | None = None
    per: Annotated[list[Text], Many] = []
    unit: Text = ""
