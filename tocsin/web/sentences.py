"""The timeline as sentences in the reader's language, one for each kind of event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from markupsafe import Markup

from tocsin.engine import measured
from tocsin.engine.program import Program
from tocsin.incidents.models import TimelineRow
from tocsin.web import clocks, kinds, plan_words, times
from tocsin.web.cases import Case
from tocsin.web.jinja import text
from tocsin.web.languages import active, ngettext
from tocsin.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the record as a page shows it. `quote` is what a person wrote; `word` what kind of entry it is."""

    row: TimelineRow
    sentence: Markup
    quote: str
    tone: str
    word: str
    hash: str


@dataclass(frozen=True, slots=True)
class _Event:
    """What a sentence is made of."""

    case: Case
    row: TimelineRow

    @property
    def data(self) -> Mapping[str, Any]:
        return self.row.data  # type: ignore[no-any-return]

    @property
    def program(self) -> Program:
        return self.case.program

    @property
    def who(self) -> Markup:
        return self.person(self.row.by)

    @property
    def what(self) -> Markup:
        if self.row.title:
            return Markup("<b>{}</b>").format(text(self.row.title))
        return Markup("<b>{}</b>").format(text(plan_words.name_of(self.program, self.row.subject)))

    def person(self, person: str) -> Markup:
        return Markup('<b lang="{}">{}</b>').format(self.case.people.tag(person), self.case.people.name(person))

    def role(self, role: str) -> Markup:
        return text(plan_words.name_of(self.program, role))


def line(case: Case, row: TimelineRow, hash_: str) -> Line:
    """Return one entry as a page shows it."""
    event = _Event(case, row)
    say = _SENTENCES.get(row.kind)
    sentence = say(event) if say else Markup("{} {}").format(row.kind, event.what)
    return Line(row, sentence, kinds.quote(row, case), _tone(event), kinds.word(row.kind), hash_)


def _tell(sentence: str, **parts: object) -> Markup:
    return Markup(sentence) % parts  # noqa: S704 - the sentence is ours; Markup escapes the parts


# ------------------------------------------------------------------ beginning, facts, moments


def _declared(e: _Event) -> Markup:
    if e.data.get("drill"):
        return _tell(_("%(who)s began the drill %(number)s"), who=e.who, number=e.data["number"])
    if e.data.get("proposed"):
        sentence = _("%(who)s declared %(number)s by %(plan)s, though the scope of %(other)s speaks of it. %(why)s")
        plan, why = text(e.program.plans[0].program.title), e.data.get("reason") or _("No reason was given.")
        return _tell(sentence, who=e.who, number=e.data["number"], plan=plan, other=e.data["proposed"], why=why)
    return _tell(_("%(who)s declared %(number)s"), who=e.who, number=e.data["number"])


def _report_added(e: _Event) -> Markup:
    return _tell(_("%(who)s attached a report"), who=e.who)


def _party_added(e: _Event) -> Markup:
    party = Markup("<b>{}</b>").format(e.data["name"])
    if e.data.get("amends"):
        return _tell(_("%(who)s amended what is known of the party %(party)s"), who=e.who, party=party)
    if e.data.get("reporter"):
        return _tell(_("%(who)s added a party that reported it: %(party)s"), who=e.who, party=party)
    return _tell(_("%(who)s added an affected party: %(party)s"), who=e.who, party=party)


def _party_removed(e: _Event) -> Markup:
    return _tell(_("%(who)s took a party off the list of the affected: %(party)s"), who=e.who, party=e.row.subject)


def _parties_told(e: _Event) -> Markup:
    count = len(e.data["parties"])
    if not e.data.get("template"):
        return _tell(ngettext("%(who)s told %(num)s party", "%(who)s told %(num)s parties", count), who=e.who, num=count)
    sentence = ngettext("%(num)s party was told: %(what)s", "%(num)s parties were told: %(what)s", count)
    return _tell(sentence, num=count, what=e.what)


