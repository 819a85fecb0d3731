"""The form of what helps people through the procedure: checklists, questions and answers, typical errors as guards, examples."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated

from pydantic import AfterValidator

from tocsin.plan.forms.duties import Moments
from tocsin.plan.forms.leaves import (
    Duration,
    Form,
    Id,
    LevelRef,
    Many,
    NotEmpty,
    Ref,
    RuleForm,
    Text,
    Translated,
    at_least_one,
    ref,
)
from tocsin.plan.forms.values import ConditionForm

PlaceRef = Annotated[Ref, ref("situation", "obligation")]


class ChecklistForm(RuleForm):
    indicators: bool = False
    levels: Annotated[list[LevelRef], Many] = []
    items: Annotated[dict[Id, ConditionForm], AfterValidator(lambda found: at_least_one(list(found)) and found)]


class QuestionForm(RuleForm):
    """A question and its answer, shown at the step that it concerns."""

    at: PlaceRef | None = None
    q: Translated
    a: Translated


class FiresForm(Form):
    on: Annotated[Moments, NotEmpty]
    until: Moments = []


class ErrorForm(RuleForm):
    """A typical error; one that `fires` is a live guard."""

    fires: FiresForm | None = None
    cause: Translated
    remedy: Translated


class ExampleForm(RuleForm):
    situation: Translated
    actions: Translated | None = None
    took: Duration | None = None
    result: Translated | None = None
    conclusion: Translated | None = None
    scenario: Text = ""


class HelpForm(Form):
    questions: dict[Id, QuestionForm] = {}
    errors: dict[Id, ErrorForm] = {}
    examples: dict[Id, ExampleForm] = {}
