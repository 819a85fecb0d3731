"""The form of what is said and kept: messages and records."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from tocsin.plan.forms.duties import Effects, LinkForm
from tocsin.plan.forms.leaves import (
    Cites,
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
from tocsin.plan.forms.values import Choices, FactType

Channels = Annotated[list[Id], NotEmpty]


class ChannelsForm(Form):
    all: Channels | None = None
    first: Channels | None = None


class FieldForm(Form):
    LATER: ClassVar = frozenset({"columns", "min"})

    type: FactType = "text"
    of: Choices | None = None
    label: Translated | None = None
    from_: Annotated[list[ValueRef], Many] = Field(default=[], alias="from")
    sets: FactRef | None = None
    optional: bool = False
    promises: Name | None = None
    cite: Cites = []
    covers: list[Text] = []


class MessageForm(RuleForm):
    LATER: ClassVar = frozenset(
        {
            "reaches",
            "caller",
            "preapproved",
            "wording",
            "offered",
            "answers",
            "read_receipt",
            "keeps",
            "evidence",
            "forbids_until",
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
    approvals: list[LinkForm] = []
    publisher: RoleRef | None = None
    author: RoleRef | None = None
    in_name_of: Name | None = None
    urgent: bool = False
    supplements: MessageRef | None = None
    text: Wording


def _fields(value: Any) -> Any:
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

    fields: Annotated[dict[Id, FieldForm], BeforeValidator(_fields)]
    choice: dict[Id, Choices] = {}
    open_until: Id | None = None
    then: Effects = []
