"""Drills from the board: one button plays the first ten minutes through the real engine."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.engine.terms import Refused
from tocsin.incidents import drills
from tocsin.incidents.drills import NoSuchScenarioError
from tocsin.web import board, reply, sample
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@require_POST
@needs("incident.declare")
def beginning(request: Request) -> HttpResponse:
    """Play the first ten minutes; the board shows the drill as soon as it has begun."""
    try:
        drills.start(request.organisation.id, sample.PLAN, sample.DRILL)
    except NoSuchScenarioError:
        refused = Refused("E501", _("The drill cannot be played."), _("Load the sample plan and publish it first."))
        return reply.page(request, "board/page.html", board.context(request), refused=refused)
    return reply.see(reverse("board", kwargs={"slug": request.organisation.slug}))
