"""Scenes: what expressions are read from, and what is asked of an expression again and again."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tocsin.engine import terms as t
from tocsin.engine.expressions import Expression, Leaf, Reader, Value


class Scene(NamedTuple):
    """What expressions are read from: a state, an instant, and the record entry in hand."""

    state: t.State
    at: datetime
    entry: Mapping[str, Value]


class Prepared(NamedTuple):
    """What is asked of an expression again and again: what reads its value from a scene, its leaves, its spelling."""

    tree: Expression
    value: Reader[Scene]
    leaves: tuple[Leaf, ...]
    spelled: str
