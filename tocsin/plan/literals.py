"""The constants of an expression: numbers, texts, lists, spans and instants, from the parser's tokens."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lark import Token, Tree

from tocsin.engine import times
from tocsin.engine.expressions import Expression, Literal
from tocsin.plan.names import Type

_BOOL, _DECIMAL, _INT, _STRING = (Type(name) for name in ("bool", "decimal", "int", "string"))


def constant(node: Tree[Any]) -> tuple[Expression, Type]:
    """Return a constant as a tree, with its type."""
    first = str(node.children[0]) if node.children else ""
    match node.data:
        case "number":
            return Literal(Decimal(first)), _DECIMAL if "." in first else _INT
        case "signed":
            number = str(node.children[1])
            return Literal(Decimal(f"{first}{number}")), _DECIMAL if "." in number else _INT
        case "truth":
            return Literal(first == "true"), _BOOL
        case "list":
            return Literal(tuple(unquoted(str(item)) for item in node.children)), Type("list")
        case _:
            return Literal(unquoted(first)), _STRING


def unquoted(token: str) -> str:
    """Return the text between the quotes of a token."""
    body, quote = token[1:-1], token[0]
    return body.replace(f"\\{quote}", quote).replace("\\\\", "\\") if "\\" in body else body


def source(node: Tree[Any]) -> str:
    """Return the texts of a node as they would be quoted."""
    return " ".join('"' + unquoted(str(token)) + '"' for token in node.children if isinstance(token, Token))


def exact(text: str) -> timedelta | None:
    """Return a duration that does not depend on the calendar; None for anything else."""
    try:
        span = times.parse(text)
    except ValueError:
        return None
    return span.exact if span.is_exact else None


def is_span(text: str) -> bool:
    """Return whether `text` is a duration."""
    try:
        return bool(times.parse(text))
    except ValueError:
        return False


def instant(text: str) -> datetime | None:
    """Return an instant with its offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
