"""The form of who: departments, groups, roles."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

import re
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, ValidationInfo

from tocsin.plan.forms.leaves import (
    Cites,
    DecisionRef,
    Form,
    Id,
    Many,
    MomentRef,
    Name,
    NotEmpty,
    Ref,
    RoleRef,
    RuleForm,
    Text,
    Translated,
    named,
    ref,
    wrong,
)
from tocsin.plan.sentences import quoted, say

DepartmentRef = Annotated[Ref, ref("department")]
GroupRef = Annotated[Ref, ref("group")]
PoolRef = Annotated[Ref, ref("list of people", "resource")]
"""Where people are called from: a list of the directory, or a register that names persons."""
_PART = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HELD = {"person": (), "schedule": (), "department": ("department",), "role": ("role",), "who_marked": ("moment",)}


def _held_by(value: Any, info: ValidationInfo) -> tuple[str, Ref | str]:
    """Take `nobody`, or one of `{person: …}`, `{schedule: …}`, `{department: …}`, `{role: …}`, `{who_marked: moment}`, `{each: departments}`."""
    if value == "nobody":
        return "nobody", ""
    if isinstance(value, dict) and len(value) == 1:
        [(kind, name)] = value.items()
        if kind == "each" and name == "departments":
            return kind, name
        if kind in _HELD and isinstance(name, str) and name:
            return kind, named(name, _HELD[kind], info) if _HELD[kind] else name
    raise wrong(say("not a way to hold a role"), say("nobody, or one of person, schedule, department, role, who_marked, each: {person: …}"))


def _many(value: object) -> bool | str | tuple[str, ...]:
    if isinstance(value, bool) or value == "stream":
        return value
    if isinstance(value, list) and len(value) > 1 and all(isinstance(part, str) and _PART.fullmatch(part) for part in value):
        return tuple(value)
    raise wrong(say("not a number of holders"), say("many: true, many: stream, or its parts: [internal, external]"))


def other_names(value: object) -> tuple[str, ...]:
    """Take a list of other names, or one for each language."""
    lists = value.values() if isinstance(value, dict) else [value]
    found = [name for each in lists if isinstance(each, list) for name in each]
    if not found or not all(isinstance(name, str) and name.strip() for name in found):
        raise wrong(say("other names are a list, or one for each language"), quoted("aliases: {pl: [specjalista]}"))
    return tuple(found)


class DepartmentForm(RuleForm):
    aliases: list[Text] = []
    part_of: DepartmentRef | None = None


class TogetherForm(Form):
    """How a group decides as one body: the ways of attending that count."""

    attendance: Annotated[list[Id], NotEmpty]


class GroupForm(RuleForm):
    aliases: list[Text] = []
    lead: RoleRef
    department: DepartmentRef | None = None
    members: list[RoleRef] = []
    departments: list[DepartmentRef] = []
    under: GroupRef | None = None
    decides_together: TogetherForm | None = None
    owes: list[Translated] = []
    """What the document says the group is for; shown, not run."""


class AnnouncedForm(Form):
    groups: int | None = None
    listed: int | None = None


class EveryGroupForm(Form):
    """Moments at which each group gets its chat, and all of them a video conference."""

    cite: Cites = []
    covers: list[Text] = []
    chat_at: Annotated[list[MomentRef], Many] = []
    video_at: Annotated[list[MomentRef], Many] = []


class ListForm(RuleForm):
    """A list of people to call in; who is on it the directory says."""


class PartiesForm(Form):
    """What the plan keeps of an affected party."""

    kinds: dict[Id, Translated] = {}
    marks: dict[Name, Literal["yes_no", "number"]] = {}


class OrganisationForm(RuleForm):
    parties: PartiesForm = PartiesForm()
    every_group: EveryGroupForm | None = None
    departments: dict[Id, DepartmentForm] = {}
    groups: dict[Id, GroupForm] = {}
    lists: dict[Id, ListForm] = {}
    announced: AnnouncedForm | None = None


class RoleForm(RuleForm):
    held_by: Annotated[tuple[str, Ref | str], PlainValidator(_held_by)] = ("nobody", "")
    deputies: list[RoleRef] = []
    department: DepartmentRef | None = None
    commander: bool = False
    many: Annotated[bool | str | tuple[str, ...], PlainValidator(_many)] = False
    outside: bool = False
    appointed_by: DecisionRef | None = None
    apart_from: Annotated[list[RoleRef], Many] = []
    aliases: Annotated[tuple[str, ...], PlainValidator(other_names)] = ()
    main: Translated | None = None
    """The main duty, shown beside the role; what it owes stands in obligations."""
    extra: Translated | None = None
    may: list[Literal["assign_roles", "create_roles", "open_streams", "call_in"]] = []
    sees: Literal["limited"] | None = None
    called_from: Annotated[list[PoolRef], Many] = []
    requires: list[Translated] = []


class TakesForm(Form):
    """What a role takes over: roles or single obligations; decisions and messages whose authority moves; messages of its parts."""

    takes: list[Name] = []
    authority: list[Name] = []
    parts: dict[Id, list[Name]] = {}


class MapForm(RuleForm):
    """How a role set is laid over one plan, role by role."""

    roles: dict[Id, TakesForm]
