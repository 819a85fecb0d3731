"""What surrounds the incidents: alerts and plans."""

from typing import Any, cast

from django.http import HttpRequest
from ninja import Router

from tocsin.accounts import access
from tocsin.api import cursors, out
from tocsin.api.door import Request, needs
from tocsin.api.incidents import Cursor, Limit
from tocsin.incidents.models import Plan
from tocsin.ingest.models import Alert

router = Router()


@router.get("/alerts", response=out.Alerts, tags=["alerts"], summary="List alerts, latest turn first")
@needs(access.SEE)
def alerts(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50, *, firing: bool | None = None) -> Any:
    """`firing` narrows it to those that fire, or that do not."""
    rows = Alert.objects.filter(organisation=cast("Request", request).auth.organisation)
    rows = rows if firing is None else rows.filter(firing=firing)
    page = cursors.page(rows, "turned_at", cursor, limit)
    return {"items": page.rows, "next": page.next}


@router.get("/plans", response=list[out.PlanOut], tags=["plans"], summary="List the versions of every plan")
@needs(access.SEE)
def plans(request: HttpRequest) -> Any:
    """`status` of each is draft, in_force or retired."""
    return Plan.objects.filter(organisation=cast("Request", request).auth.organisation).order_by("plan_id", "-loaded_at")
