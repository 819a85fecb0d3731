"""Pages of a list by cursor: what is added meanwhile neither shifts nor doubles anything."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

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


def page(rows: QuerySet[T], by: str, cursor: str, limit: int, *, newest_first: bool = True) -> Page[T]:
    """
    Return up to `limit` of `rows` in the order of the field `by` and the row's id, beginning after `cursor`.

    :raises problems.Problem: 422 for a cursor that this API did not give out.
    """
    sign, side = ("-", "lt") if newest_first else ("", "gt")
    if cursor:
        value, row_id = _read(cursor)
        after = Q(**{f"{by}__{side}": value}) | Q(**{by: value, f"pk__{side}": row_id})
        rows = rows.filter(after)
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _write(getattr(found[limit - 1], by), found[limit - 1].pk) if more else "")


def _write(value: datetime | int, row_id: object) -> str:
    spelled = spell_instant(value) if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([spelled, str(row_id)]).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[Any, str]:
    try:
        value, row_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        known = datetime.fromisoformat(value) if isinstance(value, str) else int(value)
        # Row ids are numbers or UUIDs; anything else would only fail later, in the database.
        if not (isinstance(row_id, str) and row_id.replace("-", "").isalnum()):
            raise ValueError(row_id)
    except (binascii.Error, TypeError, UnicodeError, ValueError) as problem:
        raise invalid([{"place": "cursor", "problem": "this is no cursor of this list"}]) from problem
    return known, row_id
