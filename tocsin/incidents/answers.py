"""Idempotency: the same request again gets the same answer, the same key with another request is refused (422)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.incidents.models import Answer
from tocsin.kit.tables import Sheaf

KEPT_FOR: Final = timedelta(hours=48)
FORGOTTEN_AT_ONCE: Final = 500


class KeyReused(ValueError):  # noqa: N818 - it names what is wrong with the request
    """The idempotency key was used before for another request: 422, nothing was done."""

    code = "key_reused"
    hint = "use a fresh key for every new request, and the same key only to repeat one"

    def __init__(self) -> None:
        super().__init__("this idempotency key was used before for another request")


@dataclass(frozen=True, slots=True)
class Request:
    """What an idempotency key is scoped to, and the hash of what is asked. An empty `key` remembers nothing."""

    organisation_id: UUID
    principal: str
    path: str
    key: str
    body_hash: str


def body_hash(*parts: object) -> str:
    """Return a hash over what is asked. Of a command, neither who nor when counts: repeating comes later."""
    plain = [replace(part, by=t.NOBODY, at=t.UNSTAMPED) if isinstance(part, t.Act) else part for part in parts]
    return hashlib.sha256(repr(plain).encode()).hexdigest()


def recall(request: Request, now: datetime) -> Mapping[str, Any] | None:
    """
    Return the answer given before, or None. Under a lock that serialises the path.

    :raises KeyReused: the key belongs to another request.
    """
    if not request.key:
        return None
    known = Answer.objects.filter(**_scope(request), at__gt=now - KEPT_FOR).first()
    if known is None:
        return None
    if known.body_hash != request.body_hash:
        raise KeyReused
    answer: Mapping[str, Any] = known.answer
    return answer


def remember(sheaf: Sheaf, request: Request, answer: Mapping[str, Any], now: datetime) -> None:
    """Let `answer` be kept for 48 hours with what was done, in place of one that was kept longer."""
    if request.key:
        sheaf.put(Answer, _scope(request), {"body_hash": request.body_hash, "answer": answer, "at": now})


def forget(now: datetime) -> int:
    """Delete some of the answers that are older than 48 hours and return how many."""
    old = list(Answer.objects.filter(at__lte=now - KEPT_FOR).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Answer.objects.filter(pk__in=old).delete()[0] if old else 0


def _scope(request: Request) -> dict[str, Any]:
    return {
        "organisation_id": request.organisation_id,
        "principal": request.principal,
        "path": request.path,
        "key": request.key,
    }
