"""Sources: bodies are shown as they came, and whoever mends what could not be read has it read once more."""

from typing import Any

import pytest

from tests.ingest import bodies
from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import AuditEntry, Person
from tocsin.ingest import log, received
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import RawBody
from tocsin.web import raw_text

pytestmark = pytest.mark.django_db


def arrive(world: World, body: bytes, code: str = "", state: RawBody.State | None = None) -> str:
    key, _ = keys.create(world.organisation, keys.INGEST, "Warsaw", person=world.ana)
    log.append([Arrived(world.organisation.id, "alertmanager", key.id, bodies.NOON, body, code, "it is no alert" if code else "")])
    if code:
        return received.latest(world.organisation.id, received.REFUSED, 1)[0].name
    row = RawBody.objects.latest("id")
    if state is not None:
        RawBody.objects.filter(pk=row.pk).update(state=state, reason="it is no alert" if state == RawBody.State.PARKED else "")
    return f"raw-{row.pk}"


def get(world: World, who: Person, path: str = "") -> Any:
    return world.browse(who).get(f"/o/hotline/sources{path}")


def replay(world: World, who: Person, **form: Any) -> Any:
    return world.browse(who).post("/o/hotline/sources/replay", form)


def test_every_body_is_listed_with_its_key_and_what_became_of_it(world: World) -> None:
    arrive(world, bodies.body(), state=RawBody.State.SETTLED)
    arrive(world, b"poison", state=RawBody.State.PARKED)
    arrive(world, b"never", code="not_understood")
    page = get(world, world.bea).content.decode()
    assert page.count("Warsaw") == 3
    assert page.count("it is no alert") == 2
    assert "kept 30 days" in page


def test_a_body_is_shown_as_text_whatever_it_is(world: World) -> None:
    name = arrive(world, b'{"a":"<script>alert(1)</script>"}')
    page = get(world, world.bea, f"/bodies/{name}").content.decode()
    assert "&#34;a&#34;: &#34;&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_bytes_that_are_no_text_are_shown_all_the_same() -> None:
    assert raw_text.shown(b"\xff\x00a\xe2\x80\xaeb") == raw_text.Shown("��a�b", more=False)
    assert raw_text.shown(b'{"a":[1]}').text == '{\n  "a": [\n    1\n  ]\n}'
    assert raw_text.shown(b"x" * 300_000).more


def test_one_click_reads_all_that_was_set_aside_and_the_audit_says_who(world: World) -> None:
    for body in (bodies.body(), bodies.body(bodies.entry("a2"))):
        arrive(world, body, state=RawBody.State.PARKED)
    arrive(world, bodies.body(), code="not_understood")
    assert replay(world, world.ana, all="1").status_code == 303
    assert set(RawBody.objects.values_list("state", flat=True)) == {RawBody.State.WAITING}
    entry = AuditEntry.objects.get(act="bodies.replayed")
    assert (entry.person, entry.subject, entry.detail["bodies"].count("-")) == (world.ana, "3", 3)


def test_what_cannot_be_read_even_now_is_said(world: World) -> None:
    answer = replay(world, world.ana, body=arrive(world, b"poison", state=RawBody.State.PARKED))
    assert answer.status_code == 409
    assert "1 body cannot be read even now." in answer.content.decode()


def test_a_body_of_which_only_the_beginning_is_kept_offers_no_replay(world: World) -> None:
    name = arrive(world, b'"' + b"x" * 70_000 + b'"', code="not_understood")
    page = get(world, world.ana, f"/bodies/{name}").content.decode()
    assert "It cannot be replayed." in page
    assert ">Replay<" not in page


def test_members_look_and_replay_nothing(world: World) -> None:
    name = arrive(world, b"poison", state=RawBody.State.PARKED)
    assert ">Replay<" not in get(world, world.bea).content.decode()
    assert replay(world, world.bea, body=name).status_code == 403
    assert get(world, world.dov, f"/bodies/{name}").status_code == 404


def test_a_reason_of_ours_is_said_in_the_readers_language(world: World) -> None:
    arrive(world, b"{}", state=RawBody.State.PARKED)
    RawBody.objects.update(reason="there is no mapping for this key yet")
    Person.objects.filter(pk=world.ana.pk).update(language="zh")
    world.ana.refresh_from_db()
    assert "此密钥尚无映射" in get(world, world.ana).content.decode()
