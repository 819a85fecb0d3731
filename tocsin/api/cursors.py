"""Pages of a list by cursor: what is added meanwhile neither shifts nor doubles anything."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from tocsin.api.problems import invalid
from tocsin.api.wire import spell_instant

T = TypeVar("T", bound=Model)
LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next ones; empty at the end."""

    rows: Sequence[T]
    next: str


def page(rows: QuerySet[T], by: str, cursor: str, limit: int, *, newest_first: bool = True, ahead: str = "") -> Page[T]:
    """
    Return up to `limit` of `rows` in the order of the field `by` and the row's id, beginning after `cursor`. Where the number `ahead` is
    smaller, a row stands before all others.

    :raises problems.Problem: 422 for a cursor that this API did not give out.
    """
    sign, side = ("-", "lt") if newest_first else ("", "gt")
    if cursor:
        value, row_id, *place = _read(cursor, 3 if ahead else 2)
        after = Q(**{f"{by}__{side}": value}) | Q(**{by: value, f"pk__{side}": row_id})
        rows = rows.filter(Q(**{f"{ahead}__gt": place[0]}) | Q(after, **{ahead: place[0]}) if ahead else after)
    found = list(rows.order_by(*([ahead] if ahead else []), f"{sign}{by}", f"{sign}pk")[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _write(found[limit - 1], by, ahead) if more else "")


def written(place: tuple[int, UUID] | None) -> str:
    """Return the cursor of a place in a list that is searched; empty at the end."""
    return _spell([place[0], str(place[1])]) if place else ""


def place(cursor: str) -> tuple[int, UUID] | None:
    """
    Return the place that `written` wrote; none for no cursor.

    :raises problems.Problem: 422 for a cursor that this API did not give out.
    """
    if not cursor:
        return None
    value, row_id = _read(cursor, 2)
    try:
        return int(value), UUID(row_id)
    except (TypeError, ValueError) as problem:
        raise invalid([{"place": "cursor", "problem": "this is no cursor of this list"}]) from problem


def _write(row: Model, by: str, ahead: str) -> str:
    value = getattr(row, by)
    return _spell([spell_instant(value) if isinstance(value, datetime) else value, str(row.pk), *([getattr(row, ahead)] if ahead else [])])


def _spell(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read(cursor: str, parts: int) -> tuple[Any, ...]:
    try:
        value, row_id, *place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        known = datetime.fromisoformat(value) if isinstance(value, str) else int(value)
        # Row ids are numbers or UUIDs; anything else would only fail later, in the database.
        if not (isinstance(row_id, str) and row_id.replace("-", "").isalnum()):
            raise ValueError(row_id)
        if len(place) != parts - 2 or not all(type(each) is int for each in place):
            raise ValueError(place)
    except (binascii.Error, TypeError, UnicodeError, ValueError) as problem:
        raise invalid([{"place": "cursor", "problem": "this is no cursor of this list"}]) from problem
    return known, row_id, *place
