"""The addresses under `/api/v1/`, with their description at `/api/v1/openapi.json`."""

from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from tocsin import __version__
from tocsin.api import alert_routes, alerts, commands, feeds, incidents, problems, quiet, reading, samples
from tocsin.api.door import ApiKey
from tocsin.api.wire import Exact, Strict

api = NinjaAPI(
    title="Tocsin",
    version=__version__,
    description="Incidents by their plan. Errors are RFC 9457 problems; POST takes an `Idempotency-Key`; notices stream at `/api/v1/stream`.",
    auth=ApiKey(),
    parser=Strict(),
    renderer=Exact(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problems.install(api, commands.KINDS)
api.add_router("/incidents", incidents.router)
api.add_router("", alerts.router)
api.add_router("", quiet.router)
api.add_router("", alert_routes.router)
api.add_router("", reading.router)
api.add_router("", samples.router)
api.add_router("", feeds.router)


def _answered(pattern: URLPattern) -> URLPattern:
    """Return `pattern` with every no of it a problem; the root is only there for its name."""
    pattern.callback = problems.nowhere if pattern.name == "api-root" else problems.speaking(pattern.callback)
    return pattern


_known, _app, _namespace = api.urls
_patterns = [_answered(pattern) for pattern in _known if isinstance(pattern, URLPattern)]
urlpatterns = [path("", (_patterns, _app, _namespace)), re_path(r"", problems.nowhere)]
