"""Declaring: one line of text is enough. The questions that decide the level are asked at once, and never stand in the way (REG-04)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reselect, reswap, retarget
from markupsafe import Markup

from tocsin.accounts import directory
from tocsin.engine import asking, owners
from tocsin.engine import terms as t
from tocsin.engine.explain import LevelView
from tocsin.engine.expressions import Lookup, Value
from tocsin.engine.namespaces import part_of
from tocsin.engine.program import Fact, Program, Text
from tocsin.engine.rules.decisions import CONFIRMED
from tocsin.incidents import desk, plans, recommendation, rosters, scopes, served, signals
from tocsin.incidents.answers import KeyReused
from tocsin.incidents.measured import Measured
from tocsin.incidents.models import BoardRow, Plan
from tocsin.incidents.partners import Registers
from tocsin.incidents.recommendation import Recommendation
from tocsin.incidents.served import Served
from tocsin.web import cases, fact_fields, plan_words, reply, times, wording
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import level
from tocsin.web.room.records import label, spelled
from tocsin.web.said import said

WORDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule that turned since the last answer: which, from what to what, and by which facts."""

    words: Markup
    level: Markup
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the form says so far, under the plan that it is about."""

    plan: Plan
    beside: tuple[Plan, ...]
    program: Program
    facts: tuple[Fact, ...]
    values: Mapping[str, Value] | t.Refused
    actor: t.Actor
    served: tuple[Served, ...]
    """What the organisation's registers list as what can be affected."""
    affected: tuple[Served, ...]
    """What of it was chosen."""


@require_http_methods(["GET", "POST"])
@needs("incident.declare")
def page(request: Request) -> HttpResponse:
    """Show the form, or declare."""
    form = _form(request)
    if form is None:
        return reply.page(request, "incidents/declare.html", {"plan": None, "plans": []})
    return _declare(request, form) if request.method == "POST" else _show(request, form)


@require_POST
@needs("incident.declare")
def advice(request: Request) -> HttpResponse:
    """Return the recommendation for what the form says now, and what changed since the last answer."""
    form = _form(request)
    if form is None:
        return reply.see(reverse("declare", kwargs={"slug": request.organisation.slug}))
    others_asked = request.POST.get("asked_by") not in (None, _asked_by(form))  # other plans and kinds ask other questions: another form
    if others_asked and not isinstance(form.values, t.Refused):
        form = replace(form, values={**recommendation.prefilled(form.program, form.values), **form.values})
    if not request.htmx:
        return _show(request, form)
    if others_asked:
        return reselect(retarget(reswap(_show(request, form), "outerHTML"), "#declaration"), "#declaration")
    return reply.page(request, "incidents/_recommendation.html", _recommendation(request, form))


def _asked_by(form: Form) -> str:
    """Return which plans ask what the form asks, and for which kind of incident."""
    said = {} if isinstance(form.values, t.Refused) else form.values
    kinds = [f"{fact.id}={said[fact.id]}" for fact in recommendation.kinds(form.program) if fact.id in said]
    return " ".join((*(plan.plan_id for plan in (form.plan, *form.beside)), *kinds))


# ------------------------------------------------------------------ the act


def _declare(request: Request, form: Form) -> HttpResponse:
    words = request.POST.get("what", "").strip()[:WORDS_MAX]
    if not words:
        return _show(request, form, t.Refused("E202", _("Say in one line what is wrong."), _("Everything else can wait.")))
    if isinstance(form.values, t.Refused):
        return _show(request, form, form.values)
    if _answered_another(request, form):
        return _show(
            request, form, t.Refused("E104", _("This plan asks other questions."), _("Answer them here, or declare without answers."))
        )
    try:
        declaration = desk.Declaration(
            words=words,
            facts=form.values,
            affected=tuple(each.key for each in form.affected),
            happened_at=_happened(request),
            drill=bool(request.POST.get("drill")),
            beside=tuple(plan.hash for plan in form.beside),
            reason=request.POST.get("plan_reason", "").strip()[:WORDS_MAX],
        )
    except ValueError:
        return _show(request, form, t.Refused("E104", _("This is no time."), _("Write it as the field asks.")))
    try:
        answer = desk.declare(request.organisation.id, form.plan.hash, declaration, actor=form.actor, key=request.POST.get("key", ""))
    except KeyReused as error:
        answer = t.Refused(error.code, str(error), error.hint)
    if isinstance(answer, t.Refused):
        return _show(request, form, answer)
    if request.POST.get("level"):
        _decide(request, form, answer)
    if not cases.seen(request).filter(incident_id=answer.incident).exists():
        words = _("The plan keeps such incidents for those it names. They were told, and you can do nothing more here.")
        return reply.page(request, "message.html", {"title": answer.number, "words": words, "way": None})
    return reply.see(reverse("incident", kwargs={"slug": request.organisation.slug, "number": answer.number}))


