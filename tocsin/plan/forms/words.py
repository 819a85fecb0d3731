"""The form of what is said and kept: messages and records."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tocsin.plan.forms.duties import Effects, Ladder, LinkForm
from tocsin.plan.forms.leaves import (
    Audience,
    Cites,
    ConditionRef,
    Demanded,
    Duration,
    FactRef,
    Form,
    Id,
    Inbox,
    Many,
    MessageRef,
    Name,
    NotEmpty,
    OfferRef,
    Ref,
    RoleRef,
    Roles,
    RuleForm,
    SourceRef,
    Text,
    Translated,
    Truth,
    Whos,
    Wording,
    ref,
    wrong,
)
from tocsin.plan.forms.values import Choices, FieldType
from tocsin.plan.sentences import say

Channels = Annotated[list[Id], NotEmpty]


class ChannelsForm(Form):
    all: Channels | None = None
    first: Channels | None = None


class FieldForm(Form):
    type: FieldType = "text"
    of: Choices | None = None
    many: bool = False
    label: Translated | None = None
    from_: Annotated[list[SourceRef], Many] = Field(default=[], alias="from")
    sets: FactRef | None = None
    optional: bool = False
    when: Truth | None = None
    """In a message: needed only while this is true, and left out at will otherwise."""
    promises: Name | None = None
    ahead: bool = False
    columns: list[Id] = []
    min: Annotated[int, Field(ge=1, le=100)] | None = None
    cite: Cites = []
    covers: list[Text] = []


class WordingForm(Form):
    """Words that the sender has to stand by, and what is confirmed with them."""

    alarming: Annotated[list[Text], NotEmpty]
    confirm: Translated


class MessageForm(RuleForm):
    audience: Id
    to: Audience = []
    channels: ChannelsForm
    together: bool = False
    sent_when: Literal["every_channel_confirmed"] | None = None
    fields: dict[Id, FieldForm] = {}
    announced: int | None = None
    needs: Annotated[list[ConditionRef], Many] = []
    forbids: list[Id] = []
    forbids_until: dict[Id, FactRef] = {}
    evidence: Demanded = False
    preapproved: bool = False
    read_receipt: Demanded = False
    wording: WordingForm | None = None
    reaches: dict[Id, Roles] = {}
    caller: RoleRef | None = None
    offered: Annotated[list[OfferRef], Many] = []
    along: Annotated[list[MessageRef], Many] = []
    answers: ConditionRef | None = None
    approvals: list[LinkForm] = []
    publisher: RoleRef | None = None
    author: RoleRef | None = None
    in_name_of: Name | None = None
    urgent: bool = False
    supplements: MessageRef | None = None
    text: Wording


def fields_by_name(value: Any) -> Any:
    """Take a list of names (texts that may be left empty) as well as a mapping to types."""
    if not isinstance(value, list):
        return value
    if not all(isinstance(name, str) for name in value) or len(set(value)) < len(value):
        raise wrong(say("fields are names, each once"), say("[time, place], or {time: {type: time}}"))
    return {name: {"optional": True} for name in value}


class NeedsForm(Form):
    enter: Annotated[list[Id], Many] = []
    either: Annotated[list[Id], Many] = []
    transfer: Annotated[list[Id], Many] = []
    close: Annotated[list[Id], Many] = []


class OrderForm(Form):
    by: Annotated[list[Id], Many, NotEmpty]
    after: Id | None = None
    at: Id | None = None
    else_: Literal["reason"] = Field(default="reason", alias="else")


class TrackedForm(Form):
    by: Id
    due: Id
    late: Ladder | None = None


def _open_until(value: Any) -> Any:
    """Take a field, or a field with the values that close an entry: `{state: [confirmed, refuted]}`."""
    if isinstance(value, str):
        return {value: []}
    if isinstance(value, dict) and len(value) == 1:
        return {field: values if isinstance(values, list) else [values] for field, values in value.items()}
    raise wrong(say("an entry is open until one field is filled"), say("open_until: returned, or {state: [confirmed, refuted]}"))


Part = Literal["timeline", "roles", "theories", "decisions", "clocks", "messages", "figures", "facts"]


class RecordForm(RuleForm):
    fields: Annotated[dict[Id, FieldForm], BeforeValidator(fields_by_name)]
    choice: dict[Id, Choices] = {}
    open_until: Annotated[dict[Id, list[str]], BeforeValidator(_open_until)] = {}
    then: Effects = []
    prefill: list[Part] = []
    needs: NeedsForm = NeedsForm()
    order: OrderForm | None = None
    custody: Id | None = None
    into: Inbox | Literal["stream"] | None = None
    of: Annotated[list[Annotated[Ref, ref("resource", "people")]], Many] = []
    visible_to: Whos = []
    confidential: dict[Id, Whos] = {}
    retained: Duration | None = None
    calls_at: Id | None = None
    evidence: Demanded = False
    filled_by: Literal["publication"] | None = None
    tracked: TrackedForm | None = None
    alike: Annotated[list[Id], Many] = []
    tag: Id | None = None
    review: Literal["theories", "causes"] | None = None
