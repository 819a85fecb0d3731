"""The published form of plan files, for editors: `# yaml-language-server: $schema=…/plan-schema.json`."""

from functools import cache

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from tocsin.plan.schema import schema


@require_GET
def published(_request: HttpRequest) -> JsonResponse:
    """Return the JSON Schema of plan files; it tells nothing of any organisation."""
    return JsonResponse(_schema(), json_dumps_params={"ensure_ascii": False})


@cache
def _schema() -> dict[str, object]:
    return schema()