def _answered_another(request: Request, form: Form) -> bool:
    """Tell whether an answer would be lost: the plan was changed after it was given, and nothing asked the new plan's questions since."""
    asked = {f"fact:{fact.id}" for fact in form.facts}
    return any(name.startswith("fact:") and name not in asked and request.POST[name] for name in request.POST)


def _decide(request: Request, form: Form, done: desk.Done) -> None:
    """
    Set the level at once, unless the plan has done so by itself.

    Where that is refused the incident stands declared, and the room asks for the decision.
    """
    if BoardRow.objects.filter(incident=done.incident, level=request.POST["level"]).exists():
        return
    assert form.program.classify is not None
    command = t.Decide(
        decision=form.program.classify.decision,
        option=request.POST["level"],
        reason=request.POST.get("reason", "").strip(),
        confirmed=(CONFIRMED,),  # the button says so wherever there is something to confirm
    )
    desk.handle(done.incident, command, actor=form.actor)


def _happened(request: Request) -> Any:
    typed = request.POST.get("happened_at", "")
    return times.read(typed) if typed else None


# ------------------------------------------------------------------ the form


def _form(request: Request) -> Form | None:
    asked = request.POST or request.GET
    available = _first(request)
    proposed = next((match.plan for match in scopes.proposed(request.organisation.id, asked.get("what", ""))), None)
    plan = available.get(asked.get("plan", "")) or proposed or next(iter(available.values()), None)
    if plan is None:
        return None
    wanted = asked.getlist("beside")
    beside = tuple(each for each in _others(request, plan) if each.plan_id in wanted)
    program = plans.composed(request.organisation.id, [plan.hash, *(each.hash for each in beside)])
    actor = replace(request.actor, standing=directory.standing(request.organisation.id, request.actor.person, program))
    said = fact_fields.read(recommendation.kinds(program), asked, dict(asked.lists()))
    facts = recommendation.questions(program, {} if isinstance(said, t.Refused) else said)
    offered, chosen = served.every(Registers(request.organisation.id), program), asked.getlist("affected")
    affected = tuple(each for each in offered if each.key in chosen)
    return Form(plan, beside, program, facts, fact_fields.read(facts, asked, dict(asked.lists())), actor, offered, affected)


def _first(request: Request) -> dict[str, Plan]:
    """Return what an incident can run by first: the plans in force; role sets alone only where there is no plan."""
    known = plans.in_force(request.organisation.id)
    return {name: plan for name, plan in known.items() if plans.compiled(plan).kind == "plan"} or dict(known)


def _others(request: Request, first: Plan) -> list[Plan]:
    """Return what can run beside the first plan, and what can be laid over it."""
    return [plan for name, plan in plans.in_force(request.organisation.id).items() if name != first.plan_id]


def _show(request: Request, form: Form, refused: t.Refused | None = None) -> HttpResponse:
    values = form.values if not isinstance(form.values, t.Refused) else {}
    found = _recommendation(request, form)
    context = {
        "plans": list(_first(request).values()),
        "others": [(plan, plans.compiled(plan).kind, plan in form.beside) for plan in _others(request, form.plan)],
        "served": _served(request, form),
        "typed": request.POST,
        "what": request.POST.get("what", request.GET.get("what", "")),
        **found,
        "asked": _asked(form, values, found["found"]),
    }
    shown = said(refused, form.program) if refused else None
    return reply.page(request, "incidents/declare.html", {**context, "refused": shown}, refused=refused)


def _served(request: Request, form: Form) -> list[tuple[Text, list[dict[str, Any]]]]:
    """Return what can be affected, register by register: how it is called, what the register says of it, whether it is chosen."""
    people, found = cases.people_of(request), dict[str, list[dict[str, Any]]]()
    for each in form.served:
        says = [(label(field), spelled(field, words, people)) for field, words in each.says]
        found.setdefault(each.register.id, []).append({"key": each.key, "name": each.name, "says": says, "chosen": each in form.affected})
    return [(plan_words.titled(form.program.resources[name]), entries) for name, entries in found.items()]


def _asked(form: Form, values: Mapping[str, Value], found: Recommendation | None) -> list[tuple[Text, list[fact_fields.Asked]]]:
    """Return the questions under the plan that asks them, as far as it asks them now; the plan is named where there are several."""
    now = times.now()
    facts = [fact for fact in form.facts if found is None or asking.asks(form.program, found.state, fact, now)]
    asked = fact_fields.asked(facts, values)
    if not form.program.parts:
        return [({}, asked)]
    grouped = [(part.program.title, [one for one in asked if part_of(one.fact.id) == part.name]) for part in form.program.parts]
    return [(title, questions) for title, questions in grouped if questions]


