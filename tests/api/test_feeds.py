"""Programs hand in what they have: remote-write, OpenMetrics, Prometheus text, and sheets. 201 means that it is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.api.client import Program
from tests.world import World
from tocsin.api import room as api_room
from tocsin.incidents import series
from tocsin.incidents.models import Sample, SeriesRule, Unmapped
from tocsin.ingest.metrics.room import Room
from tocsin.kit import clock

RECORDED = sorted((Path(__file__).parents[1] / "ingest" / "remote_write").glob("*.bin"))
SCRAPED_AT = datetime(2026, 11, 27, 13, 32, tzinfo=UTC)


def send(program: Program, path: str, body: bytes, kind: str = "text/plain", **headers: str):
    headers |= {"Authorization": f"Bearer {program.secret}"}
    return Client().post(f"/api/v1/samples/{path}", body, content_type=kind, headers=headers)


def write(program: Program, body: bytes):
    headers = {"Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"}
    return send(program, "remote-write", body, "application/x-protobuf", **headers)


def rules(world: World) -> None:
    own = {"organisation": world.organisation, "labels": {"region": "region"}, "by": "per_x", "at": clock.now()}
    SeriesRule.objects.create(name="hotline_complaints_total", signal="complaints", reading="increase", **own)
    SeriesRule.objects.create(name="hotline_call_success_ratio", signal="call_success", factor=100, **own)


@pytest.mark.row("DET-01")
def test_what_the_real_prometheus_wrote_becomes_samples_once(world: World, ana: Program, clock) -> None:
    clock.freeze(SCRAPED_AT)
    rules(world)
    answers = [write(ana, file.read_bytes()) for _ in (1, 2) for file in RECORDED]
    assert {answer.status_code for answer in answers} == {201}
    assert answers[1].json() == {"taken": 1, "unmapped": answers[1].json()["unmapped"]}
    assert {"up", "node_load"} < set(answers[1].json()["unmapped"])
    east = Sample.objects.filter(labels='{"region":"east"}').order_by("at")
    assert [(row.value, row.over_s) for row in east.filter(signal="complaints")] == [(7, 1), (21, 3)]
    assert {row.value for row in east.filter(signal="call_success")} == {99.25}
    assert Unmapped.objects.filter(organisation=world.organisation, name="up").exists()


def test_the_sender_is_told_what_to_repeat_and_what_to_drop(world: World, ana: Program, clock) -> None:
    rules(world)
    clock.freeze(SCRAPED_AT - timedelta(hours=1))
    answer = write(ana, RECORDED[1].read_bytes())
    assert (answer.status_code, answer.json()["code"]) == (400, "not_all_taken")
    assert "has not come yet" in answer.json()["errors"][0]["problem"]
    assert write(ana, b"nonsense").json()["code"] == "unreadable"
    assert write(ana, b"\xff\xff\xff\xff\x0f").status_code == 413
    assert send(ana, "remote-write", b"x", "application/x-protobuf;proto=io.prometheus.write.v2.Request").status_code == 415
    assert not Sample.objects.exists()


def test_text_is_taken_as_a_whole_or_each_wrong_line_is_named(world: World, ana: Program) -> None:
    rules(world)
    good = 'hotline_call_success_ratio{region="west"} 0.97\n'
    assert send(ana, "openmetrics", f"{good}nonsense\n".encode()).json()["errors"][0]["place"] == "line 2"
    assert not Sample.objects.exists()
    assert send(ana, "openmetrics", good.encode()).json() == {"taken": 1, "unmapped": []}
    exposed = b"# TYPE free gauge\nfree 1\n# EOF\n"
    assert send(ana, "openmetrics", exposed, "application/openmetrics-text; version=1.0.0").json() == {"taken": 0, "unmapped": ["free"]}
    assert send(ana, "openmetrics", b"\xff").status_code == 400


@pytest.mark.row("DET-01")
def test_a_sheet_is_taken_as_a_whole_or_not_at_all(ana: Program) -> None:
    sheet = b"signal,value,region\ncomplaints,12,east\ncomplaints,many,west\n"
    answer = send(ana, "csv", sheet, "text/csv")
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"place": "line 3", "problem": "many is no number"}])
    assert not Sample.objects.exists()
    assert send(ana, "csv", sheet.replace(b"many", b"9"), "text/csv").json() == {"taken": 2}
    assert sorted(row.value for row in Sample.objects.all()) == [9, 12]


def test_only_who_may_act_hands_anything_in(world: World) -> None:
    for path in ("remote-write", "openmetrics", "csv"):
        assert send(Program("api_" + "0" * 40), path, b"").status_code == 401


def test_names_that_no_rule_reads_are_written_down_now_and_then(world: World, ana: Program, clock) -> None:
    clock.freeze(clock.now())
    send(ana, "openmetrics", b"free 1\n")
    first = Unmapped.objects.get().heard_at
    clock.shift(timedelta(seconds=10))
    send(ana, "openmetrics", b"free 1\n")
    assert Unmapped.objects.get().heard_at == first
    clock.shift(series.QUIET)
    send(ana, "openmetrics", b"free 1\n")
    assert Unmapped.objects.get().heard_at > first


def test_whoever_pushes_without_measure_is_told_to_come_back_in_the_way_that_it_understands(
    world: World, ana: Program, monkeypatch
) -> None:
    monkeypatch.setattr(api_room, "room", Room(most=0))
    answers = {
        "remote-write": write(ana, RECORDED[0].read_bytes()),
        "openmetrics": send(ana, "openmetrics", b"a 1\n"),
        "csv": send(ana, "csv", b"signal,value\n", "text/csv"),
    }
    assert {name: (said.status_code, said.json()["code"]) for name, said in answers.items()} == {
        "remote-write": (503, "busy"),
        "openmetrics": (429, "busy"),
        "csv": (429, "busy"),
    }
    assert all(said.headers["Retry-After"] for said in answers.values())
