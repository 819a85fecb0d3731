"""The lane: what it takes, what it refuses and why, and that it says so only when it is true."""

import asyncio

import pytest
from django.db import OperationalError
from prometheus_client import REGISTRY

from tests.ingest import bodies, posting
from tests.ingest.posting import HOLDER, Held, Store, post, run
from tocsin.ingest.keyring import Keyring
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.writer import CommitFailed, NotStored
from tocsin.kit.reserve import reserve


def single(lane, *chunks, path="/in/alertmanager/good", **how):
    return run(lane, post(lane, path, *chunks, **how))


@pytest.mark.row("I1", "F-1")
def test_nobody_is_answered_before_the_commit_has_returned():
    held = Held()
    lane = held.lane()

    async def scene():
        asked = asyncio.ensure_future(post(lane, "/in/alertmanager/good", bodies.body()))
        await asyncio.to_thread(held.committing.wait)
        for _ in range(50):
            await asyncio.sleep(0)
        too_early = asked.done()
        held.let.set()
        assert ((await asked).status, too_early) == (202, False)

    run(lane, scene())


def test_the_bytes_are_kept_as_they_came():
    store, body = Store(), b"  " + bodies.body() + b"\n"
    assert single(posting.lane(store), body[:10], body[10:]).status == 202
    (row,) = store.rows
    assert (row.body, row.source, row.organisation_id, row.key_id) == (body, "alertmanager", HOLDER.organisation_id, HOLDER.key_id)


@pytest.mark.row("I10")
def test_what_arrives_together_is_committed_together():
    store = Store()
    lane = posting.lane(store)

    async def scene():
        return await asyncio.gather(*(post(lane, "/in/alertmanager/good", bodies.body()) for _ in range(100)))

    assert [reply.status for reply in run(lane, scene())] == [202] * 100
    assert len(store.rows) == 100
    assert len(store.groups) < 50


# ------------------------------------------------------------------ refused before anything is read


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/in/nagios/good", "POST", 404, "unknown_source"),
        ("/in/alertmanager", "POST", 401, "no_key"),
        ("/in/", "POST", 404, "unknown_source"),
        ("/in/alertmanager/good/more", "POST", 404, "unknown_source"),
        ("/in/alertmanager/good", "GET", 405, "method"),
        ("/in/alertmanager/bad", "POST", 403, "unknown_key"),
    ],
)
def test_whoever_knocks_at_the_wrong_door_is_told_which(path, method, status, code):
    store = Store()
    reply = single(posting.lane(store), path=path, method=method, ends="never")
    assert (reply.status, reply.body["code"], reply.headers["content-type"]) == (status, code, "application/problem+json")
    assert store.rows == []


@pytest.mark.row("F-22")
def test_a_body_that_says_it_is_too_large_is_not_read():
    reply = single(posting.lane(Store()), headers=[(b"content-length", b"1048577")], ends="never")
    assert (reply.status, reply.body["code"]) == (413, "too_large")


@pytest.mark.row("F-22")
def test_a_body_that_grows_too_large_is_cut_off():
    store = Store()
    reply = single(posting.lane(store), *[b"x" * 65536] * 17, ends="never")
    assert (reply.status, reply.body["code"], store.rows) == (413, "too_large", [])


@pytest.mark.row("F-22")
def test_a_body_that_does_not_come_is_waited_for_only_so_long():
    reply = single(posting.lane(Store(), Limits(read_s=0.02)), b'{"alerts"', ends="never")
    assert (reply.status, reply.body["code"]) == (408, "too_slow")


@pytest.mark.row("F-22")
def test_a_compressed_body_is_refused_unread():
    reply = single(posting.lane(Store()), headers=[(b"content-encoding", b"gzip")], ends="never")
    assert (reply.status, reply.body["code"]) == (415, "encoded")


def test_a_sender_that_hangs_up_leaves_nothing_behind():
    store = Store()
    lane = posting.lane(store, Limits(held_bytes_max=400, organisation_held_bytes_max=400))

    async def scene():
        gone = [await post(lane, "/in/alertmanager/good", b"x" * 300, ends="disconnect") for _ in range(3)]
        return gone, await post(lane, "/in/alertmanager/good", b'{"alerts": []}')

    gone, reply = run(lane, scene())
    assert [one.status for one in gone] == [0, 0, 0]
    assert (reply.status, len(store.rows)) == (202, 1)


# ------------------------------------------------------------------ refused with a reason, and kept

WRONG = {
    "no JSON": (b"alerts: []", "not_understood", "malformed"),
    "cut off": (b'{"alerts": [', "not_understood", "truncated"),
    "no alerts": (b'{"version": "4"}', "not_understood", "`alerts`"),
    "wrong type": (b'{"alerts": {}}', "not_understood", "$.alerts"),
    "no start": (b'{"alerts": [{"status": "firing", "labels": {}}]}', "not_understood", "startsAt"),
    "not UTF-8": (b'{"alerts": [], "x": "\xff\xfe"}', "not_understood", "utf-8"),
    "half a character": (b'{"alerts": [], "x": "\\ud800"}', "not_understood", ""),
    "too deep": (b'{"alerts": [], "x": ' + b"[" * 65 + b"]" * 65 + b"}", "too_deep", ""),
    "far too deep": (b'{"alerts": [], "x": ' + b"[" * 9000 + b"]" * 9000 + b"}", "too_deep", ""),
    "deep behind strings": (b'{"alerts": [], "x": ' + b'["]",' * 9000 + b"0" + b',"["]' * 9000 + b"}", "not_understood", "recursion"),
    "endless number": (b'{"alerts": 1e999}', "not_understood", "$.alerts"),
}