def _fact_stated(e: _Event) -> Markup:
    fact = e.program.facts.get(e.data["fact"])
    words = e.data.get("words", "")
    value = Markup("{}").format(words) if words else _spelled(e, e.data.get("value"))
    parts = {"who": e.who, "fact": e.what, "value": Markup("<b>{}</b>").format(value)}
    if e.data.get("source") == "implied":
        return _tell(_("%(fact)s follows from the plan: %(value)s"), **parts)
    if fact is not None and e.data.get("grave"):
        return _tell(_("%(who)s stated %(fact)s: %(value)s, graver than before"), **parts)
    return _tell(_("%(who)s stated %(fact)s: %(value)s"), **parts)


def _spelled(e: _Event, value: object) -> Markup:
    fact = e.program.facts.get(e.data["fact"])
    return plan_words.kept(fact, value) if fact else Markup("{}").format(value)


def _observed(e: _Event) -> Markup:
    edge = e.data["edge"]
    value = {True: _("holds now"), False: _("does not hold any more"), None: _("is unknown: no data")}[edge["value"]]
    return _tell(_("Measured: %(watch)s %(value)s"), watch=Markup("<code>{}</code>").format(edge["watch"]), value=value)


def _trigger_fired(e: _Event) -> Markup:
    trigger = e.program.triggers.get(e.data["trigger"])
    if trigger is None:
        return _tell(_("Trigger: %(what)s"), what=e.what)
    locale = active().code
    measured_ = Markup("{}").format(_(", ").join(measured.values(e.program, trigger.test, e.data["seen"], locale)))
    limits = Markup("{}").format(_(", ").join(measured.thresholds(e.program, trigger.test, locale)))
    parts = {"what": e.what, "entry": e.data["entry"], "measured": measured_, "limits": limits}
    if e.data["entry"]:
        return _tell(_("Trigger: %(what)s (%(entry)s). Measured: %(measured)s. Threshold: %(limits)s"), **parts)
    return _tell(_("Trigger: %(what)s. Measured: %(measured)s. Threshold: %(limits)s"), **parts)


def _moment(e: _Event) -> Markup:
    at = _instant(e.data["happened_at"])
    if e.data.get("correction"):
        return _tell(_("%(who)s corrected the time of %(moment)s to %(at)s"), who=e.who, moment=e.what, at=at)
    return _tell(_("Moment recorded: %(moment)s"), moment=_moment_name(e))


def _moment_withdrawn(e: _Event) -> Markup:
    return _tell(_("%(who)s took back: %(moment)s"), who=e.who, moment=_moment_name(e))


def _moment_name(e: _Event) -> Markup:
    rule = e.program.moments.get(e.row.subject)
    return Markup("<b>{}</b>").format(text(rule.title)) if rule and rule.title else e.what


def _phase(e: _Event) -> Markup:
    return _tell(_("Phase: %(phase)s"), phase=Markup("<b>{}</b>").format(plan_words.phase(e.data["phase"])))


# ------------------------------------------------------------------ conditions, situations


def _condition_turned(e: _Event) -> Markup:
    value = {True: _("holds by measurement"), False: _("does not hold"), None: _("is unknown")}[e.data["value"]]
    return _tell(_("%(what)s %(value)s"), what=e.what, value=value)


def _attested(e: _Event) -> Markup:
    return _tell(_("%(who)s attested: %(what)s"), who=e.who, what=e.what)


def _attestation_lapsed(e: _Event) -> Markup:
    return _tell(_("The attestation lapsed: %(what)s"), what=e.what)


def _condition_waived(e: _Event) -> Markup:
    if e.data.get("complete"):
        return _tell(_("%(who)s waived: %(what)s"), who=e.who, what=e.what)
    return _tell(_("%(who)s asked to waive: %(what)s"), who=e.who, what=e.what)


def _situation_opened(e: _Event) -> Markup:
    return _tell(_("Begun: %(what)s"), what=e.what)


def _situation_closed(e: _Event) -> Markup:
    return _tell(_("Ended: %(what)s"), what=e.what)


