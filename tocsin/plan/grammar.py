"""The grammar of the expression language: from text to the parser's tree, bounded, and never an exception."""

from dataclasses import dataclass
from typing import Any, Final

from lark import Lark, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from tocsin.plan.findings import brief
from tocsin.plan.sentences import NOTHING, Sentence, say

LENGTH_MAX = 2048
DEPTH_MAX = 32

GRAMMAR = r"""
?start: choice
?choice: some | some "?" some ":" choice        -> choose
?some: every | every ("||" every)+              -> some
?every: relation | relation ("&&" relation)+    -> every
?relation: sum
    | sum COMPARES sum                          -> compare
    | sum _IN sum                               -> within
?sum: product | sum PLUS_MINUS product          -> arithmetic
?product: unary | product TIMES_BY unary        -> arithmetic
?unary: primary
    | "!" unary                                 -> negation
    | PLUS_MINUS NUMBER                         -> signed
?primary: NUMBER                                -> number
    | STRING                                    -> text
    | TRUTH                                     -> truth
    | PATH                                      -> name
    | PATH "(" [choice ("," choice)*] ")"       -> call
    | "[" [STRING ("," STRING)*] "]"            -> list
    | "[" PATH ("," PATH)* "]" QUANTIFIER "(" PATH "," choice ")" -> quantified
    | "(" choice ")"

QUANTIFIER: ".exists" | ".all"
COMPARES: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUS_MINUS: "+" | "-"
TIMES_BY: "*" | "/"
_IN.2: /in(?![A-Za-z0-9_.])/
TRUTH.2: /(true|false)(?![A-Za-z0-9_.])/
PATH: /[a-z_][A-Za-z0-9_]*(\.[a-z_][A-Za-z0-9_]*)*/
NUMBER: /[0-9]{1,15}(\.[0-9]{1,6})?(?![A-Za-z0-9_.])/
STRING: /"([^"\\\n]|\\["\\])*"/ | /'([^'\\\n]|\\['\\])*'/
%ignore /[ \n]+/
"""
_PARSER: Final = Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where and why a text is not an expression."""

    offset: int
    message: Sentence
    hint: Sentence = NOTHING


def tree(text: str) -> Tree[Any] | Misfit:
    """Return the parser's tree of `text`. Pure; never raises; bounded by `LENGTH_MAX` and `DEPTH_MAX`."""
    if len(text.encode()) > LENGTH_MAX:
        return Misfit(0, say("the expression is longer than {most} bytes", most=LENGTH_MAX), say("make a condition of a part of it"))
    try:
        parsed = _PARSER.parse(text)
    except UnexpectedInput as error:
        return _misfit(text, error)
    if _depth(parsed) > DEPTH_MAX:
        return Misfit(0, say("nested deeper than {most}", most=DEPTH_MAX), say("make a condition of a part of it"))
    return parsed


def _misfit(text: str, error: UnexpectedInput) -> Misfit:
    offset = error.pos_in_stream
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at_end or offset is None or not 0 <= offset < len(text):
        return Misfit(max(len(text.rstrip()) - 1, 0), say("the expression ends too early"))
    rest = text[offset:].split()
    found = rest[0] if rest else ""
    hints = {"and": "&&", "or": "||", "not": "!", "=": "=="}
    return Misfit(
        offset, say("{found} does not fit here", found=brief(found)), say("write {value}", value=hints[found]) if found in hints else ""
    )


def _depth(tree: Tree[Any]) -> int:
    deepest = 0
    waiting: list[tuple[Tree[Any], int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in node.children if isinstance(child, Tree))
    return deepest