def _recommendation(request: Request, form: Form) -> dict[str, Any]:
    program, values = form.program, {} if isinstance(form.values, t.Refused) else form.values
    now = times.now()
    seats = rosters.seats(request.organisation.id, program, now)
    known = Measured(request.organisation.id, program)
    measured, look = signals.edges_now(known, now), known.look(now)
    affected = tuple(each.command for each in form.affected)
    found = recommendation.recommend(program, values, now, by=form.actor, seats=seats, edges=measured, affected=affected)
    if isinstance(found, t.Refused):
        return {"plan": form.plan, "program": program, "found": None, "refused": said(found, program)}
    people = cases.people_of(request)
    asked = request.POST or request.GET
    matches = scopes.proposed(request.organisation.id, asked.get("what", ""))
    before = _before(request, form, seats, measured)
    changes = recommendation.changes(before, found) if before else None
    rules, facts = _truths(found.view), _values(found)
    return {
        "plan": form.plan,
        "asked_by": _asked_by(form),
        "colon": wording.colon,
        "matches": matches,
        "fits": not matches or any(match.plan.plan_id == part.program.id for match in matches for part in program.plans),
        "plan_reason": asked.get("plan_reason", ""),
        "program": program,
        "found": found,
        "refused": None,
        "level": program.levels.get(found.view.level),
        "tone": plan_words.tone(program, found.view.level),
        "mark": plan_words.mark(program, found.view.level) if found.view.level else "?",
        "rules": level.rules(program, program.plans[0], rules, chosen=found.view.because, level=found.view.level, facts=facts, look=look),
        "fallback": level.fallback(program, program.plans[0], found.view.because),
        "also": _also(program, found, look),
        "changed": _changed(program, before, found) if before and changes else None,
        "starts": [
            (clock, plan_words.find(program, clock.obligation), people.name(owners.owner(program, found.state, clock.owes).person))
            for clock in sorted(found.clocks, key=lambda clock: (clock.due_at is None, clock.due_at))
        ],
        "may_decide": recommendation.may_decide(program, found, form.actor, now),
        "answers": json.dumps({name: fact_fields.write(value) for name, value in values.items()}),
        "titled": plan_words.titled,
        "say": lambda tree: wording.say(program, tree),
        "mark_of": lambda name: plan_words.mark(program, name),
        "tone_of": lambda name: plan_words.tone(program, name),
        "names": lambda roles: plan_words.names(program, roles),
    }


def _also(program: Program, found: Recommendation, look: Lookup) -> list[dict[str, Any]]:
    """Return what each other plan with levels proposes, and why."""
    facts = _values(found)
    return [
        {
            "plan": part.program.title,
            "level": program.levels.get(view.level),
            "source": view.source,
            "rules": level.rules(program, part, _truths(view), chosen=view.because, level=view.level, facts=facts, look=look),
            "fallback": level.fallback(program, part, view.because),
            "confirm": view.confirm,
        }
        for part in program.parts
        if (view := found.beside.get(part.name)) is not None
    ]


def _truths(view: LevelView) -> dict[str, bool | None]:
    return {each.rule: each.value for each in view.rules}


def _before(request: Request, form: Form, seats: Mapping[str, str], edges: tuple[t.Edge, ...]) -> Recommendation | None:
    """Return the recommendation that the page showed last, from the answers it carried; None for a first one, or an unreadable one."""
    try:
        kept = json.loads(request.POST.get("answers", "") or "null")
    except json.JSONDecodeError:
        return None
    if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
        return None
    values = fact_fields.read(form.facts, {f"fact:{name}": value for name, value in kept.items()})
    if isinstance(values, t.Refused):
        return None
    found = recommendation.recommend(form.program, values, times.now(), by=form.actor, seats=seats, edges=edges)
    return None if isinstance(found, t.Refused) else found


def _changed(program: Program, before: Recommendation, after: Recommendation) -> dict[str, Any]:
    """Return what the last answers turned: exactly the facts that differ, and the rules that turned by them."""
    changes = recommendation.changes(before, after)
    rules = {rule.id: rule for rule in program.classify.rules} if program.classify else {}
    old, new = _values(before), _values(after)
    facts = [
        (program.facts[name], *(plan_words.spelled(program.facts[name], each.get(name)) for each in (old, new))) for name in changes.facts
    ]
    turns = [
        Turn(
            words=wording.say(program, rules[turned.rule].when),
            level=text(program.levels[rules[turned.rule].level].title),
            before=_truth(turned.before),
            after=_truth(turned.after),
        )
        for turned in changes.rules
    ]
    levels = [program.levels.get(name) for name in (changes.level_before, changes.level_after)]
    return {"facts": facts, "turns": turns, "levels": levels if levels[0] is not levels[1] else None}


def _truth(value: bool | None) -> str:
    return {True: _("met"), False: _("not met"), None: _("unknown")}[value]


def _values(found: Recommendation) -> dict[str, Value]:
    return {name: known.value for name, known in found.state.facts.items()}