# ------------------------------------------------------------------ levels, decisions, chains


def _level_proposed(e: _Event) -> Markup:
    if not e.data["level"]:
        return _tell(_("No level is proposed any more"))
    return _tell(_("The plan proposes %(level)s"), level=Markup("<b>{}</b>").format(e.role(e.data["level"])))


def _level_neared(e: _Event) -> Markup:
    if not e.data["level"]:
        return _tell(_("No level is nearly reached any more"))
    return _tell(_("Nearly reached: %(level)s"), level=Markup("<b>{}</b>").format(e.role(e.data["level"])))


def _level_decided(e: _Event) -> Markup:
    parts = {"who": e.who, "level": Markup("<b>{}</b>").format(e.role(e.data["level"]))}
    if e.data.get("before"):
        return _tell(_("%(who)s changed the level from %(before)s to %(level)s"), before=e.role(e.data["before"]), **parts)
    return _tell(_("%(who)s set %(level)s"), **parts)


def _decision_proposed(e: _Event) -> Markup:
    return _tell(_("Put before those who decide: %(what)s"), what=e.what)


def _decision_applied(e: _Event) -> Markup:
    return _tell(_("%(who)s applied for: %(what)s"), who=e.who, what=e.what)


def _decision_made(e: _Event) -> Markup:
    option = next((option for option in _options(e) if option.id == e.data.get("option")), None)
    parts = {"who": e.who, "what": e.what, "role": e.role(e.data["role"]) if e.data.get("role") else ""}
    if e.data.get("assignee"):
        return _tell(_("%(who)s decided: %(what)s, %(person)s"), person=e.person(e.data["assignee"]), **parts)
    if option is not None:
        return _tell(_("%(who)s decided: %(what)s, %(option)s"), option=text(option.title or plan_words.plain(option.id)), **parts)
    return _tell(_("%(who)s decided: %(what)s"), **parts)


def _duties_passed(e: _Event) -> Markup:
    rules = Markup("{}").format(_(", ")).join(e.role(rule) for rule in e.data.get("passes") or ())
    parts = {"source": e.role(e.data["source"]), "target": e.role(e.data["target"]), "rules": rules or "–"}
    return _tell(_("Passed from %(source)s to %(target)s: %(rules)s"), **parts)


def _options(e: _Event) -> tuple[Any, ...]:
    decision = e.program.decisions.get(e.data["decision"])
    return decision.options if decision else ()


def _link_signed(e: _Event) -> Markup:
    subject = e.data["chain"].removeprefix("message:").rpartition("-")[0]
    parts = {"who": e.who, "what": Markup("<b>{}</b>").format(e.role(subject)), "link": plan_words.deed(e.data["link"])}
    if e.data.get("complete"):
        return _tell(_("%(who)s signed %(what)s (%(link)s). The chain is complete"), **parts)
    return _tell(_("%(who)s signed %(what)s (%(link)s)"), **parts)


def _sent_back(e: _Event) -> Markup:
    return _tell(_("%(who)s sent back: %(what)s"), who=e.who, what=e.what)


# ------------------------------------------------------------------ clocks


def _clock_opened(e: _Event) -> Markup:
    if e.data.get("due_at"):
        return _tell(
            _("Clock begun: %(what)s, %(role)s, due %(due)s"), what=e.what, role=e.role(e.data["owes"]), due=_instant(e.data["due_at"])
        )
    return _tell(_("Owed without a limit: %(what)s, %(role)s"), what=e.what, role=e.role(e.data["owes"]))


def _clock_moved(e: _Event) -> Markup:
    due = _instant(e.data["due_at"]) if e.data.get("due_at") else _("no limit")
    if e.data.get("reason") == "promised":
        return _tell(_("Promised in a message: %(what)s, now due %(due)s"), what=e.what, due=due)
    return _tell(_("Due time moved: %(what)s, now %(due)s"), what=e.what, due=due)


def _clock_reminded(e: _Event) -> Markup:
    return _tell(_("Reminder: %(what)s"), what=e.what)


