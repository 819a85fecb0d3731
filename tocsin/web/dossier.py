"""The dossier as people read it: a page of the incident, and the same sheet inside the file that is downloaded (AUD-03)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET
from markupsafe import Markup

from tocsin.accounts import access, audit
from tocsin.accounts.directory import Contact
from tocsin.engine import laid_before as engine
from tocsin.engine import terms as t
from tocsin.engine.expressions import Expression
from tocsin.engine.program import Program
from tocsin.incidents import chain, journal
from tocsin.incidents.dossier import contents as parts
from tocsin.incidents.dossier import sheet as sheets
from tocsin.incidents.dossier.contents import Confidential, Contents
from tocsin.incidents.dossier.sheet import Owed, Sheet
from tocsin.incidents.models import ClockRow, MessageRow
from tocsin.incidents.readers import Eyes
from tocsin.incidents.sealing import ERASED
from tocsin.web import cases, deliveries, laid_before, languages, plan_words, reply, sentences, times
from tocsin.web.cases import Case, People
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.reply import Request

STYLES = ("tokens", "base", "frame", "controls", "parts", "clocks", "tables", "board", "record", "print")


class Named(People):
    """The people that a dossier names; where names are left out, each is told apart by the end of the id."""

    def name(self, person: str) -> str:
        """Return the name, or what stands for it."""
        if not person or person == t.SYSTEM or person in self._contacts:
            return super().name(person)
        return _("person %(id)s") % {"id": person[-6:]}


@dataclass(frozen=True, slots=True)
class View:
    """What the templates of a dossier read."""

    contents: Contents
    sheet: Sheet
    case: Case

    @property
    def program(self) -> Program:
        return self.contents.program

    @property
    def lines(self) -> Iterable[tuple[sheets.Said, sentences.Line]]:
        """Each entry with its sentence."""
        return ((said, sentences.line(self.case, said.row, said.kept.hash)) for said in self.sheet.record)

    @property
    def key(self) -> str:
        """The public key with which the file is sealed."""
        return chain.public_text(journal.signing_key().public_key())

    @property
    def title(self) -> str:
        """What was declared, or the number where that is not shown."""
        words = str(self.sheet.board.words)
        return self.sheet.board.number if words in {"", ERASED} else words

    def person(self, person: str) -> Markup:
        """Return a person by name, marked with the language of the name."""
        return Markup('<span lang="{}">{}</span>').format(self.case.people.tag(person), self.case.people.name(person))

    def role(self, role: str) -> Markup:
        """Return what the plan calls a role."""
        return text(plan_words.name_of(self.program, role))

    def shown(self, words: str) -> Markup:
        """Return a sealed text as the sheet shows it: marked as confidential, or that it is left out."""
        if words == ERASED:
            left_out = self.contents.confidential is Confidential.LEFT_OUT or bool(self.contents.unseen)
            return Markup('<span class="tag">{}</span>').format(_("left out") if left_out else _("erased"))
        return Markup("{}").format(words)

    def phase(self, phase: str) -> str:
        """Return how a phase is called."""
        return plan_words.phase(phase)

    def channel(self, channel: str) -> str:
        """Return how a channel is called."""
        return plan_words.channel(channel)

    def deed(self, link: str) -> str:
        """Return what a signature was for."""
        return plan_words.deed(link)

    def entry(self, row: ClockRow) -> str:
        """Return the entry that something is owed for; nothing where it is a body of the plan, which the title names."""
        bodies = {**self.program.departments, **self.program.groups, **self.program.roles}
        return "" if row.entry in bodies else str(row.entry)

    def seen(self, name: str, value: str) -> Markup:
        """Return a value that lay before whoever decided, called as the plan calls it; what no fact says stays as it was written."""
        return laid_before.said(self.program, name, value, self.program.once("laid before", _readings))

    def told(self, row: MessageRow, words: str) -> Markup:
        """Return the words of a message as they went out: signed by whoever sent it, and to each reader by name."""
        sender = str(self.case.people.name(row.published_by)) if row.published_by else _("the sender's name")
        slots = {"sender.name": sender, "party.name": _("the reader's name")}
        for slot, said in slots.items() if words != ERASED else ():
            words = words.replace(f"{{{{ {slot} }}}}", said)
        return self.shown(words)

    def way(self, way: str) -> str:
        """Return how a way of attending is called."""
        return plan_words.way(way)

    def party(self, key: str) -> Markup:
        """Return the name of a party outside, as far as it is shown."""
        return self.shown(self.sheet.parties.get(key, key))

    def at(self, kept: str) -> Markup:
        """Return an instant as it stands in a row's data."""
        return times.moment(datetime.fromisoformat(kept))

    def written(self, said: sheets.Said) -> list[str]:
        """Return what was written with an entry, apart from what its sentence or the section on messages says already."""
        if said.row.kind == "DeliveryReported":
            return [_detail(words) for words in said.kept.texts.values()]
        elsewhere = {"FactStated": "/words", "RoleCreated": "/name", "MessageDrafted": "/"}.get(said.row.kind)
        return [words for place, words in said.kept.texts.items() if elsewhere is None or not place.startswith(elsewhere)]

    def margin(self, owed: Owed) -> str:
        """Return how early or late, in words."""
        row = owed.row
        if row.recurring or row.margin_s is None:
            return _("no limit") if row.due_at is None else ""
        span = times.lasting(timedelta(seconds=abs(row.margin_s)))
        return _("%(span)s late") % {"span": span} if row.margin_s < 0 else span

    def verdict(self) -> str:
        """Return the outcome of all obligations in one sentence."""
        found: list[tuple[int, Callable[[int], str]]] = [
            (self.sheet.count("met"), lambda n: ngettext("%(num)s obligation met in time", "%(num)s obligations met in time", n)),
            (self.sheet.count("late"), lambda n: ngettext("%(num)s late", "%(num)s late", n)),
            (self.sheet.count("missed"), lambda n: ngettext("%(num)s missed", "%(num)s missed", n)),
            (self.sheet.count("waived"), lambda n: ngettext("%(num)s waived", "%(num)s waived", n)),
            (self.sheet.count("open"), lambda n: ngettext("%(num)s still open", "%(num)s still open", n)),
        ]
        return _(", ").join(say(number) % {"num": number} for number, say in found if number) or _("Nothing was owed")


