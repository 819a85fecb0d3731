"""What an operator's tools ask: alive, ready, and the numbers."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from tocsin.kit import clock, doors, loops
from tocsin.kit.database import beside_the_pool
from tocsin.kit.readonly import readonly
from tocsin.kit.reserve import reserve

STALE_AFTER_S = 30
_BEAT = "INSERT INTO incidents_heartbeat (name, at) VALUES ('readyz', %s) ON CONFLICT (name) DO UPDATE SET at = excluded.at"


@require_GET
def alive(_request: HttpRequest) -> HttpResponse:
    """Return 200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """
    Return 200 if the database takes a write and every loop of this process ran lately and well, else 503 with what does not.

    Nor is it ready while the disk is full or read-only, or nearly all files are open that it may open.
    `faults` names the kind of a loop's last error; the server's log says the rest.
    """
    stale = [name for name, age_s in loops.health().items() if age_s > STALE_AFTER_S]
    stale += [] if _writable() else ["database"]
    stale += ["disk"] if reserve.scarce or readonly.now else []
    stale += ["files"] if doors.crowded() else []
    faults = loops.faults()
    ready = not stale and not faults
    answer = JsonResponse({"ready": ready, "stale": stale, "faults": faults}, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined] # Django's own word: whoever asks is told, and asks again and again
    return answer


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
    """Write something. On PostgreSQL over a connection of its own, and taken back: when the pool has none left, the database is still there."""
    pooled = connection.vendor == "postgresql"
    own = beside_the_pool(connection) if pooled else connection
    try:
        if pooled:
            own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute(_BEAT, [own.ops.adapt_datetimefield_value(clock.now())])
    except Error:
        return False
    finally:
        if pooled:
            own.close()
    return True
