"""What was reported, found out and measured."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from tocsin.engine import measured
from tocsin.engine.namespaces import bare
from tocsin.incidents.shapes import Plain
from tocsin.web import plan_words, wording
from tocsin.web.jinja import text
from tocsin.web.languages import active, ngettext
from tocsin.web.languages import gettext as _
from tocsin.web.sentences.event import Event, instant, tell


def _declared(e: Event) -> Markup:
    if e.data.get("drill"):
        return tell(_("%(who)s began the drill %(number)s"), who=e.who, number=e.data["number"])
    if e.data.get("proposed"):
        sentence = _("%(who)s declared %(number)s by %(plan)s, though the scope of %(other)s speaks of it. %(why)s")
        plan, why = text(e.program.plans[0].program.title), e.data.get("reason") or _("No reason was given.")
        return tell(sentence, who=e.who, number=e.data["number"], plan=plan, other=e.data["proposed"], why=why)
    return tell(_("%(who)s declared %(number)s"), who=e.who, number=e.data["number"])


def _report_added(e: Event) -> Markup:
    return tell(_("%(who)s attached a report"), who=e.who)


def _party_added(e: Event) -> Markup:
    party = Markup("<b>{}</b>").format(e.data["name"])
    if e.data.get("amends"):
        return tell(_("%(who)s amended what is known of the party %(party)s"), who=e.who, party=party)
    if e.data.get("reporter"):
        return tell(_("%(who)s added a party that reported it: %(party)s"), who=e.who, party=party)
    return tell(_("%(who)s added an affected party: %(party)s"), who=e.who, party=party)


def _party_removed(e: Event) -> Markup:
    return tell(_("%(who)s took a party off the list of the affected: %(party)s"), who=e.who, party=e.row.subject)


def _parties_told(e: Event) -> Markup:
    count = len(e.data["parties"])
    if not e.data.get("template"):
        return tell(ngettext("%(who)s told %(num)s party", "%(who)s told %(num)s parties", count), who=e.who, num=count)
    sentence = ngettext("%(num)s party was told: %(what)s", "%(num)s parties were told: %(what)s", count)
    return tell(sentence, num=count, what=e.what)


def _fact_stated(e: Event) -> Markup:
    fact = e.program.facts.get(e.data["fact"])
    words = e.data.get("words", "")
    value = Markup("{}").format(words) if words else _spelled(e, e.data.get("value"))
    parts = {"who": e.who, "fact": e.what, "value": Markup("<b>{}</b>").format(value)}
    if e.data.get("source") == "implied":
        return tell(_("%(fact)s follows from the plan: %(value)s"), **parts)
    if fact is not None and e.data.get("grave"):
        return tell(_("%(who)s stated %(fact)s: %(value)s, graver than before"), **parts)
    return tell(_("%(who)s stated %(fact)s: %(value)s"), **parts)


def _spelled(e: Event, value: Plain) -> Markup:
    fact = e.program.facts.get(e.data["fact"])
    return plan_words.kept(fact, value) if fact else Markup("{}").format(value)


def _observed(e: Event) -> Markup:
    edge = e.data["edge"]
    value = {True: _("holds now"), False: _("does not hold any more"), None: _("is unknown: no data")}[edge["value"]]
    return tell(_("Measured: %(watch)s %(value)s"), watch=_watched(e, edge["watch"]), value=value)


def _watched(e: Event, name: str) -> Markup:
    """Return what is watched in words, with the value of the label that it is watched for, if it is one of each."""
    watch, _bracket, value = name.rpartition("[") if name not in e.program.watches and name.endswith("]") else (name, "", "")
    if watch not in e.program.watches:
        return Markup("<code>{}</code>").format(name)
    said = Markup("<b>{}</b>").format(wording.say(e.program, e.program.watches[watch].test))
    return Markup("{} ({})").format(said, value.removesuffix("]")) if value else said


def _trigger_fired(e: Event) -> Markup:
    trigger = e.program.triggers.get(e.data["trigger"])
    if trigger is None:
        return tell(_("Trigger: %(what)s"), what=e.what)
    locale = active().code
    measured_ = Markup("{}").format(_(", ").join(measured.values(e.program, trigger.test, e.data["seen"], locale)))
    limits = Markup("{}").format(_(", ").join(measured.thresholds(e.program, trigger.test, locale)))
    parts = {"what": e.what, "entry": e.data["entry"], "measured": measured_, "limits": limits}
    if e.data["entry"]:
        return tell(_("Trigger: %(what)s (%(entry)s). Measured: %(measured)s. Threshold: %(limits)s"), **parts)
    return tell(_("Trigger: %(what)s. Measured: %(measured)s. Threshold: %(limits)s"), **parts)


def _moment(e: Event) -> Markup:
    at = instant(e.data["happened_at"])
    if e.data.get("correction"):
        return tell(_("%(who)s corrected the time of %(moment)s to %(at)s"), who=e.who, moment=e.what, at=at)
    return tell(_("Moment recorded: %(moment)s"), moment=_moment_name(e))


def _moment_withdrawn(e: Event) -> Markup:
    return tell(_("%(who)s took back: %(moment)s"), who=e.who, moment=_moment_name(e))


def _moment_name(e: Event) -> Markup:
    rule = e.program.moments.get(e.row.subject)
    return Markup("<b>{}</b>").format(text(rule.title)) if rule and rule.title else e.what


def _phase(e: Event) -> Markup:
    name = e.data["phase"]
    plan, phase = e.case.plan_of(name), Markup("<b>{}</b>").format(plan_words.phase(bare(name)))
    if plan:
        return tell(_("Phase by %(plan)s: %(phase)s"), plan=text(plan), phase=phase)
    return tell(_("Phase: %(phase)s"), phase=phase)


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "Declared": _declared,
    "ReportAdded": _report_added,
    "PartyAdded": _party_added,
    "PartyRemoved": _party_removed,
    "PartiesTold": _parties_told,
    "FactStated": _fact_stated,
    "Observed": _observed,
    "TriggerFired": _trigger_fired,
    "MomentRecorded": _moment,
    "MomentWithdrawn": _moment_withdrawn,
    "PhaseEntered": _phase,
}
