"""The smallest parts of the form: names, texts, durations, expressions, cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from tocsin.engine import times
from tocsin.engine.role_names import plain
from tocsin.engine.times import Span
from tocsin.plan.findings import brief
from tocsin.plan.sentences import NOTHING, Sentence, quoted, say

T = TypeVar("T")

STRING: dict[str, Any] = {"type": "string"}
DURATION: dict[str, Any] = {"type": "string", "pattern": r"^(\d+(y|mo|w|d|h|min|m|s|bd|bh))+$"}
TIMES: dict[str, Any] = {"type": "string", "pattern": r"^(((\d+(y|mo|w|d|bd))+|bd)@)?\d{1,2}:\d\d(,\d{1,2}:\d\d)*$"}
DUE: dict[str, Any] = {"anyOf": [DURATION, TIMES, {"type": "array", "items": TIMES}]}
TRANSLATED: dict[str, Any] = {"anyOf": [STRING, {"type": "object", "additionalProperties": STRING}]}
"""What an editor is told of a part of the form; the form itself is stricter."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,119}")
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
_SHARE = re.compile(r"(\d{1,3})%|(\d{1,3})/(\d{1,3})")


def like(pattern: re.Pattern[str]) -> dict[str, Any]:
    """Return what an editor is told of a text that fits `pattern`."""
    return {"type": "string", "pattern": f"^{pattern.pattern}$"}


