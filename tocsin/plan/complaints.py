"""What pydantic says of a form, in our own words."""

from collections.abc import Mapping
from typing import Any

from tocsin.plan.sentences import NOTHING, Sentence, quoted, say

_WANTED = {
    "string_type": say("a text is wanted"),
    "int_type": say("a whole number is wanted"),
    "float_type": say("a number is wanted"),
    "bool_type": say("true or false is wanted"),
    "list_type": say("a list is wanted"),
    "tuple_type": say("a list is wanted"),
    "dict_type": say("a mapping of keys is wanted"),
    "model_type": say("a mapping of keys is wanted"),
    "model_attributes_type": say("a mapping of keys is wanted"),
    "missing": say("a key is missing"),
    "extra_forbidden": say("this is not a key here"),
}


_HINTS = {
    "list_type": say("in square brackets, such as {examples}", examples="[a, b]"),
    "dict_type": say("in braces, or indented below, such as {examples}", examples="{key: value}"),
    "model_type": say("in braces, or indented below, such as {examples}", examples="{key: value}"),
    "string_type": say("put it in quotes"),
}


def complaint(details: Mapping[str, Any]) -> tuple[Sentence, Sentence]:
    """Return what is wrong and a way out. `details` is one error of pydantic, or one of ours, which carries its sentences with it."""
    context = details.get("ctx", {})
    if details.get("input", "") is None:
        return say("nothing stands here"), say("say something, or leave the key out")
    match details["type"], context:
        case _, {"message": Sentence() as message, "hint": Sentence() as hint}:
            return message, hint
        case "literal_error", {"expected": expected}:
            return say("not one of the values that are allowed here"), say("one of {names}", names=str(expected).replace(" or ", ", "))
        case "greater_than_equal", {"ge": least}:
            return say("less than {least}", least=least), NOTHING
        case "less_than_equal", {"le": most}:
            return say("more than {most}", most=most), NOTHING
        case "string_pattern_mismatch", _:
            return say("not an id"), say("small letters, digits and underscores, beginning with a letter")
        case kind, _:
            return _WANTED.get(kind) or quoted(details["msg"]), _HINTS.get(kind, NOTHING)
