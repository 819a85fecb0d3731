"""Conditions and situations."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from tocsin.web import plan_words
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.sentences.event import Event, tell


def _condition_turned(e: Event) -> Markup:
    value = {True: _("holds by measurement"), False: _("does not hold"), None: _("is unknown")}[e.data["value"]]
    return tell(_("%(what)s %(value)s"), what=e.what, value=value)


def _attested(e: Event) -> Markup:
    return tell(_("%(who)s attested: %(what)s"), who=e.who, what=e.what)


def _attestation_lapsed(e: Event) -> Markup:
    return tell(_("The attestation lapsed: %(what)s"), what=e.what)


def _condition_waived(e: Event) -> Markup:
    if e.data.get("complete"):
        return tell(_("%(who)s waived: %(what)s"), who=e.who, what=e.what)
    return tell(_("%(who)s asked to waive: %(what)s"), who=e.who, what=e.what)


def _situation_opened(e: Event) -> Markup:
    return tell(_("Begun: %(what)s"), what=e.what)


def _situation_closed(e: Event) -> Markup:
    return tell(_("Ended: %(what)s"), what=e.what)


def _restricted(e: Event) -> Markup:
    named = plan_words.names(e.program, e.data["to"])
    return tell(_("From here on the incident is there for these alone: %(named)s"), named=named)


def _expression_turned(e: Event) -> Markup:
    value = {True: _("true"), False: _("false"), None: _("unknown")}[e.data["value"]]
    return tell(_("%(what)s is now %(value)s"), what=_subject(e), value=value)


def _subject(e: Event) -> Markup:
    """Return what turned: by its name where it is a rule, else as the engine keeps it."""
    known = plan_words.find(e.program, e.row.subject)
    return Markup("<b>{}</b>").format(text(plan_words.titled(known))) if known else Markup("<code>{}</code>").format(e.row.subject)


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "ExpressionTurned": _expression_turned,
    "ConditionTurned": _condition_turned,
    "Attested": _attested,
    "AttestationLapsed": _attestation_lapsed,
    "ConditionWaived": _condition_waived,
    "SituationOpened": _situation_opened,
    "SituationClosed": _situation_closed,
    "Restricted": _restricted,
}
