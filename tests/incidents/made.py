"""Events and states drawn from their type hints, independently of the code that writes them."""

import types
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from tocsin.engine import terms as t

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NORMAL = TEXTS.map(lambda text: unicodedata.normalize("NFC", text))
SCALARS: Mapping[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(),
    type(None): st.none(),
}


@cache
def of(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of the type `hint`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    if origin is Annotated:
        return TEXTS
    if origin in (Union, types.UnionType):
        return st.one_of([of(argument) for argument in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(of(arguments[0]), of(arguments[1]), max_size=3)
    if is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        return st.builds(hint, **{field.name: of(hints[field.name]) for field in fields(hint)})
    return _of_class(hint)


def _of_class(kind: Any) -> st.SearchStrategy[Any]:
    if kind is str:
        return NORMAL
    if kind is Decimal:
        return st.decimals(allow_nan=False, allow_infinity=False)
    if kind.__name__ == "datetime":
        return st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0))
    assert kind.__name__ == "timedelta", kind
    return st.timedeltas()


EVENTS = st.sampled_from(get_args(t.AnyEvent)).flatmap(of)
STATES = of(t.State)
