"""The form of a whole plan."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, PlainValidator

from tocsin.plan.findings import brief, nearest
from tocsin.plan.forms.calendar import CalendarForm
from tocsin.plan.forms.document import DocumentForm
from tocsin.plan.forms.duties import DecisionForm, Ladder, ObligationForm, SituationForm
from tocsin.plan.forms.figures import FigureForm
from tocsin.plan.forms.help import ChecklistForm, HelpForm
from tocsin.plan.forms.leaves import Exact, Form, Id, Reminder, RuleForm, Text, Translated, Words, words_by_locale, wrong
from tocsin.plan.forms.levels import ClassifyForm, LevelForm
from tocsin.plan.forms.people import MapForm, OrganisationForm, RoleForm, other_names
from tocsin.plan.forms.standing import ReadinessForm, ResourceForm
from tocsin.plan.forms.triggers import TriggerForm
from tocsin.plan.forms.values import ConditionForm, FactForm, MomentForm, SignalForm
from tocsin.plan.forms.words import MessageForm, RecordForm
from tocsin.plan.sentences import quoted, say


def _language_version(value: object) -> int:
    if value != 1:
        raise wrong(say("this version reads plans of the language version 1"), quoted("tocsin: 1"))
    return 1


def _kind(value: object) -> str:
    if value not in ("plan", "role-set"):
        raise wrong(say("not a kind"), say("kind: plan, or kind: role-set"))
    return str(value)


def _plan_id(value: object) -> str:
    if (
        not isinstance(value, str)
        or not value.replace("-", "").isalnum()
        or not value.isascii()
        or value != value.lower()
        or len(value) > 60
    ):
        raise wrong(say("{value} is not the id of a plan", value=brief(value)), say("small letters, digits and hyphens"))
    return value


PlanId = Annotated[str, PlainValidator(_plan_id)]


def _timezone(value: object) -> str:
    zones = available_timezones()
    if not isinstance(value, str) or value not in zones:
        cities = {zone.rpartition("/")[2].lower(): zone for zone in zones}
        city = cities.get(str(value).strip().lower().replace(" ", "_"))
        hint = say("did you mean {name}?", name=city) if city else nearest(str(value), zones)
        raise wrong(say("{value} is not a time zone", value=brief(value)), hint or say("such as {examples}", examples="Asia/Shanghai"))
    return value


def _named(value: object) -> dict[str, Words | None]:
    """Take ids with their words, or a plain list of ids."""
    entries = dict.fromkeys(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else value
    if not isinstance(entries, dict) or not all(isinstance(name, str) for name in entries):
        raise wrong(say("not a list of names"), say("[ddos], or {ddos: {en: DDoS attack}}"))
    return {name: Words(words_by_locale(text)) if text is not None else None for name, text in entries.items()}


class ScopeForm(RuleForm):
    service: Text = ""
    scenes: Annotated[dict[str, Words | None], PlainValidator(_named)] = {}
    kinds: Annotated[dict[str, Words | None], PlainValidator(_named)] = {}
    words: Annotated[tuple[str, ...], PlainValidator(other_names)] = ()
    """What people call what the plan is for, in any language: whoever declares with one of them is proposed this plan."""


class DefaultsForm(RuleForm):
    remind: Reminder | None = None
    late: Ladder | None = None
    silent_after: Annotated[int, Field(ge=1, le=1000)] = 3
    accept_within: Exact | None = None
    calendar: CalendarForm | None = None
    comparators: dict[str, Literal[">", ">=", "<", "<=", "==", "!="]] = {}


class PlanForm(Form):
    tocsin: Annotated[int, PlainValidator(_language_version)]
    id: PlanId
    kind: Annotated[str, PlainValidator(_kind)] = "plan"
    version: Text
    language: Literal["zh", "en", "ru", "pl"]
    timezone: Annotated[str, PlainValidator(_timezone)]
    title: Translated
    document: DocumentForm | None = None
    scope: ScopeForm | None = None
    defaults: DefaultsForm | None = None
    facts: dict[Id, FactForm] = {}
    signals: dict[Id, SignalForm] = {}
    conditions: dict[Id, ConditionForm] = {}
    levels: dict[Id, LevelForm] = {}
    classify: ClassifyForm | None = None
    moments: dict[Id, MomentForm] = {}
    triggers: dict[Id, TriggerForm] = {}
    organisation: OrganisationForm | None = None
    roles: dict[Id, RoleForm] = {}
    decisions: dict[Id, DecisionForm] = {}
    situations: dict[Id, SituationForm] = {}
    obligations: dict[Id, ObligationForm] = {}
    messages: dict[Id, MessageForm] = {}
    records: dict[Id, RecordForm] = {}
    terms: dict[Id, Translated] = {}
    """What fields and their values are called wherever their form has no words of its own."""
    figures: dict[Id, FigureForm] = {}
    checklists: dict[Id, ChecklistForm] = {}
    help: HelpForm | None = None
    resources: dict[Id, ResourceForm] = {}
    readiness: dict[Id, ReadinessForm] = {}
    maps: dict[PlanId, MapForm] = {}
    """Of a role set: what its roles take over in each plan that it is laid over."""
