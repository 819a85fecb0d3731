"""The form of a plan as JSON Schema, so that an editor completes keys, offers values and marks what does not fit while one writes."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tocsin.plan.forms.leaves import RuleForm
from tocsin.plan.forms.plan import PlanForm
from tocsin.plan.schema_words import KEYS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_LIKE: Final = {"type": "string", "description": KEYS["like"]}


def schema() -> dict[str, Any]:
    """
    Return the JSON Schema of plan files. Pure.

    It is never stricter than reading: what passes `plan check` passes it. What a name means, and what fits together, only reading knows.
    """
    found = PlanForm.model_json_schema(by_alias=True, schema_generator=_Generator, mode="validation")
    return {"$schema": DIALECT, "title": "Tocsin plan", **_tidy(found)}


class _Generator(GenerateJsonSchema):
    """Says of our own leaves what an editor can use, and leaves open what they take besides."""

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> JsonSchemaValue:
        function = schema["function"]["function"]
        taken: Mapping[str, Any] = function.keywords if isinstance(function, partial) else {}
        if "kinds" in taken:
            kinds = [kind for kind in taken["kinds"] if kind not in ("everybody", "owner")]
            return {"type": "string", "description": f"The name of a {' or '.join(kinds)}" if kinds else "A name"}
        if "wants" in taken:
            return {"type": ["string", "boolean"], "description": "An expression"}
        return {}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        if getattr(schema["function"]["function"], "__name__", "") == "_one_or_many":
            return {"anyOf": [inner.get("items", {}), inner]}
        return {"anyOf": [inner, {}]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        if issubclass(schema["cls"], RuleForm):
            found["properties"]["like"] = _LIKE
            found.pop("required", None)  # whatever is required may come from the rule that this one is like
        return found


def _tidy(tree: Any) -> Any:
    """Drop titles made of names and empty defaults, and say of each key what it is for."""
    if isinstance(tree, list):
        return [_tidy(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    kept = {"anyOf" if name == "oneOf" else name: _tidy(item) for name, item in tree.items() if not _is_noise(name, item)}
    for key, form in kept.get("properties", {}).items() if isinstance(kept.get("properties"), dict) else ():
        if key in KEYS and isinstance(form, dict) and "$ref" not in form:
            form["description"] = KEYS[key]
    return kept


def _is_noise(name: str, item: Any) -> bool:
    return (name == "title" and isinstance(item, str)) or (name == "default" and item in (None, [], {}, ""))
