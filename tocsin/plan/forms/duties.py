"""The form of what follows: effects, ladders, situations, obligations, decisions and their chains."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag

from tocsin.plan.forms.leaves import (
    ROLES,
    AnchorRef,
    AttachRef,
    Cases,
    Cites,
    ConditionRef,
    DecisionRef,
    Demanded,
    Duration,
    Exact,
    FactRef,
    FigureRef,
    Form,
    Id,
    LevelRef,
    Limit,
    Many,
    MessageRef,
    MomentRef,
    NotEmpty,
    RecordRef,
    Ref,
    Reminder,
    Rise,
    RoleRef,
    Roles,
    RuleForm,
    SituationRef,
    Text,
    Translated,
    Truth,
    ValueRef,
    Whos,
    ref,
    wrong,
)
from tocsin.plan.forms.values import FactForm
from tocsin.plan.sentences import say

Moments = Annotated[list[MomentRef], Many]


class EffectForm(Form):
    """One line of what is caused; several verbs may stand in it."""

    LATER: ClassVar = frozenset({"ask"})

    when: Truth | None = None
    cite: Cites = []
    covers: list[Text] = []
    tell: Whos = []
    alert: Whos = []
    call: Whos = []
    send: Annotated[list[MessageRef], Many] = []
    draft: Annotated[list[MessageRef], Many] = []
    open: Annotated[list[SituationRef], Many] = []
    set: dict[Id, Any] = {}
    mark: Moments = []
    assign: dict[Id, Literal["roster"]] = {}
    propose: DecisionRef | None = None
    to: Id | None = None
    apply: Literal["proposed"] | None = None
    file: Annotated[list[Id], Many] = []


class RungForm(EffectForm):
    after: Rise | None = None
    again: Duration | None = None


def _rung(value: object) -> object:
    return {"tell": [value]} if isinstance(value, str) else value


def _is_cases(value: object) -> str:
    return "<cases>" if isinstance(value, dict) and "by" in value else "<plain>"


Effects = list[EffectForm]
Rungs = list[Annotated[RungForm, BeforeValidator(_rung)]]
Ladder = Annotated[Annotated[Rungs, Tag("<plain>")] | Annotated[Cases[Rungs], Tag("<cases>")], Discriminator(_is_cases)]


class DoorForm(Form):
    LATER: ClassVar = frozenset({"counts"})

    records: RecordRef | None = None
    then: Effects = []
    on: MomentRef | None = None
    when: Truth | None = None
    during: Annotated[Ref, ref("phase")] | None = None
    after: Duration | None = None
    of: MomentRef | None = None
    unless: MomentRef | None = None
    by: Whos = []
    as_: Id | None = Field(default=None, alias="as")
    reason: Literal["always"] | None = None
    assumed: list[Text] = []


LATER_COLLECTIONS = ("streams", "people", "newcomers")


def _for_each(value: Any) -> list[Ref]:
    """Take a collection of the incident by its name, or a list of roles, groups or departments."""
    if value in LATER_COLLECTIONS:
        raise wrong(say("for_each: {value} is not run by this version yet", value=value), code="L25")
    if isinstance(value, str):
        return [Ref(value, ("collection", "record", "resource"))]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise wrong(
            say("not something to run over"), say("affected_parties, reporters, participants, a record, a register, or a list of roles")
        )
    return [Ref(item, ROLES) for item in value]


class TogetherForm(Form):
    """Met by itself once all of these are done."""

    all: Annotated[list[Annotated[Ref, ref("obligation")]], NotEmpty]


def _how_met(value: object) -> str:
    return "<all>" if isinstance(value, dict) else "<plain>"


MetBy = Annotated[
    Annotated[Literal["done", "begun", "closed"], Tag("<plain>")] | Annotated[TogetherForm, Tag("<all>")], Discriminator(_how_met)
]


class SearchForm(Form):
    """What is looked through for the like of the incident: what records filed there, by its words and by what these facts say."""

    in_: Annotated[list[Literal["known_solutions", "examples"]], Many, NotEmpty] = Field(alias="in")
    by: Annotated[list[FactRef], Many] = []


class CoveredForm(Form):
    """
    `{covered: shifts, over: 1h}`: entries of a record follow one another without a gap, known so far ahead. Of each the first two times say
    from and until when.
    """

    covered: RecordRef
    over: Exact


def _how_ensured(value: object) -> str:
    return "<covered>" if isinstance(value, dict) else "<plain>"


Ensured = Annotated[
    Annotated[ConditionRef, Tag("<plain>")] | Annotated[CoveredForm, Tag("<covered>")],
    Discriminator(_how_ensured),
]


class ObligationForm(RuleForm):
    LATER: ClassVar = frozenset({"runs", "uses", "prefill"})

    owes: Annotated[Ref, ref("role", "group", "department", "owner", "entry")]
    do: Translated | None = None
    send: MessageRef | None = None
    decide: DecisionRef | None = None
    record: RecordRef | None = None
    reach: Annotated[Ref, ref("moment", "condition")] | None = None
    ensure: Ensured | None = None
    within: Limit | None = None
    of: Annotated[list[AnchorRef], Many, NotEmpty] | None = None
    every: Limit | None = None
    by: Literal["promise"] | None = None
    from_: Annotated[list[AnchorRef], Many, NotEmpty] | None = Field(default=None, alias="from")
    until: Annotated[list[AnchorRef], Many] = []
    counted: Literal["sliding", "fixed"] = "sliding"
    when: Truth | None = None
    levels: list[LevelRef] = []
    unless: MomentRef | None = None
    for_each: Annotated[list[Ref], PlainValidator(_for_each)] = []
    where: Truth | None = None
    checks: list[Translated] = []
    fields: Annotated[list[FactRef], Many] = []
    searches: SearchForm | None = None
    assigns: Annotated[list[RoleRef], Many] = []
    evidence: Demanded = False
    met_by: MetBy = "done"
    needs: Annotated[list[ConditionRef], Many] = []
    remind: Reminder | None = None
    late: Ladder | None = None
    stays: bool = False
    marks: Moments = []
    then: Effects = []
    optional: bool = False
    tag: Id | None = None


class SituationForm(RuleForm):
    once_per: Literal["service"] | None = None
    stage: Literal["warning"] | None = None
    step: Annotated[int, Field(ge=1, le=99)] | None = None
    next: Annotated[list[SituationRef], Many] = []
    where: Annotated[list[Translated], Many] = []
    result: Translated | None = None
    visible_to: Whos = []
    figures: Annotated[list[FigureRef], Many] = []
    opens: Annotated[list[DoorForm], NotEmpty]
    closes: Annotated[list[DoorForm], NotEmpty]
    then: Effects = []
    facts: dict[Id, FactForm] = {}
    obligations: dict[Id, ObligationForm] = {}


class LinkForm(Form):
    role: RoleRef
    does: Id
    within: Limit | None = None
    late: Ladder | None = None
    attach: Annotated[list[AttachRef], Many] = []
    sends: MessageRef | None = None
    marks: Moments = []
    covers: list[Text] = []
    assumed: list[Text] = []


class OptionForm(Form):
    levels: list[LevelRef] = []
    """Which levels the option `level` stands for; all of them where none is named."""
    title: Translated | None = None
    needs_reason: bool = False
    marks: Moments = []
    then: Effects = []
    chain: Annotated[list[LinkForm], NotEmpty] | None = None
    stamps: Id | None = None


class HandsOverForm(Form):
    """What a decision passes from one role to another, what expressly stays, and the role that is left to the former holder."""

    from_: RoleRef = Field(alias="from")
    to: RoleRef
    former: RoleRef | None = None
    passes: Annotated[list[Annotated[Ref, ref("obligation", "decision")]], Many] = []
    keeps: Annotated[list[DecisionRef], Many] = []


def _options(value: Any) -> Any:
    """Split off `level: levels`, which stands for one option for each level."""
    if not isinstance(value, dict) or not value:
        raise wrong(say("options are a mapping"), say("id: {…}, or level: levels"))
    offered = value.get("level", "levels")
    if offered != "levels" and not (isinstance(offered, list) and offered and all(isinstance(level, str) for level in offered)):
        raise wrong(say("the option `level` stands for the levels"), say("level: levels, or a list of some"))
    return value


def _option(value: Any) -> Any:
    if isinstance(value, list):
        return {"levels": value}
    return {} if value in ("levels", None) else value


class DecisionForm(RuleForm):
    who: Roles
    visible_to: Whos = []
    asks: list[FactRef] = []
    uses: list[ValueRef] = []
    needs: list[ConditionRef] = []
    options: Annotated[dict[Id, Annotated[OptionForm, BeforeValidator(_option)]], BeforeValidator(_options)] = {}
    sets: Literal["level"] | None = None
    assigns: RoleRef | None = None
    takes_over: RoleRef | None = None
    reason: Literal["always", "when_differs", "never"] = "never"
    evidence: Demanded = False
    marks: Moments = []
    then: Effects = []
    chain: Annotated[list[LinkForm], NotEmpty] | None = None
    not_own: bool = True
    different: Annotated[int, Field(ge=1, le=20)] | None = None
    main: RoleRef | None = None
    coordinates: RoleRef | None = None
    in_name_of: Annotated[Ref, ref("group", "role")] | None = None
    sends: MessageRef | None = None
    about: RecordRef | None = None
    together: Annotated[Ref, ref("group")] | None = None
    hands_over: HandsOverForm | None = None
