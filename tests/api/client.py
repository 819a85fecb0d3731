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
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        return Client().post(f"/api/v1{path}", content, content_type="application/json", headers=headers)

    def declare(self, **body: object) -> Any:
        return self.post("/incidents", {"words": "客户服务热线中断", **body}).json()

    def command(self, incident: str, command: str, *, key: str = "", **fields: object) -> Any:
        return self.post(f"/incidents/{incident}/commands", {"command": command, **fields}, key=key)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def of(world: World, person: Person, access: str = Access.OWNER, organisation: Organisation | None = None) -> Program:
    """Return a program that acts in the name of `person`."""
    return Program(keys.create(organisation or world.organisation, keys.API, "test", person=person, access=access)[1])