def _clock_breached(e: _Event) -> Markup:
    parts = {"what": e.what, "role": e.role(e.data["owes"]), "due": _instant(e.data["due_at"])}
    if e.data.get("after_downtime"):
        late = times.lasting(timedelta(seconds=e.data["late_s"]))
        return _tell(_("Missed: %(what)s, owed by %(role)s, due %(due)s. The server was down and saw it %(late)s late"), late=late, **parts)
    return _tell(_("Missed: %(what)s, owed by %(role)s, due %(due)s"), **parts)


def _occurrence_missed(e: _Event) -> Markup:
    count = e.data["missed"]
    sentence = ngettext("Missed %(num)s time: %(what)s, owed by %(role)s", "Missed %(num)s times: %(what)s, owed by %(role)s", count)
    return _tell(sentence, num=count, what=e.what, role=e.role(e.data["owes"]))


def _rung(e: _Event) -> Markup:
    return _tell(_("Escalated: %(what)s"), what=e.what)


def _clock_met(e: _Event) -> Markup:
    margin = e.data.get("margin_s")
    if margin is None:
        return _tell(_("Met: %(what)s"), what=e.what)
    span = Markup("<b>{}</b>").format(clocks.margin(margin))
    if e.data.get("late"):
        return _tell(_("Met: %(what)s, %(span)s late"), what=e.what, span=span)
    return _tell(_("Met: %(what)s, %(span)s early"), what=e.what, span=span)


def _clock_waived(e: _Event) -> Markup:
    return _tell(_("%(who)s waived what is owed: %(what)s"), who=e.who, what=e.what)


def _clock_ended(e: _Event) -> Markup:
    if e.data.get("reason") == "not_needed":
        return _tell(_("%(who)s answered: not needed: %(what)s"), who=e.who, what=e.what)
    return _tell(_("Clock ended: %(what)s"), what=e.what)


def _fulfilled(e: _Event) -> Markup:
    return _tell(_("%(who)s did: %(what)s"), who=e.who, what=e.what)


# ------------------------------------------------------------------ roles


def _role_assigned(e: _Event) -> Markup:
    parts = {"who": e.who, "role": e.what}
    count = len(e.data.get("passes") or ())
    if not e.data["person"]:
        return _tell(_("%(who)s took back the role %(role)s"), **parts)
    parts["person"] = e.person(e.data["person"])
    if e.data.get("accepted") and count:
        sentence = ngettext(
            "%(who)s handed %(role)s to %(person)s, with %(num)s open clock",
            "%(who)s handed %(role)s to %(person)s, with %(num)s open clocks",
            count,
        )
        return _tell(sentence, num=count, **parts)
    if e.data.get("accepted"):
        return _tell(_("%(who)s handed %(role)s to %(person)s"), **parts)
    return _tell(_("%(who)s asked %(person)s to take the role %(role)s"), **parts)


def _role_accepted(e: _Event) -> Markup:
    return _tell(_("%(who)s accepted the role %(role)s"), who=e.who, role=e.what)


def _deputy_called(e: _Event) -> Markup:
    return _tell(_("Nobody accepted %(role)s in time: %(person)s is asked as deputy"), role=e.what, person=e.person(e.data["person"]))


def _gathered(e: _Event) -> Markup:
    groups = Markup("{}").format(_(", ")).join(e.role(name) for name in e.data["groups"])
    if e.data["way"] == "video":
        return _tell(_("Video conference: %(groups)s"), groups=groups)
    return _tell(_("Group chat opened: %(groups)s"), groups=groups)


def _role_created(e: _Event) -> Markup:
    return _tell(_("%(who)s created the role %(role)s"), who=e.who, role=Markup("<b>{}</b>").format(e.data["name"]))


def _stream_opened(e: _Event) -> Markup:
    return _tell(_("%(who)s opened the work stream %(stream)s"), who=e.who, stream=Markup("<b>{}</b>").format(e.data["name"]))


