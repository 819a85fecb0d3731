"""Calls as they come over ASGI, in the words of the doors."""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from tocsin.ingest import problems
from tocsin.ingest.doors import Address, Call
from tocsin.ingest.problems import NotAccepted
from tocsin.kit import ids

Scope = MutableMapping[str, Any]


def call_of(address: Address, scope: Scope) -> Call:
    """
    Return a call as it came, without its body.

    :raises NotAccepted: its query cannot be read.
    """
    try:
        query = dict(parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError as error:
        raise NotAccepted(problems.not_understood(str(error))) from error
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(id=str(ids.new()), method=scope["method"], door=address.door.path, parts=address.parts, query=query, headers=headers)
