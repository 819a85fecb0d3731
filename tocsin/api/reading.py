"""What surrounds the incidents: plans."""

from typing import Any, cast

from django.http import HttpRequest
from ninja import Router

from tocsin.accounts import access
from tocsin.api import out
from tocsin.api.door import Request, needs
from tocsin.incidents.models import Plan

router = Router()


@router.get("/plans", response=list[out.PlanOut], tags=["plans"], summary="List the versions of every plan")
@needs(access.SEE)
def plans(request: HttpRequest) -> Any:
    """`status` of each is draft, in_force or retired."""
    return Plan.objects.filter(organisation=cast("Request", request).auth.organisation).order_by("plan_id", "-loaded_at")
