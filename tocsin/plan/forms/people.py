"""The form of who: departments, groups, roles."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from tocsin.plan.forms.leaves import (
    Cites,
    DecisionRef,
    Form,
    Id,
    Many,
    MomentRef,
    NotEmpty,
    Ref,
    RoleRef,
    RuleForm,
    Text,
    Translated,
    ref,
    wrong,
)

DepartmentRef = Annotated[Ref, ref("department")]
GroupRef = Annotated[Ref, ref("group")]
_HELD = {"person": (), "schedule": (), "department": ("department",), "role": ("role",), "who_marked": ("moment",)}


def _held_by(value: Any) -> tuple[str, Ref | str]:
    """Take `nobody`, or one of `{person: …}`, `{schedule: …}`, `{department: …}`, `{role: …}`, `{who_marked: moment}`."""
    if value == "nobody":
        return "nobody", ""
    if isinstance(value, dict) and len(value) == 1:
        [(kind, name)] = value.items()
        if kind == "each":
            raise wrong(f"held_by: {kind} is not run by this version yet", "", "L25")
        if kind in _HELD and isinstance(name, str) and name:
            return kind, Ref(name, _HELD[kind]) if _HELD[kind] else name
    raise wrong("not a way to hold a role", "nobody, or one of person, schedule, department, role, who_marked: {person: …}")


def _many(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise wrong("holders by stream or by part are not run by this version yet", "many: true", "L25")


class DepartmentForm(RuleForm):
    aliases: list[Text] = []


class TogetherForm(Form):
    """How a group decides as one body: the ways of attending that count."""

    attendance: Annotated[list[Id], NotEmpty]


class GroupForm(RuleForm):
    LATER: ClassVar = frozenset({"pool"})

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


class OrganisationForm(RuleForm):
    LATER: ClassVar = frozenset({"lists"})

    every_group: EveryGroupForm | None = None
    departments: dict[Id, DepartmentForm] = {}
    groups: dict[Id, GroupForm] = {}
    announced: AnnouncedForm | None = None


class RoleForm(RuleForm):
    LATER: ClassVar = frozenset({"requires", "may", "decides"})

    held_by: Annotated[tuple[str, Ref | str], PlainValidator(_held_by)] = ("nobody", "")
    deputies: list[RoleRef] = []
    department: DepartmentRef | None = None
    commander: bool = False
    many: Annotated[bool, PlainValidator(_many)] = False
    outside: bool = False
    appointed_by: DecisionRef | None = None
    aliases: list[Text] = []
