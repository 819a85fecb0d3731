"""A filtered page of 50 open alerts, on the web and through the API, out of few and of many; beside the rate at which Alertmanager filters."""

from contextlib import ExitStack
from statistics import median
from urllib.parse import quote, urlencode

from bench import load, peers
from bench.figures import Failed, Report, ratios
from bench.scale import Scale

COOKIE, PAGES = "visitor.cookie", "visitor.pages"
WIDE = {"namespace": "team-11"}
"""So many alerts bear it that a page is full out of a thousand."""
NARROW = {"service": "service-13", "cluster": "cluster-4"}
"""78 out of ten thousand bear both, so that Alertmanager, which knows no pages, answers little more than one."""
WAYS = ("API", "page")
CONNECTIONS = 4
BATCH = 100
PEER_HOLDS = 10_000


def measure(scale: Scale, report: Report) -> None:
    """Fill a Tocsin for each size, then read from each and from Alertmanager in turn."""
    sizes = sorted({max(scale.active // 100, 1_000), max(scale.active // 10, 1_000), scale.active})
    with ExitStack() as stack:
        prepared = stack.enter_context(peers.prepared(("bench.visitor", COOKIE, PAGES)))
        tocsins = {size: stack.enter_context(peers.tocsin(prepared)) for size in sizes}
        for size, tocsin in tocsins.items():
            load.send(tocsin.url, "webhook", batch=BATCH, connections=8, alerts=size)
            tocsin.store.rest()
        try:
            peer = stack.enter_context(peers.alertmanager())
            load.send(peer.url, peer.kind, batch=BATCH, connections=8, alerts=PEER_HOLDS)
        except peers.Missing as missing:
            report.say(str(missing))
            peer = None
        flat: dict[str, list[float]] = {name: [] for name in WAYS}
        against: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(scale.rounds):
            _by_size(tocsins, flat, scale, report)
            if peer:
                _beside(tocsins[sizes[-1]], peer, against, scale, report)
    report.keep("pages", {"flat": flat, "against": against})
    for name in WAYS:
        report.say(f"{name} of 50: out of {sizes[-1]:,} against out of {sizes[0]:,} {ratios(flat[name])}")
        report.bound(f"{name} of 50 out of {sizes[-1]:,}, of its rate out of {sizes[0]:,}", median(flat[name]), least=0.8)
        if peer:
            report.bound(
                f"{name} of 50 out of {sizes[-1]:,}, rate of Alertmanager's out of {PEER_HOLDS:,}", median(against[name]), least=10
            )


def _by_size(tocsins: dict[int, peers.Tocsin], flat: dict[str, list[float]], scale: Scale, report: Report) -> None:
    for name in WAYS:
        rates = {size: _read(tocsin, name, WIDE, scale.seconds / 2) for size, tocsin in tocsins.items()}
        flat[name].append(rates[max(rates)] / rates[min(rates)])
        report.say(f"{name}: {', '.join(f'out of {size:,} {rate:.0f}/s' for size, rate in rates.items())}")


def _beside(tocsin: peers.Tocsin, peer: peers.Peer, against: dict[str, list[float]], scale: Scale, report: Report) -> None:
    for words, labels in (("wide", WIDE), ("narrow", NARROW)):
        mine = {name: _read(tocsin, name, labels, scale.seconds / 2) for name in WAYS}
        query = urlencode([("filter", f'{name}="{value}"') for name, value in labels.items()], quote_via=quote)
        tally = load.fetch(f"{peer.url}?{query}", connections=CONNECTIONS, measured_s=scale.seconds / 2, headers={})
        theirs = _rate(tally)
        report.say(
            f"{words}: API {mine['API']:.0f}/s, page {mine['page']:.0f}/s, Alertmanager out of {PEER_HOLDS:,} {theirs:.1f}/s "
            f"({tally.answer_bytes / 1024:.0f} KiB each)"
        )
        if labels is NARROW:
            for name in WAYS:
                against[name].append(mine[name] / theirs)


def _read(tocsin: peers.Tocsin, name: str, labels: dict[str, str], measured_s: float) -> float:
    """Return how many pages a second are read."""
    words = ",".join(f'{label}="{value}"' for label, value in labels.items())
    if name == "API":
        path = f"/api/v1/alerts?{urlencode({'firing': 'true', 'match': words})}"
        headers = {"Authorization": f"Bearer {tocsin.prepared.api_key}"}
    else:
        path = f"{tocsin.prepared.left(PAGES)}/alerts?{urlencode({'q': words})}"
        headers = {"Cookie": tocsin.prepared.left(COOKIE)}
    return _rate(load.fetch(f"{tocsin.base_url}{path}", connections=CONNECTIONS, measured_s=measured_s, headers=headers))


def _rate(tally: load.Tally) -> float:
    if tally.refused or not tally.bodies:
        raise Failed(f"a page was refused: {tally.refused}")
    return tally.bodies / tally.spent_s
