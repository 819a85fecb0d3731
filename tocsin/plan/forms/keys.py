"""Which keys are allowed where, for whoever must say that one is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tocsin.plan.findings import Path
from tocsin.plan.forms.leaves import Form
from tocsin.plan.forms.plan import PlanForm


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one part of the form, and those of the language that this version does not run."""

    keys: tuple[str, ...]
    later: frozenset[str]


def form_at(path: Path) -> Keys:
    """Return the keys of the part of the form that `path` leads to."""
    form: type[Form] = PlanForm
    for step in path:
        info = _by_key(form).get(str(step))
        inner = next(_forms(info.annotation), None) if info else None
        form = inner or form
    return Keys((*_by_key(form), "like"), form.LATER)


def _by_key(form: type[Form]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in form.model_fields.items()}


def _forms(annotation: Any) -> Iterator[type[Form]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if issubclass(annotation, Form):
            yield annotation
        return
    for part in get_args(annotation):
        yield from _forms(part)
