"""Decisions: taken or applied for, signed link by link, sent back with a reason."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, fact_fields, forms
from tocsin.web.reply import Request, needs
from tocsin.web.room import attachments, panels


@require_POST
@needs("incident.act")
def choice(request: Request, number: str, decision: str) -> HttpResponse:
    """Take a decision, or apply for one that needs signatures."""
    case, form = cases.find(request, number), request.POST
    rule = case.program.decisions.get(decision)
    if rule is None:
        raise Http404
    asks = [case.program.facts[name] for name in rule.asks if name in case.program.facts]
    facts = fact_fields.read(asks, form, dict(form.lists()))
    command: t.Command | t.Refused = (
        facts
        if isinstance(facts, t.Refused)
        else t.Decide(
            decision=decision,
            option=form.get("option", ""),
            facts=facts,
            reason=form.get("reason", "").strip(),
            evidence=forms.evidence(request),
            attach=attachments.read(form),
            assignee=form.get("assignee", ""),
            entry=form.get("entry", ""),
            attendance=_attendance(form),
            confirmed=tuple(form.getlist("confirmed")),
            cites=tuple(form.getlist("cites")),
        )
    )
    panel = "level" if rule.sets_level else "decisions"
    return panels.act(request, number, command, panel, f"decision:{decision}")


def _attendance(form: Mapping[str, str]) -> dict[str, str]:
    """Return how each person attended, of those who did."""
    given = {key.removeprefix("attended:"): way for key, way in form.items() if key.startswith("attended:")}
    return {person: way for person, way in given.items() if person and way}


@require_POST
@needs("incident.act")
def signature(request: Request, number: str, chain: str) -> HttpResponse:
    """Sign one link, for exactly the content that was seen."""
    form = request.POST
    command = t.Sign(chain=chain, link=form.get("link", ""), content_hash=form.get("content_hash", ""), attach=attachments.read(form))
    return panels.act(request, number, command, _panel(chain), f"chain:{chain}")


@require_POST
@needs("incident.act")
def sending_back(request: Request, number: str, chain: str) -> HttpResponse:
    """Refuse to sign, with a reason."""
    command = t.SendBack(chain=chain, link=request.POST.get("link", ""), reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, _panel(chain), f"chain:{chain}")


def _panel(chain: str) -> str:
    return "messages" if chain.startswith("message:") else "decisions"
