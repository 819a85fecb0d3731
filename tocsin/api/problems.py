"""Every answer that is a no: RFC 9457 problems with a stable code, a hint, and all places at once where the input was wrong."""

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, TypeVar, cast

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tocsin.engine.terms import Refused
from tocsin.incidents.answers import KeyReused
from tocsin.incidents.plans import Uncompilable
from tocsin.kit import transactions

MEDIA_TYPE: Final = "application/problem+json"
Fault = dict[str, str]
"""`place` is a JSON pointer into the body, or the name of a parameter; `problem` what is wrong there."""


class Problem(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """An answer that ends the request. `status` and `code` are stable, the words are for people."""

    def __init__(self, status: int, code: str, title: str, hint: str = "", faults: Iterable[Fault] = ()) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.hint = status, code, title, hint
        self.faults = list(faults)


Raised = TypeVar("Raised", bound=Exception)


def not_found() -> Problem:
    """Return the 404 for what is not there and for what belongs to another organisation: nobody can tell which."""
    return Problem(404, "not_found", "There is no such thing", "check the id; a key sees only its own organisation")


def invalid(faults: Iterable[Fault]) -> Problem:
    """Return the 422 for input that cannot be read."""
    return Problem(422, "invalid", "The input cannot be read", "see `errors` for each place", faults)


def answer(problem: Problem, **more: Any) -> HttpResponse:
    """Return `problem` as a response."""
    body = {"type": f"urn:tocsin:problem:{problem.code}", "title": problem.title, "status": problem.status, "code": problem.code}
    body |= {"hint": problem.hint} if problem.hint else {}
    body |= {"errors": problem.faults} if problem.faults else {}
    response = HttpResponse(json.dumps(body | more, ensure_ascii=False), content_type=MEDIA_TYPE, status=problem.status)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="tocsin"'
    if problem.status in {429, 503}:
        response.headers["Retry-After"] = "5"
    return response


def refused(refusal: Refused) -> HttpResponse:
    """Return a refusal of the engine or the desk: 409, never logged as an error."""
    return answer(_of(refusal), details=list(refusal.details))


def _of(refusal: Refused) -> Problem:
    return Problem(409, refusal.code, refusal.message, refusal.hint)


def install(api: NinjaAPI, kinds: Collection[str]) -> None:
    """Let `api` answer everything that goes wrong as a problem. `kinds` are the names that tell one body from another."""

    def when(kind: type[Raised], problem: Callable[[Raised], Problem]) -> None:
        api.add_exception_handler(kind, lambda _request, error: answer(problem(cast(Raised, error))))

    when(Problem, lambda problem: problem)
    when(Uncompilable, lambda error: _of(error.refusal()))
    when(KeyReused, lambda error: Problem(422, error.code, str(error), error.hint))
    when(ValidationError, lambda error: invalid(_fault(one, kinds) for one in error.errors))
    when(AuthenticationError, lambda _error: Problem(401, "no_key", "No valid API key", "send `Authorization: Bearer api_…`"))
    when(RequestDataTooBig, lambda _error: Problem(413, "too_large", "The body is too large", "send less at once"))
    when(OperationalError, _not_now)
    when(InterfaceError, _not_now)
    when(HttpError, lambda error: Problem(error.status_code, "unreadable", str(error)))


def _not_now(error: OperationalError | InterfaceError) -> Problem:
    if not transactions.not_now(error):
        raise error
    return Problem(503, "not_stored", "The database does not take it now", "nothing of it has happened: send it again")


def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer an address under the API that does not exist."""
    return answer(not_found())


def speaking(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return `view`, with a method that it does not know answered as a problem too."""

    def answered(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        response = view(request, *args, **parts)
        if response.status_code != 405:
            return response
        problem = answer(Problem(405, "wrong_method", "This address does not know that method", f"it knows {response.headers['Allow']}"))
        problem.headers["Allow"] = response.headers["Allow"]
        return problem

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # a key in a header is not sent by a browser on its own
    return answered


def _fault(error: dict[str, Any], kinds: Collection[str]) -> Fault:
    where, *path = (str(part) for part in error["loc"])
    if where != "body":
        return {"place": path[-1], "problem": _said(error)}
    # Before a field's own path come the name of the parameter and, where bodies are told apart, the kind of body.
    path = path[2:] if path[1:2] and path[1] in kinds else path[1:]
    return {"place": "".join(f"/{part}" for part in path), "problem": _said(error)}


def _said(error: dict[str, Any]) -> str:
    """Return what is wrong; of a text of ours, which was put in its normal form before it was measured, Pydantic counts items."""
    bounds = error.get("ctx", {})
    if bounds.get("field_type") != "Value":
        return str(error["msg"])
    return f"String should have at {'most' if 'max_length' in bounds else 'least'} {bounds.get('max_length', bounds.get('min_length'))} characters"