def wrong(message: Sentence, hint: Sentence = NOTHING, code: str = "L03") -> PydanticCustomError:
    """Return the error that becomes a finding with this code. `message` and `hint` may quote the plan."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


class Form(BaseModel):
    """A part of a plan with closed keys. `LATER` are keys of the language that this version does not run."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True)
    LATER: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Ref:
    """A name of something else in the plan; `kinds` are what it may name."""

    name: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """The text of an expression; `wants` is bool, number, any, or reading (what a figure shows: it may read signals)."""

    text: str
    wants: Literal["bool", "number", "any", "reading"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text by locale; under "" in the plan's own language."""

    by_locale: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template(Words):
    """A text with `{{ placeholders }}`."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(say("a text is wanted"), say("put it in quotes") if isinstance(value, int | Decimal) else NOTHING)
    if not value.strip():
        raise wrong(say("the text is empty"), say("write it or leave the key out"))
    return value


def _line(value: object) -> str:
    text = _text(value)
    if text.splitlines() != [text]:
        raise wrong(say("a place of the document is one line"), say("name the place; its words stand in the document"))
    return text


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise wrong(say("{value} is not an id", value=brief(value)), say("small letters, digits and _, at most 60 characters"))
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise wrong(say("{value} is not a name", value=brief(value)), say("small letters, digits, _ and dots"))
    return value


def words_by_locale(value: object) -> dict[str, str]:
    """Take one text, or one for each locale."""
    if isinstance(value, str):
        return {"": _text(value)}
    if not isinstance(value, dict) or not value:
        raise wrong(say("a text is wanted"), say("one text, or one for each language: {zh: …, en: …}"))
    for locale, text in value.items():
        if not _LOCALE.fullmatch(locale) and text is None:
            raise wrong(say("{locale} is not a language", locale=brief(locale)), say("a text with a comma in it stands in quotes"))
        if not _LOCALE.fullmatch(locale):
            raise wrong(say("{locale} is not a language", locale=brief(locale)), say("such as {examples}", examples="zh, en, ru, pl"))
        _text(text)
    return dict(value)


def span(value: object) -> Span:
    """Take a duration."""
    found = _span(_duration_text(value))
    if found.clock:
        raise wrong(
            say("{value} is a time of day: that is said in limits alone", value=brief(value)),
            say("such as {examples}", examples="30m, 72h, 3d, 1mo"),
        )
    return found


def due(value: object) -> Span:
    """Take when something is due: a duration, or times of day such as `[08:00, 20:00]` and `1bd@12:00`."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return _span(",".join(value))
    return _span(_duration_text(value))


def _span(text: str) -> Span:
    try:
        found = times.parse(text)
    except ValueError as error:
        examples = "08:00, [08:00, 20:00], 1bd@12:00" if ":" in text else "30m, 72h, 3d, 1mo"
        raise wrong(say("{value} is not a duration", value=brief(text)), say("such as {examples}", examples=examples)) from error
    if not found:
        raise wrong(say("the duration is zero"), say("leave the key out, or say how long"))
    return found


def _duration_text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong(say("{value} has no unit", value=value), say("such as {value}m or {value}h", value=value))
    if not isinstance(value, str):
        raise wrong(say("a duration is wanted"), say("such as {examples}", examples="30m, 72h, 3d, 1mo"))
    if len(value) > 40:
        raise wrong(say("{value} is not a duration", value=brief(value)), say("such as {examples}", examples="30m, 72h, 3d, 1mo"))
    return value


def _exact(value: object) -> timedelta:
    found = span(value)
    if not found.is_exact:
        raise wrong(say("{value} depends on the calendar", value=value), say("say it in hours, such as 72h"))
    return found.exact


def _share(value: object) -> Fraction | None:
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    share = Fraction(int(found[1]), 100) if found[1] else Fraction(int(found[2]), int(found[3]) or 1)
    if not 0 < share < 1:
        raise wrong(say("{value} is not a part of the limit", value=value), say("between 0 and 1, such as 2/3"))
    return share


def _remind(value: object) -> Fraction | Span:
    share = _share(value)
    return share if share is not None else _round_the_clock(value)


def _round_the_clock(value: object) -> Span:
    found = span(value)
    if found.is_business:
        raise wrong(
            say("{value} is business time: that is counted in limits alone", value=brief(value)),
            say("say it in hours, or as a part such as 2/3"),
        )
    return found


def _part(value: object) -> Fraction:
    share = _share(value)
    if share is None:
        raise wrong(say("a part is wanted"), say("such as {examples}", examples="80% or 2/3"))
    return share


@dataclass(frozen=True, slots=True)
class Offset:
    """When a rung comes: a span or a part of the limit after the due time, or before it."""

    after: Span | Fraction
    before: bool


def _offset(value: object) -> Offset:
    before = isinstance(value, str) and value.startswith("-")
    rest = value.removeprefix("-") if isinstance(value, str) else value
    share = _share(rest)
    return Offset(share if share is not None else _round_the_clock(rest), before)


def formula(value: object, *, wants: Literal["bool", "number", "any", "reading"]) -> Formula:
    """Take the text of an expression; true and false are expressions, too."""
    if isinstance(value, bool):
        return Formula("true" if value else "false", wants)
    return Formula(_text(value), wants)


def ref(*kinds: str) -> PlainValidator:
    """Return the validator of a name of one of these kinds."""
    return PlainValidator(partial(_ref, kinds=kinds))


def _ref(value: object, info: ValidationInfo, *, kinds: tuple[str, ...]) -> Ref:
    of_entry = isinstance(value, str) and value.startswith("entry.")
    if isinstance(value, dict) or (of_entry and "entry" not in kinds):
        raise wrong(say("what speaks of an entry is not run by this version yet"), code="L25")
    return named(value, kinds, info)


def named(value: object, kinds: tuple[str, ...], info: ValidationInfo) -> Ref:
    """
    Take an id; or what the document calls a role, a group or a department, where that leads to one of these kinds alone (PLN-13).

    The context of the validation is the plan's table of such names: see `bodies`.
    """
    table: Mapping[str, tuple[tuple[str, str], ...]] = info.context or {}
    if not isinstance(value, str) or _NAME.fullmatch(value):
        return Ref(_name(value), kinds)
    found = tuple(dict.fromkeys(name for kind, name in table.get(plain(value), ()) if kind in kinds))
    if len(found) > 1:
        raise wrong(say("{value} is a name of {names}", value=brief(value), names=" and ".join(found)), say("name the one that is meant"))
    return Ref(found[0] if found else _name(value), kinds)


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _evidence(value: object) -> bool:
    if value != "required":
        raise wrong(say("{value} is not a demand", value=brief(value)), quoted("evidence: required"))
    return True


Inbox = Literal["plan_revision", "known_solutions", "examples", "person_file"]
REVISIONS: Final = "plan_revision"
"""What waits for the next revision of the plan, whatever the plan is; a waiver enters it unless the plan names another inbox."""
Id = Annotated[str, PlainValidator(_id), WithJsonSchema(like(_ID))]
Name = Annotated[str, PlainValidator(_name), WithJsonSchema(like(_NAME))]
Text = Annotated[str, PlainValidator(_text), WithJsonSchema(STRING)]
Translated = Annotated[Words, PlainValidator(lambda value: Words(words_by_locale(value))), WithJsonSchema(TRANSLATED)]
Wording = Annotated[Template, PlainValidator(lambda value: Template(words_by_locale(value))), WithJsonSchema(TRANSLATED)]
Duration = Annotated[Span, PlainValidator(span), WithJsonSchema(DURATION)]
Due = Annotated[Span, PlainValidator(due), WithJsonSchema(DUE)]
Exact = Annotated[timedelta, PlainValidator(_exact), WithJsonSchema(DURATION)]
Reminder = Annotated[Fraction | Span, PlainValidator(_remind), WithJsonSchema(STRING)]
Share = Annotated[Fraction, PlainValidator(_part), WithJsonSchema(STRING)]
Rise = Annotated[Offset, PlainValidator(_offset), WithJsonSchema(STRING)]
Truth = Annotated[Formula, PlainValidator(partial(formula, wants="bool"))]
Amount = Annotated[Formula, PlainValidator(partial(formula, wants="number"))]
Anything = Annotated[Formula, PlainValidator(partial(formula, wants="any"))]
ReadingOf = Annotated[Formula, PlainValidator(partial(formula, wants="reading"))]
Demanded = Annotated[bool, PlainValidator(_evidence), WithJsonSchema({"const": "required"})]

Many = BeforeValidator(_one_or_many)
Names = Annotated[list[Name], Many]
Place = Annotated[str, PlainValidator(_line), WithJsonSchema(STRING)]
Cites = Annotated[list[Place], Many]

ROLES = ("role", "group", "department", "everybody")
RoleRef = Annotated[Ref, ref("role")]
WhoRef = Annotated[Ref, ref(*ROLES)]
MomentRef = Annotated[Ref, ref("moment")]
AnchorRef = Annotated[Ref, ref("moment", "entry")]
"""A moment of the incident, or a time field of the entry that a rule runs over."""
OfferRef = Annotated[Ref, ref("moment", "obligation")]
"""When a message is put before whoever sends it: at a moment, or as long as a duty to send it asks for it."""
ConditionRef = Annotated[Ref, ref("condition")]
DecisionRef = Annotated[Ref, ref("decision")]
MessageRef = Annotated[Ref, ref("message")]
RecordRef = Annotated[Ref, ref("record")]
ResourceRef = Annotated[Ref, ref("resource")]
MarkRef = Annotated[Ref, ref("mark of parties")]
PartyKindRef = Annotated[Ref, ref("kind of party")]
FactRef = Annotated[Ref, ref("fact")]
FigureRef = Annotated[Ref, ref("figure")]
LevelRef = Annotated[Ref, ref("level")]
SituationRef = Annotated[Ref, ref("situation")]
ValueRef = Annotated[Ref, ref("value")]
SourceRef = Annotated[Ref, ref("value", "said")]
"""What a field of a message is filled from: a value, a moment, or what every message can say (the incident's number, the reader's name)."""
AttachRef = Annotated[Ref, ref("record", "message")]


class Cases(BaseModel, Generic[T]):
    """`{by: severity, general: 6h, major: 1h, else: …}`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True)
    __pydantic_extra__: dict[str, T] = Field(init=False)
    by: Annotated[Ref, ref("case")]
    otherwise: T | None = Field(default=None, alias="else")

    @property
    def cases(self) -> dict[str, T]:
        """Return the values by case."""
        return self.__pydantic_extra__


class FromFact(Form):
    """`{from: interval}`, or a field of the entry in hand: `{from: entry.renews}`."""

    from_: Annotated[Ref, ref("duration", "entry")] = Field(alias="from")


def kind_of_value(value: Any) -> str:
    """Tell the three ways to say a value apart."""
    if isinstance(value, dict) and "by" in value:
        return "<cases>"
    return "<from>" if isinstance(value, dict) and "from" in value else "<plain>"


Limit = Annotated[
    Annotated[Due, Tag("<plain>")] | Annotated[Cases[Due], Tag("<cases>")] | Annotated[FromFact, Tag("<from>")],
    Discriminator(kind_of_value),
]
Whos = Annotated[list[WhoRef], Many]
Roles = Annotated[Annotated[Whos, Tag("<plain>")] | Annotated[Cases[Whos], Tag("<cases>")], Discriminator(kind_of_value)]
_Readers = Annotated[list[Annotated[Ref, ref(*ROLES, "party")]], Many]
Audience = Annotated[Annotated[_Readers, Tag("<plain>")] | Annotated[Cases[_Readers], Tag("<cases>")], Discriminator(kind_of_value)]
"""Whom a message is for: roles, or the parties outside."""


class RuleForm(Form):
    """The keys that every rule may carry."""

    cite: Cites = []
    covers: list[Text] = []
    acknowledges: Annotated[list[Text], Many] = []
    assumed: list[Text] = []
    title: Translated | None = None
    says: Translated | None = None
    was: Id | None = None


def at_least_one(value: list[T]) -> list[T]:
    """Refuse an empty list."""
    if not value:
        raise wrong(say("the list is empty"), say("name at least one"))
    return value


NotEmpty = AfterValidator(at_least_one)
