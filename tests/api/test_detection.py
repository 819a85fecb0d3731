"""Detection from the wire on: what programs hand in, by remote-write and in every other form, does to the plan what the plan says."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import cramjam
import pytest

from tests.api import client
from tests.api.test_feeds import send, write
from tests.incidents.cast import settle
from tests.world import build
from tocsin.engine import terms as t
from tocsin.engine.values import holding_since, holds
from tocsin.incidents import journal, signals, states
from tocsin.incidents.models import Head, Incident, Sample, SeriesRule
from tocsin.ingest.metrics import remote_write

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
START = datetime.fromisoformat("2025-06-10T02:00:00+00:00")
SERIES = {
    "hotline_complaints_total": ("complaints", "increase", 1, {"region": "zone"}),
    "queue_wait_seconds": ("queue_wait", "value", 1, {"line": "line"}),
    "cpu_ratio": ("cpu", "value", 100, {"node": "instance"}),
    "availability_ratio": ("availability", "value", 100, {}),
    "success_ratio": ("call_success", "value", 100, {}),
    "lines_down_ratio": ("hotlines_down", "value", 100, {}),
}


class Prometheus:
    """A Prometheus that scrapes every minute and writes what it finds, and the organisation that it writes to."""

    def __init__(self, clock) -> None:
        clock.freeze(START)
        self.world, self.clock = build(), clock
        self.program = client.of(self.world, self.world.ana)
        for name, (signal, reading, factor, labels) in SERIES.items():
            own = {"organisation": self.world.organisation, "by": "per_x", "at": START}
            SeriesRule.objects.create(name=name, signal=signal, reading=reading, factor=factor, labels=labels, **own)

    def scrape(self, *found: tuple[str, dict[str, str], float], ago: int = 0, look: bool = True) -> Any:
        """Write one scrape of now or of so many minutes ago, and let whoever watches look."""
        request = remote_write.WriteRequest()
        for name, labels, value in found:
            series = request.timeseries.add()
            for label, of in {"__name__": name, "job": "hotline", **labels}.items():
                series.labels.add(name=label, value=of)
            series.samples.add(value=value, timestamp=int((self.clock.now() - ago * MINUTE).timestamp() * 1000))
        answer = write(self.program, bytes(cramjam.snappy.compress_raw(request.SerializeToString())))
        if look:
            signals.run_once()
        return answer

    def minutes(self, count: int, *found: tuple[str, dict[str, str], float]) -> None:
        """Let as many minutes pass, each with a scrape at its beginning."""
        for _ in range(count):
            assert self.scrape(*found).status_code == 201
            self.clock.shift(MINUTE)

    def at_once(self, count: int, *found: tuple[str, dict[str, str], float]) -> None:
        """Let as many minutes pass of which every scrape is written at their end, as after a short break of the connection."""
        self.clock.shift((count - 1) * MINUTE)
        for ago in range(count - 1, 0, -1):
            assert self.scrape(*found, ago=ago, look=False).status_code == 201
        self.minutes(1, *found)

    def wait(self, minutes: int) -> None:
        self.clock.shift(minutes * MINUTE)
        signals.run_once()
        settle()

    def events(self, kind: type) -> list[Any]:
        return [event for incident in Incident.objects.order_by("number") for event in written(incident) if isinstance(event, kind)]

    def declare(self) -> Incident:
        answer = self.program.declare()
        return Incident.objects.get(number=answer["number"])


def written(incident: Incident) -> Iterator[t.AnyEvent]:
    return (line.event for line in journal.read(incident))


def state(incident: Incident) -> t.State:
    incident.refresh_from_db()
    return states.load(incident, Head.objects.get(pk=incident.pk))


@pytest.fixture
def prometheus(clock) -> Prometheus:
    return Prometheus(clock)


@pytest.mark.row("DET-02", "DET-05", "DET-08", "DET-10")
def test_a_peak_of_a_counter_over_the_mean_of_the_days_before_begins_the_response(prometheus: Prometheus) -> None:
    past = [START - timedelta(days=back) + 10 * part * MINUTE for back in (1, 2) for part in range(1, 7)]
    sheet = "signal,at,value,over_s,region\n" + "".join(f"complaints,{at.isoformat()},10,600,east\n" for at in past)
    assert send(prometheus.program, "csv", sheet.encode(), "text/csv").json() == {"taken": 12}
    total = 1000.0
    for grown in (1, 1, 1, 1, 1, 1):  # a calm minute has one complaint, as the sixty of an hour say
        total += grown
        prometheus.minutes(1, ("hotline_complaints_total", {"zone": "east"}, total))
    assert not Incident.objects.exists()
    prometheus.minutes(1, ("hotline_complaints_total", {"zone": "east"}, total + 2))  # six in five minutes, twenty per cent over
    assert not Incident.objects.exists()
    prometheus.minutes(1, ("hotline_complaints_total", {"zone": "east"}, total + 4))  # seven, forty per cent over
    (fired,) = prometheus.events(t.TriggerFired)
    assert (fired.trigger, fired.opened, fired.at) == ("complaint_peak", True, START + 7 * MINUTE)
    assert fired.seen == {'complaints.excess("5m")': "40.00"}
    assert "> 30" in fired.test


@pytest.mark.row("DET-03")
def test_a_line_whose_queue_is_long_for_half_an_hour_without_interruption_fires_and_one_with_a_dip_does_not(prometheus: Prometheus) -> None:
    for count, waited in ((10, 500.0), (1, 60.0), (19, 500.0), (1, 500.0), (1, 500.0)):
        prometheus.at_once(count, ("queue_wait_seconds", {"line": "b"}, waited), ("queue_wait_seconds", {"line": "a"}, 500.0))
        settle()
    assert [(event.trigger, event.entry, event.since) for event in prometheus.events(t.TriggerFired)] == [("long_queue", "a", START)]
    assert prometheus.events(t.TriggerFired)[0].at == START + 30 * MINUTE


@pytest.mark.row("DET-04", "DET-06")
def test_a_processor_that_stays_hot_fires_after_five_minutes_and_a_second_one_is_evidence(prometheus: Prometheus) -> None:
    prometheus.minutes(5, ("cpu_ratio", {"instance": "n1"}, 0.95))
    assert not Incident.objects.exists()
    for _ in range(7):
        prometheus.minutes(1, ("cpu_ratio", {"instance": "n1"}, 0.95), ("cpu_ratio", {"instance": "n2"}, 0.91))
        settle()
    fired = prometheus.events(t.TriggerFired)
    assert [(event.entry, event.opened) for event in fired] == [("n1", True), ("n2", False)]
    assert Incident.objects.count() == 1


@pytest.mark.row("DET-09")
def test_from_thirty_per_cent_of_the_hotlines_on_the_fault_is_major(prometheus: Prometheus) -> None:
    incident = prometheus.declare()
    prometheus.minutes(1, ("lines_down_ratio", {}, 0.299))
    assert state(incident).facts.get("severity") is None
    prometheus.minutes(1, ("lines_down_ratio", {}, 0.3))
    assert state(incident).facts["severity"].value == "major"


@pytest.mark.row("DET-11", "TRM-04", "CLK-09")
def test_a_feed_that_falls_silent_during_recovery_is_unknown_and_half_an_hour_of_it_ends_nothing(prometheus: Prometheus) -> None:
    incident, core = prometheus.declare(), prometheus.world.program.conditions["core_stable"]
    good = (("availability_ratio", {}, 0.9995), ("success_ratio", {}, 0.995))
    prometheus.at_once(10, *good)
    assert holding_since(state(incident), core) == START
    ended = float("nan")  # Prometheus says so when a target is gone: that is no reading
    prometheus.scrape(("availability_ratio", {}, ended), good[1])
    prometheus.wait(3)
    assert state(incident).conditions["core_stable"].value is None
    prometheus.wait(40)
    assert holds(prometheus.world.program, state(incident), core, prometheus.clock.now()) is not True
    prometheus.at_once(29, *good)
    settle()
    assert holds(prometheus.world.program, state(incident), core, prometheus.clock.now()) is not True
    assert prometheus.program.command(f"inc_{incident.pk.hex}", "Attest", condition="core_stable").status_code >= 400
    prometheus.minutes(2, *good)
    settle()
    assert holds(prometheus.world.program, state(incident), core, prometheus.clock.now()) is True


@pytest.mark.row("CLS-18")
def test_every_new_value_proposes_anew_and_changes_nothing(prometheus: Prometheus) -> None:
    incident = prometheus.declare()
    prometheus.program.post("/baselines", {"signal": "complaints", "mean": 60})
    prometheus.scrape(("hotline_complaints_total", {"zone": "east"}, 0.0), ago=60)
    for total in (80.0, 110.0):
        prometheus.minutes(1, ("hotline_complaints_total", {"zone": "east"}, total))
    proposed = [event.level for event in prometheus.events(t.LevelProposed)]
    assert proposed[-2:] == ["l2", "l1"]
    ana = prometheus.world.actor(prometheus.world.ana).person
    assert any(ana in event.persons for event in prometheus.events(t.Told))
    assert state(incident).level == ""


@pytest.mark.row("DET-01")
def test_what_comes_late_and_twice_is_counted_once_and_where_it_belongs(prometheus: Prometheus) -> None:
    for ago, total in ((3, 10.0), (0, 40.0), (0, 40.0), (1, 35.0), (2, 12.0), (1, 35.0)):
        prometheus.scrape(("hotline_complaints_total", {"zone": "east"}, total), ago=ago)
    assert list(Sample.objects.order_by("at").values_list("value", "over_s")) == [(Decimal(2), 60), (Decimal(23), 60), (Decimal(5), 60)]
