"""What an operator's tools ask: alive, ready, and the numbers."""

from django.db import Error, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tocsin.incidents.models import Heartbeat
from tocsin.kit import clock, loops

STALE_AFTER_S = 30


@require_GET
def alive(_request: HttpRequest) -> HttpResponse:
    """Return 200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """
    Return 200 if the database takes a write and every loop of this process ran lately and well, else 503 with what does not.

    `faults` names the kind of a loop's last error; the server's log says the rest.
    """
    stale = [name for name, age_s in loops.health().items() if age_s > STALE_AFTER_S]
    stale += [] if _writable() else ["database"]
    faults = loops.faults()
    ready = not stale and not faults
    return JsonResponse({"ready": ready, "stale": stale, "faults": faults}, status=200 if ready else 503)


@require_GET
def metrics(_request: HttpRequest) -> HttpResponse:
    """Return the numbers of this process for Prometheus."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class LoopAges(Collector):
    """How long ago each loop last finished a run, read when asked."""

    def collect(self) -> list[GaugeMetricFamily]:
        """Return one gauge with a sample per loop."""
        gauge = GaugeMetricFamily("tocsin_loop_age_seconds", "Seconds since the loop last finished a run", labels=["loop"])
        for name, age_s in loops.health().items():
            gauge.add_metric([name], age_s)
        return [gauge]


REGISTRY.register(LoopAges())


def _writable() -> bool:
    try:
        with transaction.atomic():
            Heartbeat.objects.update_or_create(name="readyz", defaults={"at": clock.now()})
    except Error:
        return False
    return True
