"""A program that calls the API with a key."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import Access, Organisation, Person


@dataclass(frozen=True, slots=True)
class Program:
    """`secret` is its API key; empty for one that has none."""

    secret: str

    def get(self, path: str, **query: str) -> Any:
        return Client().get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: object, *, key: str = "") -> Any:
        return self._send("post", path, body, key)

    def send(self, where: str, body: object) -> Any:
        """Send to an address with its method before it, or without one for POST."""
        method, _, path = where.rpartition(" ")
        return self._send(method.lower() or "post", path, body)

    def put(self, path: str, body: object) -> Any:
        return self._send("put", path, body)

    def delete(self, path: str) -> Any:
        return Client().delete(f"/api/v1{path}", headers=self._headers())

    def declare(self, **body: object) -> Any:
        return self.post("/incidents", {"words": "客户服务热线中断", **body}).json()

    def command(self, incident: str, command: str, *, key: str = "", **fields: object) -> Any:
        return self.post(f"/incidents/{incident}/commands", {"command": command, **fields}, key=key)

    def _send(self, method: str, path: str, body: object, key: str = "") -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        return getattr(Client(), method)(f"/api/v1{path}", content, content_type="application/json", headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def of(world: World, person: Person, access: str = Access.OWNER, organisation: Organisation | None = None) -> Program:
    """Return a program that acts in the name of `person`."""
    return Program(keys.create(organisation or world.organisation, keys.API, "test", person=person, access=access)[1])