def _readings(program: Program) -> Mapping[str, Expression]:
    """Return what the plan shows beside its decisions, by the name under which it was kept with them."""
    return {name: tree for decision in program.decisions.values() for name, tree in engine.readings(program, decision).items()}


def _detail(words: str) -> str:
    """Return what is said of a delivery: the state of its channel in the reader's words, and what the other side answered, as it came."""
    state, _colon, answered = words.partition(": ")
    said = deliveries.state(state).words
    return f"{said}: {answered}" if answered else said


def render(contents: Contents, language: str) -> str:
    """Return the readable page of the file: a whole document that needs nothing beside it. In the plan's zone, as on the day of declaration."""
    with languages.speaking(language), times.in_zone(contents.program.timezone):
        view = _view(contents)
        with times.as_on(view.sheet.board.declared_at):
            return render_to_string("dossier/document.html", {"view": view, "styles": _styles()})


def file(contents: Contents, language: str) -> bytes:
    """Return the dossier of `contents` as a file, readable in `language`."""
    return parts.make(contents, render(contents, language), language)


@require_GET
@reply.needs(access.SEE)
def page(request: Request, number: str) -> HttpResponse:
    """Show the dossier as it would be exported now."""
    contents = _gather(request, number)
    with languages.speaking(request.GET.get("language", "") or languages.active().code), times.in_zone(contents.program.timezone):
        view = _view(contents)
        with times.as_on(view.sheet.board.declared_at):
            return reply.page(request, "dossier/page.html", {"view": view, "confidential": contents.confidential.value})


@require_GET
@reply.needs(access.SEE)
def download(request: Request, number: str) -> HttpResponse:
    """Hand out the file. That it left the house is written down."""
    contents = _gather(request, number)
    language = languages.known(request.GET.get("language", "")) or languages.active().code
    audit.record(request.organisation, request.person, "dossier.exported", number, confidential=contents.confidential.value)
    response = HttpResponse(file(contents, language), content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.dossier.html"'
    return response


def _gather(request: Request, number: str) -> Contents:
    """Return what the viewer sees of the incident: what a plan keeps for others is left out, as its confidential texts can be."""
    case = cases.find(request, number)
    return parts.gather(case.board.incident, _confidential(request), case.eyes)


def _confidential(request: HttpRequest) -> Confidential:
    return Confidential.LEFT_OUT if request.GET.get("confidential") == Confidential.LEFT_OUT else Confidential.MARKED


def _view(contents: Contents) -> View:
    sheet = sheets.lay_out(contents)
    people = Named(_contacts(contents.people), "")
    return View(contents, sheet, Case(sheet.board, contents.program, people, t.NOBODY, Eyes(contents.program, frozenset())))


def _contacts(people: Mapping[str, str]) -> Mapping[str, Contact]:
    return {person: Contact(person, name, "", "", "") for person, name in people.items()}


@cache
def _styles() -> Markup:
    """Return the styles of the sheet. They are ours, so nothing in them ends the element early."""
    paths = [finders.find(f"tocsin/{name}.css") for name in STYLES]
    return Markup("\n".join(Path(path).read_text("utf-8") for path in paths if path))  # noqa: S704
