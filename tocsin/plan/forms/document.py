"""The form of what a document says of itself: owner, status, audience, history, related material, retention."""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tocsin.plan.forms.leaves import Duration, Form, Id, RuleForm, Text, Translated, Whos

Element = Literal[
    "general",
    "organisation",
    "response_flow",
    "division_of_duties",
    "information",
    "measures_of_levels",
    "external_liaison",
    "aftermath",
    "support",
]
"""The nine elements that a plan for emergencies is expected to have (PLN-11)."""


class AudienceForm(Form):
    for_: Whos = Field(default=[], alias="for")
    level: Translated | None = None
    when: Translated | None = None
    knowledge: Translated | None = None
    access: Translated | None = None


class StandardForm(Form):
    name: Text
    cited: Text = ""
    in_force: Text = ""
    cite: Text = ""


class RelatedForm(Form):
    read_first: list[Text] = []
    additional: list[Text] = []
    processes: list[Text] = []


class ChangeForm(Form):
    version: Text
    date: Text
    author: Text = ""
    what: Translated


class FeedbackForm(Form):
    to: Id
    tracker: Text = ""


def _related(value: Any) -> Any:
    """Take a plain list as what is to be read besides."""
    return {"additional": value} if isinstance(value, list) else value


class DocumentForm(RuleForm):
    owner: Id | None = None
    author: Text = ""
    status: Literal["draft", "in_force", "withdrawn"] = "in_force"
    kind_of_document: Text = ""
    summary: Translated | None = None
    created: Text = ""
    updated: Text = ""
    review_every: Duration | None = None
    department: Text = ""
    audience: AudienceForm | None = None
    tags: list[Text] = []
    standard: StandardForm | None = None
    elements: list[Element] = []
    related: Annotated[RelatedForm, BeforeValidator(_related)] = RelatedForm()
    changes: list[ChangeForm] = []
    feedback: FeedbackForm | None = None
    retention: dict[Id, Duration] = {}
