"""Levels, decisions and the signatures under them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from tocsin.engine.spelling import spell
from tocsin.web import laid_before, plan_words
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.sentences.event import Event, tell


def _level_proposed(e: Event) -> Markup:
    if not e.data["level"]:
        return tell(_("No level is proposed any more"))
    return tell(_("The plan proposes %(level)s"), level=Markup("<b>{}</b>").format(e.role(e.data["level"])))


def _level_neared(e: Event) -> Markup:
    if not e.data["level"]:
        return tell(_("No level is nearly reached any more"))
    return tell(_("Nearly reached: %(level)s"), level=Markup("<b>{}</b>").format(e.role(e.data["level"])))


def _level_decided(e: Event) -> Markup:
    parts = {"who": e.who, "level": Markup("<b>{}</b>").format(e.role(e.data["level"]))}
    if e.data.get("before"):
        return tell(_("%(who)s changed the level from %(before)s to %(level)s"), before=e.role(e.data["before"]), **parts)
    return tell(_("%(who)s set %(level)s"), **parts)


def _decision_proposed(e: Event) -> Markup:
    return tell(_("Put before those who decide: %(what)s"), what=e.what)


def _decision_applied(e: Event) -> Markup:
    if e.data.get("assignee"):
        return tell(_("%(who)s applied for: %(what)s, %(person)s"), who=e.who, what=e.what, person=e.person(e.data["assignee"]))
    return tell(_("%(who)s applied for: %(what)s"), who=e.who, what=e.what)


def _decision_made(e: Event) -> Markup:
    option = next((option for option in _options(e) if option.id == e.data.get("option")), None)
    parts = {"who": e.who, "what": e.what, "role": e.role(e.data["role"]) if e.data.get("role") else ""}
    if e.data.get("assignee"):
        return tell(_("%(who)s decided: %(what)s, %(person)s"), person=e.person(e.data["assignee"]), **parts)
    if option is not None:
        parts["option"] = text(option.title or plan_words.plain(option.id))
        return tell(_("%(who)s decided: %(what)s, %(option)s"), **parts) + _cited(e)
    return tell(_("%(who)s decided: %(what)s"), **parts) + _cited(e)


def _cited(e: Event) -> Markup:
    """Return the readings that were put forward as evidence, after a stop; nothing where there were none."""
    read = {spell(tree): tree for part in e.program.plans if part.classify for tree in part.classify.shows}
    said = [laid_before.said(e.program, name, value, read) for name, value in (e.data.get("cited") or {}).items()]
    return tell(_(". As evidence: %(readings)s"), readings=Markup("{}").format(_(", ")).join(said)) if said else Markup("")


def _duties_passed(e: Event) -> Markup:
    rules = Markup("{}").format(_(", ")).join(e.role(rule) for rule in e.data.get("passes") or ())
    parts = {"source": e.role(e.data["source"]), "target": e.role(e.data["target"]), "rules": rules or "–"}
    return tell(_("Passed from %(source)s to %(target)s: %(rules)s"), **parts)


def _options(e: Event) -> tuple[Any, ...]:
    decision = e.program.decisions.get(e.data["decision"])
    return decision.options if decision else ()


def _link_signed(e: Event) -> Markup:
    subject = e.data["chain"].removeprefix("message:").rpartition("-")[0]
    parts = {"who": e.who, "what": Markup("<b>{}</b>").format(e.role(subject)), "link": plan_words.deed(e.data["link"])}
    if e.data.get("complete"):
        return tell(_("%(who)s signed %(what)s (%(link)s). The chain is complete"), **parts)
    return tell(_("%(who)s signed %(what)s (%(link)s)"), **parts)


def _sent_back(e: Event) -> Markup:
    return tell(_("%(who)s sent back: %(what)s"), who=e.who, what=e.what)


def _decision_waits(e: Event) -> Markup:
    return tell(_("%(who)s decided: %(what)s. It takes effect once the message is confirmed on every channel"), who=e.who, what=e.what)


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "LevelProposed": _level_proposed,
    "LevelNeared": _level_neared,
    "DecisionApplied": _decision_applied,
    "LinkSigned": _link_signed,
    "ChainSentBack": _sent_back,
    "DecisionMade": _decision_made,
    "DutiesPassed": _duties_passed,
    "LevelDecided": _level_decided,
    "DecisionProposed": _decision_proposed,
    "DecisionWaits": _decision_waits,
}
