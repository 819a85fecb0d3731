"""The pages of what is measured: how samples come in by hand and as a sheet, which series is which signal, and a signal over time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import PLAN, World
from tocsin.accounts.models import Access, Membership
from tocsin.incidents import samples, series, signals
from tocsin.incidents.models import BoardRow, Sample, SeriesRule, Unmapped
from tocsin.incidents.samples import Given
from tocsin.ingest.metrics import Point
from tocsin.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def page(world: World, path: str = "") -> str:
    answer = world.browse(world.ana).get(f"/o/hotline/signals{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def post(world: World, path: str, **fields: object):
    return world.browse(world.ana).post(f"/o/hotline/signals/{path}", fields)


@pytest.mark.row("DET-01")
def test_a_sheet_is_taken_as_a_whole_or_each_wrong_line_is_said(world: World) -> None:
    lines = "signal,value,region\ncomplaints,many,east\ncomplaints,5,west\n"
    answer = post(world, "sheet", sheet=SimpleUploadedFile("a.csv", lines.encode()))
    assert answer.status_code == 409
    assert "Line 2: many is no number" in answer.content.decode()
    assert not Sample.objects.exists()
    assert post(world, "sheet", sheet=SimpleUploadedFile("a.csv", lines.replace("many", "7").encode())).status_code == 303
    assert sorted(row.value for row in Sample.objects.all()) == [5, 7]
    assert post(world, "sheet").status_code == 409
    assert post(world, "sheet", sheet=SimpleUploadedFile("a.csv", b"x" * (1024 * 1024 + 1))).status_code == 409


@pytest.mark.row("DET-01")
def test_a_sample_is_typed_by_hand_with_its_labels(world: World) -> None:
    assert post(world, "samples", signal="call_success", value="98,5", **{"label:region": "east"}).status_code == 303
    row = Sample.objects.get()
    assert (row.signal, row.value, row.labels) == ("call_success", Decimal("98.5"), '{"region":"east"}')
    assert "region east" in page(world)
    assert post(world, "samples", signal="call_success", value="many").status_code == 409
    assert post(world, "samples", signal="colour", value="1").status_code == 409


def test_a_rule_says_which_series_is_which_signal_until_it_is_taken_away(world: World) -> None:
    point = Point("ratio", {"zone": "east", "service": "hotline"}, None, 0.99)
    series.take(world.organisation.id, [point], "per_x")
    assert "1 name that no rule reads" in page(world)
    fields = {"name": "ratio", "signal": "call_success", "matching": "service=hotline", "labels": "region=zone", "factor": "100"}
    assert post(world, "rules", **fields, counter="").status_code == 303
    assert series.take(world.organisation.id, [point], "per_x").kept == 1
    assert (Sample.objects.get().value, Sample.objects.get().labels) == (99, '{"region":"east"}')
    for wrong in ({"labels": "planet=zone"}, {"factor": "0"}, {"factor": "x"}, {"name": " "}, {"signal": "bci"}):
        assert post(world, "rules", **{**fields, **wrong}).status_code == 409
    rule = SeriesRule.objects.get()
    assert world.browse(world.dov).post(f"/o/hotline/signals/rules/{rule.pk}/removal").status_code == 404
    assert post(world, f"rules/{rule.pk}/removal").status_code == 303
    assert series.take(world.organisation.id, [point], "per_x").unmapped == ["ratio"]


def test_who_may_not_edit_plans_makes_no_rule(world: World) -> None:
    Membership.objects.filter(person=world.bea).update(access=Access.MEMBER)
    assert world.browse(world.bea).post("/o/hotline/signals/rules", {"name": "a", "signal": "cpu"}).status_code == 403


@pytest.mark.row("DET-08", "DET-10")
def test_a_signal_is_drawn_with_its_mean_its_thresholds_and_when_a_trigger_fired(world: World, clock) -> None:
    clock.freeze(clock.now().replace(second=0, microsecond=0))
    samples.set_baseline(world.organisation.id, "complaints", Decimal(120), "per_x")
    now = clock.now()
    given = [Given("complaints", now - back * MINUTE, Decimal(10), 5 * MINUTE) for back in range(60, 5, -5)]
    samples.record(world.organisation.id, given, "per_x")
    signals.run_once()
    samples.record(world.organisation.id, [Given("complaints", now, Decimal(40), 5 * MINUTE)], "per_x")
    signals.run_once()
    number = BoardRow.objects.get().number
    shown = page(world, f"/of/{PLAN}/complaints")
    assert shown.count('<figure class="chart">') == 2  # over its hour, and over the five minutes that the trigger looks at
    peak = shown[shown.rindex('<figure class="chart">') :]
    assert 'class="mean" d="M' in peak
    assert "over the daily mean 5 min &gt;&nbsp;30" in peak
    assert '<path class="fired"' in peak
    assert '<td class="n">40</td><td class="n">10</td>' in peak  # the same as a table: forty against a twelfth of the mean of an hour
    assert f">{number}</a>" in shown
    assert "Momentary peak of complaints" in shown
    room = world.browse(world.chi).get(f"/o/hotline/incidents/{number}/panels/signals").content.decode()
    assert f'href="/o/hotline/signals/of/{PLAN}/complaints"' in room
    assert room.count('<figure class="chart">') == 2  # the evidence of what began it, in the incident itself
    assert '<path class="fired"' in room


@pytest.mark.row("DET-11")
def test_a_silent_signal_is_drawn_as_unknown(world: World, clock) -> None:
    now = clock.now()
    samples.record(world.organisation.id, [Given("call_success", now - back * MINUTE, Decimal(99)) for back in (40, 39, 38, 37)], "per_x")
    shown = page(world, f"/of/{PLAN}/call_success")
    assert "<b>unknown</b>" in shown
    assert '<td class="n">unknown</td>' in shown
    assert "silent: unknown since" in shown


@pytest.mark.row("DET-14")
def test_each_region_is_drawn_by_itself(world: World) -> None:
    now = clock.now()
    given = [
        Given("call_success", now - back * MINUTE, Decimal(value), labels=(("region", region),))
        for back in (2, 1)
        for region, value in (("east", 90), ("west", 98))
    ]
    samples.record(world.organisation.id, given, "per_x")
    assert "<b>94\u00a0%</b>" in page(world, f"/of/{PLAN}/call_success")
    assert "<b>90\u00a0%</b>" in page(world, f"/of/{PLAN}/call_success?label=region&of=east&hours=24")


def test_there_is_no_page_of_what_no_plan_measures(world: World) -> None:
    Unmapped.objects.create(organisation=world.organisation, name="up", heard_at=clock.now())
    assert world.browse(world.ana).get(f"/o/hotline/signals/of/{PLAN}/colour").status_code == 404
    assert world.browse(world.ana).get("/o/hotline/signals/of/other/complaints").status_code == 404
