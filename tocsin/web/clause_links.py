"""
A citation as pages show it: the place in the document, a link to what is written there, with the version of the plan that cites it (PLN-03).

Which plan cites is what the page is about: `case`, the room of one incident, or `program`; a row of another plan says `of`.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.urls import reverse
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tocsin.engine.program import Program
from tocsin.incidents import sources
from tocsin.plan import passages
from tocsin.web import languages
from tocsin.web.languages import gettext as _
from tocsin.web.markup import filled

SHOWN_CHARS: Final = 300


@pass_context
def clause(context: Context, cite: str | Iterable[str], of: Program | None = None) -> Markup:
    """Return citations of the plan's document, in the serif voice; plain words where the page does not know whose they are."""
    places = [cite] if isinstance(cite, str) else cite
    request, program = context.get("request"), of or _program(context)
    if program is None or not hasattr(request, "organisation"):
        return Markup(" ").join(filled('<cite class="clause">{}</cite>', place) for place in places)
    return Markup(" ").join(_link(request, plan_citing(program, place), place) for place in places)


def plan_citing(program: Program, cite: str) -> Program:
    """Return which of the plans that run together cites this place; the first, where none does."""
    return next((part.program for part in program.plans if cite in passages.citations(part.program)), program.plans[0].program)


def version_of(program: Program) -> str:
    """Return how a version of a plan is called in one line."""
    title = program.title.get(languages.active().code) or next(iter(program.title.values()), program.id)
    return _("%(title)s, version %(version)s") % {"title": title, "version": program.version}


@lru_cache(4096)
def address(slug: str, plan_id: str, plan_hash: str, cite: str) -> str:
    """Return where a place of the document is shown. A place has any name, so it stands behind the path, where no character means more."""
    page = reverse("plan-clause", kwargs={"slug": slug, "plan_id": plan_id, "plan_hash": plan_hash[:12]})
    return f"{page}?{urlencode({'cite': cite}, quote_via=quote)}"


def documents(request: Any) -> sources.Attached:
    """Return the documents of the viewer's organisation, looked up once for a page."""
    if not hasattr(request, "documents"):
        request.documents = sources.attached(request.organisation.id)
    found: sources.Attached = request.documents
    return found


def _program(context: Context) -> Program | None:
    found = getattr(context.get("case"), "program", None) or context.get("program")
    return found if isinstance(found, Program) else None


def _link(request: Any, program: Program, cite: str) -> Markup:
    where = address(request.organisation.slug, program.id, program.hash, cite)
    said = sources.passage(documents(request), program.id, cite)
    title = f"{version_of(program)}: {said.text[:SHOWN_CHARS]}" if said else version_of(program)
    version = _("version %(version)s") % {"version": program.version}
    spoken = filled('<span class="visually-hidden" lang="{}">, {}</span>', languages.active().tag, version)
    return filled(
        '<cite><a class="clause" href="{}" title="{}" lang="{}">{}{}</a></cite>', where, title, _tag(program.language), cite, spoken
    )


def _tag(code: str) -> str:
    return languages.LANGUAGES[code].tag if code in languages.LANGUAGES else code
