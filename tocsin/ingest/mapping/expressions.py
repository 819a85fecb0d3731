"""
JMESPath expressions, bounded: https://jmespath.org/specification.html

An expression cannot loop, but it can multiply: `[@, @] | [@, @] | …` doubles what it has at each step. So whatever it builds, and
whatever it hands to a function, is counted against a budget that all expressions on one body share. There are no regular expressions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jmespath
from jmespath import functions, visitor
from jmespath.exceptions import ArityError, EmptyExpressionError, IncompleteExpressionError, JMESPathError, LexerError, ParseError

from tocsin.plan.sentences import Sentence, say

CHARS_MAX: Final = 2_000
NODES_MAX: Final = 200
DEPTH_MAX: Final = 32
BUDGET: Final = 500_000
"""Steps for one body: about half a second."""
_CHARS_PER_STEP: Final = 32

Node = Mapping[str, Any]
_STRING: Final = {"types": ["string"]}


class _Functions(functions.Functions):
    """Those of JMESPath, and for texts what JEP-014 adds to them: https://github.com/jmespath-community/jmespath.spec/pull/101"""

    @functions.signature(_STRING)  # type: ignore[arg-type]
    def _func_lower(self, text: str) -> str:
        return text.lower()

    @functions.signature(_STRING)  # type: ignore[arg-type]
    def _func_upper(self, text: str) -> str:
        return text.upper()

    @functions.signature(_STRING)  # type: ignore[arg-type]
    def _func_trim(self, text: str) -> str:
        return text.strip()

    @functions.signature(_STRING, _STRING, _STRING)  # type: ignore[arg-type]
    def _func_replace(self, text: str, old: str, new: str) -> str:
        return text.replace(old, new) if old else text

    @functions.signature(_STRING, _STRING)  # type: ignore[arg-type]
    def _func_split(self, text: str, between: str) -> list[str]:
        return text.split(between) if between else [text]


_FUNCTIONS: Final = _Functions()


class TooMuch(ValueError):  # noqa: N818 - it says what happened
    """Reading the body takes more steps than one may take."""

    def __init__(self) -> None:
        super().__init__(f"reading it takes more than {BUDGET} steps")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an expression, so many characters behind its beginning."""

    at: int
    message: Sentence


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that can be evaluated."""

    text: str
    tree: Node


def compiled(text: str) -> Expression | Fault:
    """Return the expression that `text` spells, or the first thing that is wrong with it."""
    if len(text) > CHARS_MAX:
        return Fault(CHARS_MAX, say("An expression has at most {count} characters.", count=CHARS_MAX))
    try:
        tree = jmespath.compile(text).parsed
    except RecursionError:
        return Fault(0, _TOO_DEEP)
    except ParseError as error:
        return _fault(text, error)
    except JMESPathError as error:
        words = error if not isinstance(error, EmptyExpressionError) else ""
        return Fault(0, say("This is no expression. {detail}", detail=words) if words else say("The expression is missing."))
    problem = _excess(tree) or _misuse(tree)
    return Fault(0, problem) if problem else Expression(text, tree)


def _fault(text: str, error: ParseError) -> Fault:
    match error:
        case IncompleteExpressionError():
            return Fault(len(text), say("The expression breaks off."))
        case LexerError():
            return Fault(error.lexer_position, say("This belongs to no expression: {part}", part=text[error.lexer_position :][:20]))
        case _:
            return Fault(error.lex_position, say("This is not expected here: {part}", part=str(error.token_value)[:20] or "…"))


_TOO_DEEP: Final = say("The expression is nested deeper than {count} levels.", count=DEPTH_MAX)


def _excess(tree: Node) -> Sentence | None:
    """Return what is too much about a tree."""
    level, nodes, depth = [tree], 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > NODES_MAX:
            return say("The expression has more than {count} parts.", count=NODES_MAX)
        level = [child for node in level for child in _children(node)]
    return _TOO_DEEP if depth > DEPTH_MAX else None


def _misuse(tree: Node) -> Sentence | None:
    """Return which function is called that does not exist, or with too few or too many arguments."""
    for node in _all(tree):
        if node["type"] != "function_expression":
            continue
        known, given = _Functions.FUNCTION_TABLE.get(node["value"]), len(node["children"])
        if known is None:
            return say("There is no function {name}.", name=node["value"])
        wanted, variadic = len(known["signature"]), bool(known["signature"] and known["signature"][-1].get("variadic"))
        if given < wanted or (given > wanted and not variadic):
            return say("The function {name} is given {given} arguments and takes {wanted}.", name=node["value"], wanted=wanted, given=given)
    return None


def _all(tree: Node) -> Iterator[Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _children(node)


def _children(node: Node) -> list[Node]:
    return [child for child in node["children"] if isinstance(child, dict)]  # a slice has numbers


class Evaluator(visitor.TreeInterpreter):
    """Evaluates expressions on one body until its budget is spent."""

    def __init__(self, budget: int = BUDGET) -> None:
        super().__init__()
        self._left = budget

    def find(self, expression: Expression, value: Any) -> Any:
        """
        Return what `expression` finds in `value`; None where it finds nothing.

        :raises ValueError: a function got what it does not take, or it takes too many steps.
        """
        try:
            return self.visit(expression.tree, value)
        except ArityError as error:
            raise ValueError(str(error)) from error
        except (TypeError, ArithmeticError) as error:
            raise ValueError(f"{expression.text}: {error}") from error

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """Count every step."""
        self._spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_literal(self, node: Any, value: Any) -> Any:
        """Count a literal by its size: many elements may share it."""
        return self._counted(super().visit_literal(node, value))

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        """Count what is built."""
        return self._counted(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        """Count what is built."""
        return self._counted(super().visit_multi_select_dict(node, value))

    def visit_slice(self, node: Any, value: Any) -> Any:
        """Count what is copied."""
        self._spend(len(value) if isinstance(value, list) else 1)
        return super().visit_slice(node, value)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """Count what is joined, before it is."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self._spend(sum(len(element) if isinstance(element, list) else 1 for element in base))
        return [one for element in base for one in (element if isinstance(element, list) else [element])]

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Count what is compared: two large values may be equal to the last part."""
        left, right = (self._counted(self.visit(child, value)) for child in node["children"])
        if node["value"] not in {"eq", "ne"} and not (_ordered(left) and _ordered(right)):
            return None
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        """Count what a function is given, and what it will make of it."""
        given = [self._counted(self.visit(child, value)) for child in node["children"]]
        self._spend(_growth(node["value"], given))
        return _FUNCTIONS.call_function(node["value"], given)

    def _counted(self, value: Any) -> Any:
        waiting = [value]
        while waiting:
            part = waiting.pop()
            self._spend(1 + len(part) // _CHARS_PER_STEP if isinstance(part, str) else 1)
            if isinstance(part, list):
                waiting += part
            elif isinstance(part, dict):
                waiting += part.values()
        return value

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch


def _growth(name: str, given: list[Any]) -> int:
    """Return how many steps more than its arguments the result of a function is worth."""
    match name, given:
        case "join", [str(between), list(parts)]:
            return len(between) * len(parts) // _CHARS_PER_STEP
        case "replace", [str(text), str(old), str(new)] if old:
            return text.count(old) * len(new) // _CHARS_PER_STEP
        case "split", [str(text), str(between)] if between:
            return text.count(between)
        case _:
            return 0


def _ordered(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)
