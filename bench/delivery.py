"""From alerts to webhooks that tell of them: at an even rate, whatever the answers take, and a storm of them at once."""

import time
from collections.abc import Iterator

from bench import load, peers, sinks
from bench.figures import Failed, Report, quantile
from bench.scale import Scale

PER_S = 200
CONNECTIONS = 16
STORM_BATCH, STORM_CONNECTIONS = 100, 8


def evenly(scale: Scale, report: Report) -> None:
    """Report how long alerts at 200 in a second take to the first delivery that tells of them, beside Alertmanager."""
    took: dict[str, list[float]] = {}
    with sinks.Sink() as sink:
        for name, url, kind in _told(sink, report):
            tally = load.send(url, kind, batch=1, connections=CONNECTIONS, alerts=scale.alerts, per_s=PER_S)
            if tally.refused or tally.acknowledged != scale.alerts:
                raise Failed(f"{name} acknowledged {tally.acknowledged} of {scale.alerts} alerts; refused: {tally.refused}")
            told = sink.wait(scale.alerts, scale.patience)
            gave_up_at = time.perf_counter()
            took[name] = sorted(sink.first.get(number, gave_up_at) - (tally.begins_at + number / PER_S) for number in range(scale.alerts))
            report.say(
                f"{name}, {PER_S} alerts/s: to the first delivery p50 {_ms(took[name], 0.5):.1f} ms, p99 {_ms(took[name], 0.99):.1f} ms; "
                f"{told:,} of {scale.alerts:,} told of within {gave_up_at - tally.begins_at:.1f} s"
            )
            report.keep(f"delivery.evenly.{name}", took[name])
    if "Alertmanager" in took:
        for share in (0.5, 0.99):
            times = quantile(took["Tocsin"], share) / quantile(took["Alertmanager"], share)
            report.bound(f"alert to first delivery, p{share * 100:.0f} of Alertmanager's", times, most=10, aim=5)


def storm(scale: Scale, report: Report) -> None:
    """Report how long it takes until every alert of a storm has been told of, beside Alertmanager."""
    took: dict[str, float] = {}
    with sinks.Sink() as sink:
        for name, url, kind in _told(sink, report):
            began = time.perf_counter()
            tally = load.send(url, kind, batch=STORM_BATCH, connections=STORM_CONNECTIONS, alerts=scale.storm)
            refused, gives_up_at = sum(tally.refused.values()), began + scale.patience
            while tally.refused and time.perf_counter() < gives_up_at:  # as any sender does: it comes again with what was refused
                tally = load.send(url, kind, batch=STORM_BATCH, connections=STORM_CONNECTIONS, alerts=scale.storm)
                refused += sum(tally.refused.values())
            sent = time.perf_counter() - began
            told = sink.wait(tally.acknowledged, scale.patience)
            took[name] = (time.perf_counter() if told < tally.acknowledged else max(sink.first.values())) - began
            report.say(
                f"{name}, a storm of {tally.acknowledged:,}: acknowledged in {sent:.1f} s after {refused} refusals, "
                f"{told:,} told of in {took[name]:.1f} s ({told / took[name]:,.0f}/s) by {sink.requests:,} requests"
            )
            report.keep(f"delivery.storm.{name}", {"alerts": tally.acknowledged, "told": told, "refused": refused, "seconds": took[name]})
            if told < tally.acknowledged and name == "Tocsin":
                took[name] *= tally.acknowledged / max(told, 1)
                report.say(f"  given up after {scale.patience:.0f} s; at this pace the storm would take {took[name]:.0f} s")
    if "Alertmanager" in took:
        report.bound(f"a storm of {scale.storm:,}, time of Alertmanager's", took["Tocsin"] / took["Alertmanager"], most=4)


def _told(sink: sinks.Sink, report: Report) -> Iterator[tuple[str, str, load.Format]]:
    """Yield what notifies the sink, one after the other: a name, where it takes alerts and in which form."""
    with peers.prepared(("bench.routes", sink.url)) as prepared, peers.tocsin(prepared) as tocsin:
        yield "Tocsin", tocsin.url, "webhook"
    sink.forget()
    try:
        with peers.alertmanager(sink.url) as peer:
            yield peer.name, peer.url, peer.kind
    except peers.Missing as missing:
        report.say(str(missing))


def _ms(taken: list[float], share: float) -> float:
    return 1000 * quantile(taken, share)