@pytest.mark.row("F-22")
@pytest.mark.parametrize("name", WRONG)
def test_a_body_that_is_none_of_the_sources_is_told_what_is_wrong_and_kept(name):
    body, code, words = WRONG[name]
    store = Store()
    reply = single(posting.lane(store), body)
    assert (reply.status, reply.body["code"]) == (400, code)
    assert words in reply.body.get("detail", "")
    (row,) = store.rows
    assert (row.body, row.code) == (body, code)
    assert row.reason


@pytest.mark.row("F-22")
@pytest.mark.parametrize("odd", [b'"\\u0000"', b"1e999", b'"a", "x": "b"', b'"\xf0\x9f\x94\x94"'], ids=["NUL", "huge", "twice", "bell"])
def test_what_is_odd_but_valid_is_accepted(odd):
    store = Store()
    assert single(posting.lane(store), b'{"alerts": [], "x": ' + odd + b"}").status == 202


# ------------------------------------------------------------------ what cannot be stored is not acknowledged


def test_a_database_that_does_not_answer_is_no_reason_to_turn_a_key_away():
    def broken(secret):
        raise OperationalError("gone")

    lane = Lane(keyring=lambda: Keyring(broken))
    reply = single(lane, ends="never")
    assert (reply.status, reply.body["code"], reply.headers["retry-after"]) == (503, "no_database", "1")


def test_what_became_of_requests_is_counted():
    def counted(code):
        return REGISTRY.get_sample_value("tocsin_lane_answers_total", {"code": code}) or 0.0

    lane, before = posting.lane(Store()), [counted("accepted"), counted("not_understood"), counted("unknown_key")]

    async def scene():
        for path, body in (("good", bodies.body()), ("good", b"no"), ("bad", b"")):
            await post(lane, f"/in/alertmanager/{path}", body)

    run(lane, scene())
    assert [counted("accepted"), counted("not_understood"), counted("unknown_key")] == [number + 1 for number in before]


@pytest.mark.row("I10")
def test_more_than_fits_is_refused_with_a_time_to_come_back():
    store = Store()
    lane = posting.lane(store, Limits(held_bytes_max=1000, organisation_held_bytes_max=1000))
    reply = single(lane, b"x" * 1001)
    assert (reply.status, reply.body["code"], reply.headers["retry-after"]) == (503, "busy", "1")


def test_memory_is_given_back_once_a_body_is_answered():
    lane = posting.lane(Store(), Limits(held_bytes_max=1000, organisation_held_bytes_max=1000))

    async def scene():
        accepted = [(await post(lane, "/in/alertmanager/good", b'{"alerts": []}'.ljust(900))).status for _ in range(3)]
        for _ in range(3):  # a rejected body is answered at once and kept a moment later
            while (reply := await post(lane, "/in/alertmanager/good", b"no".ljust(900))).status == 503:
                await asyncio.sleep(0)
            assert reply.status == 400
        return accepted

    assert run(lane, scene()) == [202, 202, 202]


@pytest.mark.row("F-8", "I10")
def test_what_is_turned_away_while_the_disk_is_full_holds_no_memory_afterwards(monkeypatch):
    store, whole, wrong = Store(), b'{"alerts": []}'.ljust(600), b"no".ljust(600)
    lane = posting.lane(store, Limits(held_bytes_max=1000, organisation_held_bytes_max=1000))

    async def scene():
        monkeypatch.setattr(reserve, "scarce", True)
        full = [(await post(lane, "/in/alertmanager/good", body)).status for body in (whole, wrong) * 3]
        monkeypatch.setattr(reserve, "scarce", False)
        return full, (await post(lane, "/in/alertmanager/good", whole)).status

    assert run(lane, scene()) == ([503, 400] * 3, 202)
    assert len(store.rows) == 1


@pytest.mark.row("I2", "F-8")
def test_a_failed_commit_is_answered_503_never_tried_again_and_ends_the_process():
    store = Store(failures=[CommitFailed("disk I/O error")])
    lane = posting.lane(store)

    async def scene():
        first = await post(lane, "/in/alertmanager/good", bodies.body())
        second = await post(lane, "/in/alertmanager/good", bodies.body())
        async with asyncio.timeout(10):
            while not store.left:
                await asyncio.sleep(0.01)
        return first, second

    replies = run(lane, scene())
    assert [(reply.status, reply.headers["retry-after"]) for reply in replies] == [(503, "1")] * 2
    assert (store.rows, store.left) == ([], 1)


@pytest.mark.row("I2")
@pytest.mark.parametrize("failure", [NotStored("the connection is lost"), TypeError("a fault of ours")], ids=["lost", "fault"])
def test_a_group_that_could_not_be_stored_is_answered_503_and_the_next_one_is_stored(failure):
    store = Store(failures=[failure])
    lane = posting.lane(store)

    async def scene():
        return [await post(lane, "/in/alertmanager/good", bodies.body()) for _ in range(2)]

    assert [reply.status for reply in run(lane, scene())] == [503, 202]
    assert (len(store.rows), store.left) == (1, 0)
