"""The form of what is said and kept: messages and records."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from tocsin.plan.forms.duties import Effects, LinkForm
from tocsin.plan.forms.leaves import (
    Cites,
    Demanded,
    FactRef,
    Form,
    Id,
    Many,
    MessageRef,
    Name,
    NotEmpty,
    RoleRef,
    Roles,
    RuleForm,
    Text,
    Translated,
    ValueRef,
    Wording,
    wrong,
)
from tocsin.plan.forms.values import Choices, FieldType

Channels = Annotated[list[Id], NotEmpty]


class ChannelsForm(Form):
    all: Channels | None = None
    first: Channels | None = None


class FieldForm(Form):
    type: FieldType = "text"
    of: Choices | None = None
    label: Translated | None = None
    from_: Annotated[list[ValueRef], Many] = Field(default=[], alias="from")
    sets: FactRef | None = None
    optional: bool = False
    promises: Name | None = None
    columns: list[Id] = []
    min: Annotated[int, Field(ge=1, le=100)] | None = None
    cite: Cites = []
    covers: list[Text] = []


class WordingForm(Form):
    """Words that the sender has to stand by, and what is confirmed with them."""

    alarming: Annotated[list[Text], NotEmpty]
    confirm: Translated


class MessageForm(RuleForm):
    LATER: ClassVar = frozenset(
        {
            "offered",
            "answers",
            "keeps",
            "prefill",
        }
    )

    audience: Id
    to: Roles = []
    channels: ChannelsForm
    together: bool = False
    sent_when: Literal["every_channel_confirmed"] | None = None
    fields: dict[Id, FieldForm] = {}
    announced: int | None = None
    forbids: list[Id] = []
    forbids_until: dict[Id, FactRef] = {}
    evidence: Demanded = False
    preapproved: bool = False
    read_receipt: Demanded = False
    wording: WordingForm | None = None
    reaches: dict[Id, Roles] = {}
    caller: RoleRef | None = None
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
        raise wrong("fields are names, each once", "[time, place], or {time: {type: time}}")
    return {name: {"optional": True} for name in value}


class RecordForm(RuleForm):
    LATER: ClassVar = frozenset(
        {"prefill", "needs", "order", "custody", "into", "visible_to", "retained", "confidential", "of", "evidence", "renews"}
    )

    fields: Annotated[dict[Id, FieldForm], BeforeValidator(fields_by_name)]
    choice: dict[Id, Choices] = {}
    open_until: Id | None = None
    then: Effects = []
