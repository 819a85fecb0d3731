"""The form of what readiness depends on: registers of the organisation, and the duties that keep them fresh."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, model_validator

from tocsin.plan.forms.leaves import (
    Cites,
    Demanded,
    Due,
    Duration,
    Exact,
    Form,
    Id,
    Many,
    MarkRef,
    Name,
    Names,
    PartyKindRef,
    RecordRef,
    Reminder,
    Rise,
    RuleForm,
    Text,
    Translated,
    Truth,
    Whos,
    wrong,
)
from tocsin.plan.forms.values import Choices
from tocsin.plan.forms.words import FieldForm, fields_by_name
from tocsin.plan.sentences import say

Place = Literal["exports", "public_pages"]
OF_PEOPLE = ("person", "department", "joined", "newcomer")
"""What the register of people says of each, which every organisation has."""


def _words(value: object) -> str:
    """Take what an item says of a field: a text, a number, or a list of them."""
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict) or value is None:
        raise wrong(say("a text, a number or a list is wanted"), say("one value for each field"))
    return "yes" if value is True else "no" if value is False else str(value)


class ItemForm(Form):
    """One item of a register; what else it says are fields of the resource."""

    model_config = Form.model_config | {"extra": "allow"}
    __pydantic_extra__: dict[str, Annotated[str, PlainValidator(_words)]] = Field(init=False)
    id: Id
    cite: Cites = []
    covers: list[Text] = []
    assumed: list[Text] = []

    @property
    def values(self) -> dict[str, str]:
        """Return what the item says, by field."""
        return self.__pydantic_extra__


class TierForm(RuleForm):
    owner: Text = ""
    place: Text = ""
    channel: Id | None = None
    staffed: bool = False
    confidential: bool = False


class FallbackForm(Form):
    when: Text
    use: Id


class AsPartyForm(Form):
    """How an entry of a register stands among the affected parties: its kind, where it is reached, and by field the mark that it gives."""

    kind: PartyKindRef | None = None
    contact: Id | None = None
    marks: dict[Id, MarkRef] = {}


class ResourceForm(RuleForm):
    fields: Annotated[dict[Id, FieldForm], BeforeValidator(fields_by_name)]
    choice: dict[Id, Choices] = {}
    owner: Text = ""
    items: list[ItemForm] = []
    kinds: list[Text] = []
    tiers: dict[Id, TierForm] = {}
    fallback: list[FallbackForm] = []
    visible_to: Whos = []
    confidential: dict[Id, Whos] = {}
    log_views: bool = False
    never_in: list[Place] = []
    alert_before: Duration | None = None
    retained: Duration | None = None
    as_party: AsPartyForm | None = None

    @model_validator(mode="after")
    def _fields_are_there(self) -> Self:
        party = self.as_party or AsPartyForm()
        for name in (*([party.contact] if party.contact else []), *party.marks):
            if name not in self.fields:
                raise wrong(say("{name} is no field of this register", name=name), say("name one of its fields"))
        return self


class EntrySpan(Form):
    """`{from: entry.renews}`."""

    from_: Name = Field(alias="from")


class EnsureForm(Form):
    """
    What is to stay true: that somebody is found for a roster, that shifts of a register follow one another without a gap, known so far ahead
    (`{covered: desk_shifts, over: 24h}`), or that fields of every entry are filled.
    """

    covered: Id | None = None
    over: Exact | None = None
    filled: Annotated[list[Id], Many] = []


class MarkForm(Form):
    entry: Id | None = None
    register_: Id | None = Field(default=None, alias="register")


class LatenessForm(Form):
    """What follows when a standing duty is late: somebody is told, or the item or the whole register is marked with a word."""

    after: Rise | None = None
    tell: Whos = []
    alert: Whos = []
    mark: MarkForm | None = None


def _lateness(value: object) -> object:
    return {"tell": [value]} if isinstance(value, str) else value


def _kind(value: Any) -> str:
    return "<entry>" if isinstance(value, dict) else "<plain>"


Every = Annotated[Annotated[Due, Tag("<plain>")] | Annotated[EntrySpan, Tag("<entry>")], Discriminator(_kind)]


class ReadinessForm(RuleForm):
    """An obligation of the organisation: anchored to an item, to the calendar, or to the last time."""

    LATER: ClassVar = frozenset({"decide", "send"})

    for_each: Names = []
    where: Truth | None = None
    owes: Name
    do: Translated | None = None
    record: RecordRef | None = None
    ensure: EnsureForm | None = None
    within: Due | None = None
    of: Name | None = None
    every: Every | None = None
    from_: Name | None = Field(default=None, alias="from")
    counted: Literal["sliding", "fixed"] = "sliding"
    evidence: Demanded = False
    remind: Reminder | None = None
    late: list[Annotated[LatenessForm, BeforeValidator(_lateness)]] | None = None
    runs: Literal["drill"] | None = None
