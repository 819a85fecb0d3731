"""The form of how grave it is: levels, and the rules that propose one."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Literal

from pydantic import Field

from tocsin.plan.forms.duties import Effects
from tocsin.plan.forms.leaves import (
    Cites,
    DecisionRef,
    Form,
    Id,
    LevelRef,
    Many,
    MomentRef,
    Name,
    ReadingOf,
    RuleForm,
    Share,
    Text,
    Translated,
    Truth,
)
from tocsin.plan.forms.values import ReadingForm


class LevelForm(RuleForm):
    leaves_plan: bool = False
    out_of_turn: bool = False
    colour: Text = ""
    fills: dict[Name, Literal["roster"]] = {}


class ConfirmForm(Form):
    when: Truth
    says: Translated


class LevelRuleForm(RuleForm):
    level: LevelRef
    when: Truth
    readings: list[ReadingForm] = []
    confirm: ConfirmForm | None = None
    subsumed_by: Id | None = None


class LineForm(Form):
    when: Truth
    level: LevelRef


class StepForm(Form):
    when: Truth
    raise_: Annotated[int, Field(ge=1, le=10)] | None = Field(default=None, alias="raise")
    at_least: LevelRef | None = None


class FallbackForm(Form):
    cite: Cites = []
    acknowledges: Annotated[list[Text], Many] = []
    assumed: list[Text] = []
    confirm: bool = True
    table: list[LineForm]
    then: list[StepForm] = []


class AdjustForm(Form):
    cite: Cites = []
    covers: list[Text] = []
    acknowledges: Annotated[list[Text], Many] = []
    assumed: list[Text] = []
    when: Truth | None = None
    on: MomentRef | None = None
    lower: Annotated[int, Field(ge=1, le=10)] | None = None
    raise_: Annotated[int, Field(ge=1, le=10)] | None = Field(default=None, alias="raise")
    to: LevelRef | None = None


class NearForm(Form):
    """`at: 80%` of a threshold, without passing it."""

    at: Share
    then: Effects = []
    cite: Cites = []
    covers: list[Text] = []
    assumed: list[Text] = []


class ClassifyForm(RuleForm):
    decision: DecisionRef
    applies: Literal["at_once"] | None = None
    shows: list[ReadingOf] = []
    rules: dict[Id, LevelRuleForm] = {}
    fallback: FallbackForm | None = None
    adjust: dict[Id, AdjustForm] = {}
    near: NearForm | None = None
