"""A filtered page of 50 open alerts, on the web and through the API, out of few and of many; beside the rate at which Alertmanager filters."""

from statistics import median
from urllib.parse import quote, urlencode

from bench import load, peers
from bench.figures import Report
from bench.scale import Scale

WIDE = {"namespace": "team-11"}
"""So many alerts bear it that a page is full out of a thousand."""
NARROW = {"service": "service-13", "cluster": "cluster-4"}
"""78 out of ten thousand bear both, so that Alertmanager, which knows no pages, answers little more than one."""
COOKIE, PAGES = "visitor.cookie", "visitor.pages"
CONNECTIONS = 4
BATCH = 100


def measure(scale: Scale, report: Report) -> None:
    """Fill Tocsin step by step and read at each; then read from it and from Alertmanager in turn."""
    sizes = sorted({max(scale.active // 100, 1_000), max(scale.active // 10, 1_000), scale.active})
    rates: dict[str, dict[int, float]] = {"API": {}, "page": {}}
    with peers.prepared(("bench.visitor", COOKIE, PAGES)) as prepared, peers.tocsin(prepared) as tocsin:
        sent = 0
        for size in sizes:
            load.send(tocsin.url, "webhook", batch=BATCH, connections=8, alerts=size - sent, first=sent)
            sent = size
            tocsin.store.rest()
            for name in rates:
                rates[name][size] = _read(tocsin, name, WIDE, scale.seconds, report)
            report.say(f"out of {size:,}: API {rates['API'][size]:.0f}/s, page {rates['page'][size]:.0f}/s")
        report.keep("pages.by_size", rates)
        for name, seen in rates.items():
            report.bound(f"{name} of 50 out of {sizes[-1]:,}, of its rate out of {sizes[0]:,}", seen[sizes[-1]] / seen[sizes[0]], least=0.8)
        _beside(tocsin, scale, report)


def _beside(tocsin: peers.Tocsin, scale: Scale, report: Report) -> None:
    """Read the same from Tocsin and from Alertmanager, in turn."""
    theirs_out_of = min(10_000, scale.active)
    ratios: dict[str, list[float]] = {"API": [], "page": []}
    try:
        with peers.alertmanager() as peer:
            load.send(peer.url, peer.kind, batch=BATCH, connections=8, alerts=theirs_out_of)
            for words, labels in (("wide", WIDE), ("narrow", NARROW)):
                query = urlencode([("filter", f'{name}="{value}"') for name, value in labels.items()], quote_via=quote)
                for _ in range(scale.rounds):
                    mine = {name: _read(tocsin, name, labels, scale.seconds / 2, report) for name in ratios}
                    tally = load.fetch(f"{peer.url}?{query}", connections=CONNECTIONS, measured_s=scale.seconds, headers={})
                    report.say(
                        f"{words}: API {mine['API']:.0f}/s, page {mine['page']:.0f}/s, Alertmanager out of {theirs_out_of:,} "
                        f"{tally.requests_per_s:.1f}/s ({tally.answer_bytes / 1024:.0f} KiB each)"
                    )
                    if words == "narrow":
                        for name in ratios:
                            ratios[name].append(mine[name] / tally.requests_per_s)
    except peers.Missing as missing:
        report.say(str(missing))
        return
    report.keep("pages.of_alertmanager", ratios)
    for name, seen in ratios.items():
        report.bound(f"{name} of 50 out of {scale.active:,}, rate of Alertmanager's out of {theirs_out_of:,}", median(seen), least=10)


def _read(tocsin: peers.Tocsin, name: str, labels: dict[str, str], measured_s: float, report: Report) -> float:
    """Return how many pages a second are read."""
    words = ",".join(f'{label}="{value}"' for label, value in labels.items())
    if name == "API":
        path, headers = (
            f"/api/v1/alerts?{urlencode({'firing': 'true', 'match': words})}",
            {"Authorization": f"Bearer {tocsin.prepared.api_key}"},
        )
    else:
        path = f"{tocsin.prepared.left(PAGES)}/alerts?{urlencode({'q': words})}"
        headers = {"Cookie": tocsin.prepared.left(COOKIE)}
    tally = load.fetch(f"{tocsin.base_url}{path}", connections=CONNECTIONS, measured_s=measured_s, headers=headers)
    if tally.refused or not tally.latencies:
        raise SystemExit(f"the {name} was refused: {tally.refused}")
    return tally.requests_per_s
