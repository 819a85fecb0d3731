"""The form of what is known: facts, signals, conditions and moments."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from tocsin.engine.times import Span
from tocsin.plan.forms.leaves import (
    DURATION,
    REVISIONS,
    Amount,
    Anything,
    Cases,
    Cites,
    Demanded,
    Duration,
    Exact,
    FactRef,
    Form,
    Id,
    Inbox,
    Many,
    MomentRef,
    Name,
    Ref,
    RuleForm,
    Text,
    Translated,
    Truth,
    WhoRef,
    Whos,
    Words,
    kind_of_value,
    ref,
    span,
    words_by_locale,
    wrong,
)
from tocsin.plan.sentences import say

FACT_TYPES = ("choice", "yes_no", "number", "duration", "time", "text")
LATER_TYPES = ("ref", "table")


def _fact_type(value: object, known: tuple[str, ...] = FACT_TYPES) -> str:
    if value in LATER_TYPES:
        raise wrong(say("the type {value} is not run by this version yet", value=value), code="L25")
    if value not in FACT_TYPES:
        raise wrong(say("not a type"), say("one of {names}", names=known))
    return str(value)


def _choices(value: object) -> dict[str, Words | None]:
    """Take `[mild, grave]`, or `{mild: {zh: …, en: …}, grave: …}` where the values carry names for people."""
    if isinstance(value, list) and value and all(isinstance(item, str) and item for item in value):
        if len(set(value)) < len(value):
            raise wrong(say("a value stands here twice"), say("remove one"))
        return dict.fromkeys(value)
    if isinstance(value, dict) and value:
        return {str(item): Words(words_by_locale(words)) for item, words in value.items()}
    raise wrong(say("a list of values is wanted"), say("from mild to grave; numbers in quotes"))


def _field_type(value: object) -> str:
    return str(value) if value in ("table", "person") else _fact_type(value, (*FACT_TYPES, "table", "person"))


FieldType = Annotated[Literal["choice", "yes_no", "number", "duration", "time", "text", "table", "person"], PlainValidator(_field_type)]


def _fact_kind(value: object) -> str:
    return "yes_no_unsure" if value == "yes_no_unsure" else _fact_type(value, (*FACT_TYPES, "yes_no_unsure"))


FactKind = Annotated[Literal["choice", "yes_no", "yes_no_unsure", "number", "duration", "time", "text"], PlainValidator(_fact_kind)]
"""What a fact can be; `yes_no_unsure` is a choice of those three."""
Choices = Annotated[dict[str, Words | None], PlainValidator(_choices)]


Default = Annotated[
    Annotated[Any, PlainValidator(lambda value: value), Tag("<plain>")] | Annotated[Cases[Any], Tag("<cases>")],
    Discriminator(kind_of_value),
]
"""A value until somebody answers, perhaps by the case that another fact is in."""


class ImpliedForm(Form):
    value: Any
    when: Truth


class TemplateForm(Form):
    """How an incident of one kind is registered: what the form is filled with, and what it asks first."""

    prefill: dict[Id, Any] = {}
    asks: Annotated[list[FactRef], Many] = []


class FactForm(RuleForm):
    type: FactKind
    of: Choices | None = None
    many: bool = False
    unit: Text = ""
    classes: list[Exact] = []
    at_most: Exact | None = None
    estimate: bool = False
    """Every statement is kept with who and when anyway; the key says that changes are expected."""
    ask: Translated | None = None
    when: Truth | None = None
    """Asked only while this is true; whoever knows it may say it before."""
    default: Default | None = None
    implied: list[ImpliedForm] = []
    suggested: Anything | None = None
    marks: MomentRef | None = None
    marks_change: MomentRef | None = None
    stated_by: Whos = []
    reason: Literal["on_change"] | None = None
    templates: dict[Text, TemplateForm] = {}
    """By value of a choice that says what kind of incident it is."""


def _days(value: object) -> Span:
    found = span(value)
    if not found.days or found != Span(days=found.days):
        raise wrong(say("a mean is taken over whole days"), say("such as {examples}", examples="30d"))
    return found


class BaselineForm(Form):
    of: Literal["mean"]
    over: Annotated[Span, PlainValidator(_days), WithJsonSchema(DURATION)]
    same_hour: bool = False
    same_scope: bool = False
    without: Literal["incident_days"] | None = None


class SignalForm(RuleForm):
    labels: list[Name] = []
    kind: Literal["count", "gauge", "computed"]
    unit: Text = ""
    window: Exact | None = None
    better: Literal["up", "down"] | None = None
    baseline: BaselineForm | None = None
    silent_after: Annotated[int, Field(ge=1, le=1000)] | None = None
    from_: Annotated[list[Name], Many] = Field(default=[], alias="from")
    """`feed`, and records of which each entry is counted; a feed alone where nothing is said."""
    formula: Amount | None = None


class WaiveForm(Form):
    by: Whos
    approve: Whos = []
    needs: Truth | None = None
    after: Duration | None = None
    of: MomentRef | None = None
    reason: Literal["always"] = "always"
    into: Inbox = REVISIONS


class ReadingForm(Form):
    measure: Truth | None = None
    when: Truth | None = None
    cite: Cites


class ConditionForm(RuleForm):
    each: Annotated[Ref, ref("collection")] | None = None
    marks: Annotated[list[MomentRef], Many] = []
    measure: Truth | None = None
    hold: Exact | None = None
    from_: MomentRef | None = Field(default=None, alias="from")
    attest: WhoRef | None = None
    denied_by: Truth | None = None
    evidence: Demanded = False
    when: Truth | None = None
    waive: WaiveForm | None = None
    readings: list[ReadingForm] = []


class MomentForm(RuleForm):
    with_: MomentRef | None = Field(default=None, alias="with")
    when: Truth | None = None
    repeats: bool = False
    recorded_by: Whos = []
    elsewhere: bool = False
    """Another plan of the incident brings it about; alone, the commander marks it."""
