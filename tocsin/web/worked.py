"""Worked cases of a plan: the scenarios that come with it, each replayed step by step under the version in force (PLN-12, KNB-07)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from tocsin.accounts import access, audit
from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program, Text
from tocsin.incidents import exporting, plans
from tocsin.incidents.models import BoardRow, TimelineRow
from tocsin.incidents.projection import timeline
from tocsin.incidents.projection.rows import Scene
from tocsin.incidents.readers import Eyes
from tocsin.plan import shipped
from tocsin.plan.scenarios.expect import Checked, checked
from tocsin.plan.scenarios.play import Run, play
from tocsin.plan.scenarios.story import BadScenarioError, Heading, heading, load
from tocsin.web import case_words, cases, plan_document, plan_words, reply, said, sentences
from tocsin.web.cases import Case, People
from tocsin.web.reply import Request, needs
from tocsin.web.room.timeline import is_machinery


class Cast(People):
    """The people of a story, who exist in it alone."""

    def name(self, person: str) -> str:
        """Return the id as a name."""
        return super().name(person) if person in ("", t.SYSTEM) else person.replace("_", " ").title()


@dataclass(frozen=True, slots=True)
class Done:
    """Something that somebody does, and how it was answered."""

    by: str
    verb: str
    subject: str
    refused: said.Said | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything of one instant of the story: what was done, what followed since the one before, where that leaves the incident."""

    at: datetime
    done: tuple[Done, ...]
    lines: tuple[sentences.Line, ...]
    checks: tuple[Checked, ...]
    state: t.State

    @property
    def clocks(self) -> list[t.Clock]:
        """The running clocks, the next due first; those without a limit last."""
        running = [clock for clock in self.state.clocks.values() if clock.status in ("open", "breached")]
        return sorted(running, key=lambda clock: (clock.due_at is None, clock.due_at or clock.began_at))


@dataclass(frozen=True, slots=True)
class Listed:
    """A worked case as the list shows it. `runs`: every plan that it runs by is in force."""

    id: str
    title: Text
    runs: bool


@require_GET
@needs("incident.see")
def every(request: Request, plan_id: str) -> HttpResponse:
    """List the worked cases that come with a plan."""
    plan = plan_document.find(request, plan_id)
    known = set(plans.in_force(request.organisation.id))
    heads = {file.stem: _heading(file) for file in shipped.scenarios(plan_id)}
    context = {
        "plan": plan,
        "plan_id": plan_id,
        "version": plan.hash[:12],
        "cases": [Listed(name, head.title, set(_plans_of(plan_id, head)) <= known) for name, head in heads.items()],
    }
    return reply.page(request, "plans/cases.html", context)


@require_GET
@needs("incident.see")
def case(request: Request, plan_id: str, scenario: str, step: int = 1) -> HttpResponse:
    """Show one step of a worked case."""
    file = next((each for each in shipped.scenarios(plan_id) if each.stem == scenario), None)
    program = _program(request, plan_id, file) if file else None
    if file is None or program is None:
        raise Http404
    run = _run(file, program)
    instants = sorted(
        {act.at for act in run.story.acts if act.what not in ("sample", "feed")} | {each.at for each in run.story.expectations}
    )
    if not 1 <= step <= len(instants):
        raise Http404
    context = {
        "plan_id": plan_id,
        "program": program,
        "story": run.story,
        "step": step,
        "steps": len(instants),
        "now": _moment(run, instants[step - 2] if step > 1 else None, instants[step - 1]),
        "people": Cast({}, ""),
        "name_of": lambda name: plan_words.name_of(program, name),
        "tone_of": lambda name: plan_words.tone(program, name),
        "phase": plan_words.phase,
        "verb": case_words.verb,
        "kind": case_words.kind,
        "subject": case_words.subject,
        "value": case_words.value,
        "hour": lambda at: f"{at.astimezone(ZoneInfo(run.story.zone)):%H:%M}",
    }
    return reply.page(request, "plans/case.html", context)


@require_GET
@needs(access.SEE)
def download(request: Request, number: str) -> HttpResponse:
    """Hand out a closed incident as a scenario, to whoever sees all of it. That it left the house is written down."""
    seen = cases.find(request, number)
    if any(True for row in TimelineRow.objects.filter(incident_id=seen.id) for _part in seen.eyes.unseen(row)):
        raise Http404
    try:
        written = exporting.scenario_of(seen.board.incident)
    except exporting.StillOpenError as none:
        raise Http404 from none
    audit.record(request.organisation, request.person, "scenario.exported", number)
    response = HttpResponse(written, content_type="text/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.scenario.yaml"'
    return response


def _program(request: Request, plan_id: str, file: Path) -> Program | None:
    """Return the versions in force by which a scenario runs; None where one of its plans is not in force."""
    names, known = _plans_of(plan_id, _heading(file)), plans.in_force(request.organisation.id)
    if not set(names) <= set(known):
        return None
    program = plans.composed(request.organisation.id, [known[name].hash for name in names])
    return program.standing if _heading(file).standing else program


@cache
def _heading(file: Path) -> Heading:
    """Return the heading of a case, read once: what comes with the product does not change while it runs."""
    return heading(file)


def _plans_of(plan_id: str, head: Heading) -> list[str]:
    return [name or plan_id for name in head.plans]


def _run(file: Path, program: Program) -> Run:
    """Play a story. One that this version cannot even read has no pages."""
    try:
        return play(program, load(file, program))
    except BadScenarioError as bad:
        raise Http404 from bad


def _moment(run: Run, before: datetime | None, at: datetime) -> Moment:
    acts = [(act, answer) for act, answer in run.answers if act.at == at]
    done = tuple(
        Done(act.by, act.what, _subject(act.body[act.what]), said.said(answer, run.program) if answer else None) for act, answer in acts
    )
    checks = tuple(each for expectation in run.story.expectations if expectation.at == at for each in checked(run, expectation))
    return Moment(at, done, tuple(_lines(run, before, at)), checks, run.state_at(at))


def _subject(written: Any) -> str:
    if isinstance(written, dict):
        return str(written.get("role", ""))
    return str(written)


def _lines(run: Run, before: datetime | None, at: datetime) -> Iterator[sentences.Line]:
    """Yield what followed as sentences, without what the machine notes for itself."""
    board = BoardRow(number="INC-1", declared_at=run.story.start)
    about = Case(board, run.program, Cast({}, ""), t.NOBODY, Eyes(run.program, frozenset()))
    state = t.State()
    for seq, event in enumerate(run.events, 1):
        state = evolve(state, event)
        if event.at > at:
            return
        if before is None or event.at > before:
            for row in timeline.from_event(Scene(run.program, state, seq), event):
                kept = TimelineRow(seq=seq, **row.values)
                if not kept.quiet and not is_machinery(kept):
                    yield sentences.line(about, kept, "")
