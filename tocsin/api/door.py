"""Who calls: the organisation comes from the API key, and with it everything that the call can see (I8)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from tocsin.accounts import directory, keys
from tocsin.accounts.models import Organisation, Person
from tocsin.api.problems import Problem
from tocsin.engine.program import Program
from tocsin.engine.terms import Actor
from tocsin.kit import ids


@dataclass(frozen=True, slots=True)
class Caller:
    """The program behind a key, acting in the name of a person. `acts` is what both may do."""

    organisation: Organisation
    person: str
    acts: frozenset[str]

    @property
    def named(self) -> Person:
        """The person in whose name it acts."""
        return Person.objects.get(pk=ids.untyped("per", self.person))

    def actor(self, program: Program) -> Actor:
        """Return who speaks under this plan now."""
        return Actor(self.person, directory.standing(self.organisation.id, self.person, program))


class Request(HttpRequest):
    """A request that came through the door."""

    auth: Caller


class ApiKey(HttpBearer):
    """`Authorization: Bearer api_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller, or None for a key that is unknown, revoked, for something else, or whose person may nothing any more."""
        opened = keys.open_api(token)
        return Caller(opened.organisation, ids.typed("per", opened.person_id), opened.acts) if opened else None


View = Callable[..., Any]


def needs(act: str) -> Callable[[View], View]:
    """Let a view be called only by those who may do `act`; the answer to others is the same whether or not the thing exists."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
            if act not in cast("Request", request).auth.acts:
                raise Problem(403, "no_right", "This key may not do that", "ask an owner for a key with more access")
            return cast("HttpResponse", view(request, *args, **parts))

        guarded.needs = act  # type: ignore[attr-defined]  # the census reads it
        return guarded

    return guard