def _stream_closed(e: _Event) -> Markup:
    return _tell(_("%(who)s closed the work stream %(stream)s"), who=e.who, stream=Markup("<b>{}</b>").format(e.data["stream"]))


# ------------------------------------------------------------------ the team at work


def _work_taken_up(e: _Event) -> Markup:
    return _tell(_("%(who)s works on %(what)s"), who=e.who, what=e.what)


def _work_put_down(e: _Event) -> Markup:
    return _tell(_("%(who)s does not work on %(what)s any more"), who=e.person(e.data["person"]), what=e.what)


def _said(e: _Event) -> Markup:
    return _tell(_("%(who)s said to the team"), who=e.who)


def _promoted(e: _Event) -> Markup:
    return _tell(_("%(who)s put a line of the team stream onto the timeline"), who=e.who)


# ------------------------------------------------------------------ words


def _record_entered(e: _Event) -> Markup:
    if e.data.get("amends"):
        return _tell(_("%(who)s added to the record: %(what)s"), who=e.who, what=e.what)
    return _tell(_("%(who)s entered into the record: %(what)s"), who=e.who, what=e.what)


def _noted(e: _Event) -> Markup:
    return _tell(_("%(who)s noted"), who=e.who)


def _message_drafted(e: _Event) -> Markup:
    return _tell(_("%(who)s drafted: %(what)s"), who=e.who, what=e.what)


def _message_published(e: _Event) -> Markup:
    channels = _(", ").join(plan_words.channel(name) for name in e.data.get("channels") or ())
    return _tell(_("%(who)s published %(what)s by %(channels)s"), who=e.who, what=e.what, channels=channels or "–")


def _confirmed(e: _Event) -> Markup:
    parts = {"who": e.who, "what": e.what, "channel": plan_words.channel(e.data["channel"])}
    if e.data["reached"]:
        return _tell(_("%(who)s confirmed %(what)s by %(channel)s"), **parts)
    return _tell(_("%(who)s reached nobody with %(what)s by %(channel)s"), **parts)


def _moved_on(e: _Event) -> Markup:
    parts = {"what": e.what, "failed": plan_words.channel(e.data["failed"])}
    if not e.data["channel"]:
        return _tell(_("%(what)s reached nobody: %(failed)s was the last channel"), **parts)
    return _tell(
        _("%(what)s did not get through by %(failed)s and goes on by %(channel)s"), channel=plan_words.channel(e.data["channel"]), **parts
    )


def _read(e: _Event) -> Markup:
    addressees = Markup("{}").format(_(", ")).join(e.role(name) for name in e.data["addressees"])
    return _tell(_("%(who)s read %(what)s (%(addressees)s)"), who=e.who, what=e.what, addressees=addressees)


def _decision_waits(e: _Event) -> Markup:
    return _tell(_("%(who)s decided: %(what)s. It takes effect once the message is confirmed on every channel"), who=e.who, what=e.what)


def _delivery(e: _Event) -> Markup:
    outcome = {
        "delivered": _("delivered"),
        "partly": _("delivered to some"),
        "failed": _("not delivered"),
        "cancelled": _("cancelled"),
    }.get(e.data["outcome"], e.data["outcome"])
    return _tell(_("%(what)s by %(channel)s: %(outcome)s"), what=e.what, channel=plan_words.channel(e.data["channel"]), outcome=outcome)


def _told(e: _Event) -> Markup:
    persons = Markup("{}").format(_(", ")).join(e.person(person) for person in e.data.get("persons") or ())
    if e.data.get("urgent"):
        return _tell(_("Alerted: %(persons)s"), persons=persons or "–")
    return _tell(_("Told: %(persons)s"), persons=persons or "–")


def _filed(e: _Event) -> Markup:
    return _tell(_("Filed for the revision of the plan"))


def _figures_kept(e: _Event) -> Markup:
    standings = [reading["standing"] for reading in e.data["readings"]]
    judged = [standing for standing in standings if standing != "shown"]
    if not judged:
        return _tell(ngettext("%(num)s figure was read", "%(num)s figures were read", len(standings)), num=len(standings))
    met = sum(standing == "green" for standing in judged)
    return _tell(_("Figures were read: %(met)s of %(total)s targets met"), met=met, total=len(judged))


