"""JSON in and out: strict on the way in, exact on the way out."""

import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from tocsin.kit.texts import storable

TEXT_MAX: Final = 20_000


class Strict(Parser):
    """JSON without floats, infinities or keys that stand twice."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body. ValueError for anything else, which becomes 400."""
        parsed = json.loads(request.body, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
        if not isinstance(parsed, dict):
            raise ValueError("an object was expected")
        return parsed


class Exact(BaseRenderer):
    """JSON with every instant in UTC to the microsecond, and every decimal as text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """Return `data` as text."""
        return json.dumps(data, ensure_ascii=False, default=_spell)


@lru_cache(4096)
def spell_instant(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _spell(value: object) -> str:
    match value:
        case datetime():
            return spell_instant(value)
        case UUID() | Decimal():
            return str(value)
        case _:
            raise TypeError(f"{value!r} has no JSON form")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return tree


def _clean(text: str) -> str:
    if not storable(text):
        raise ValueError("a text must not contain NUL or half a surrogate pair")
    return unicodedata.normalize("NFC", text)


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this instant is before or after all years") from error


Text = Annotated[str, StringConstraints(max_length=TEXT_MAX), AfterValidator(_clean)]
Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(_clean)]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