def _plan_moved(e: _Event) -> Markup:
    return _tell(_("%(who)s moved the incident to plan version %(version)s"), who=e.who, version=e.data["version"])


def _plan_added(e: _Event) -> Markup:
    added = e.data["added"]["plan"]
    plan = next((text(part.program.title) for part in e.program.parts if part.program.id == added), Markup.escape(added))
    return _tell(_("%(who)s let the incident run by %(plan)s %(version)s too"), who=e.who, plan=plan, version=e.data["version"])


def _downtime(e: _Event) -> Markup:
    return _tell(_("The server was down from %(since)s"), since=_instant(e.data["since"]))


def _expression_turned(e: _Event) -> Markup:
    value = {True: _("true"), False: _("false"), None: _("unknown")}[e.data["value"]]
    return _tell(_("%(what)s is now %(value)s"), what=Markup("<code>{}</code>").format(e.row.subject), value=value)


_SENTENCES: Final[Mapping[str, Callable[[_Event], Markup]]] = {
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
    "ExpressionTurned": _expression_turned,
    "ConditionTurned": _condition_turned,
    "Attested": _attested,
    "AttestationLapsed": _attestation_lapsed,
    "ConditionWaived": _condition_waived,
    "LevelProposed": _level_proposed,
    "LevelNeared": _level_neared,
    "DecisionApplied": _decision_applied,
    "LinkSigned": _link_signed,
    "ChainSentBack": _sent_back,
    "DecisionMade": _decision_made,
    "DutiesPassed": _duties_passed,
    "LevelDecided": _level_decided,
    "DecisionProposed": _decision_proposed,
    "SituationOpened": _situation_opened,
    "SituationClosed": _situation_closed,
    "PhaseEntered": _phase,
    "ClockOpened": _clock_opened,
    "ClockMoved": _clock_moved,
    "ClockReminded": _clock_reminded,
    "ClockBreached": _clock_breached,
    "OccurrenceMissed": _occurrence_missed,
    "RungReached": _rung,
    "ClockMet": _clock_met,
    "ClockWaived": _clock_waived,
    "ClockEnded": _clock_ended,
    "Fulfilled": _fulfilled,
    "RoleAssigned": _role_assigned,
    "RoleAccepted": _role_accepted,
    "RoleCreated": _role_created,
    "DeputyCalled": _deputy_called,
    "Gathered": _gathered,
    "StreamOpened": _stream_opened,
    "StreamClosed": _stream_closed,
    "WorkTakenUp": _work_taken_up,
    "WorkPutDown": _work_put_down,
    "Said": _said,
    "Promoted": _promoted,
    "RecordEntered": _record_entered,
    "Noted": _noted,
    "MessageDrafted": _message_drafted,
    "MessagePublished": _message_published,
    "DeliveryReported": _delivery,
    "ChannelConfirmed": _confirmed,
    "MessageMovedOn": _moved_on,
    "MessageRead": _read,
    "DecisionWaits": _decision_waits,
    "Told": _told,
    "Filed": _filed,
    "FiguresKept": _figures_kept,
    "PlanMoved": _plan_moved,
    "PlanAdded": _plan_added,
    "DowntimeNoted": _downtime,
}


# ------------------------------------------------------------------ beside the sentence


def _tone(e: _Event) -> str:
    match e.row.kind:
        case "ClockBreached" | "OccurrenceMissed":
            return "late"
        case "ClockMet":
            return "late" if e.data.get("late") else "ok"
        case "LevelDecided":
            return plan_words.tone(e.program, e.data["level"])
        case "Attested":
            return "ok"
        case "DeliveryReported" if e.data["outcome"] == "failed":
            return "late"
        case _:
            return ""


def _instant(kept: str) -> Markup:
    return times.moment(datetime.fromisoformat(kept))
