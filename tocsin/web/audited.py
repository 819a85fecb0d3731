"""One entry of the audit as people read it: what was done to whom, and what is known of it besides, in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from tocsin.accounts.models import AuditEntry
from tocsin.comms import channels
from tocsin.engine.program import Program
from tocsin.web import guides, languages, plan_words, times, words_of
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _

Say = Callable[["Reading", str], Markup | str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry, read beside the plans in force: they name the roles and channels of which it speaks."""

    entry: AuditEntry
    programs: Mapping[str, Program]

    @property
    def act(self) -> str:
        """What was done, to stand before the subject."""
        return words_of.act(self.entry.act)

    @property
    def subject(self) -> Markup | str:
        """To what or whom it was done."""
        subject, about = self.entry.subject, self.entry.act.partition(".")[0]
        if about in {"plan", "sample"} or (about == "number" and ": " in subject):
            named = re.split(r"[\s:]", subject, maxsplit=1)[0]
            return self.plan(named) + subject.removeprefix(named)
        if about == "key":
            return Markup('{} <span class="hash">{}…</span>').format(self.entry.detail.get("name", ""), subject)
        if about == "channel":
            return plan_words.channel(subject)
        if about == "outside":
            return self.named(subject)
        return subject

    @property
    def details(self) -> list[tuple[str, Markup | str]]:
        """What is known of it besides: each with its heading."""
        known = self.entry.detail.items()
        return [(DETAILS[name][0](), DETAILS[name][1](self, str(value))) for name, value in known if value and name in DETAILS]

    def plan(self, plan_id: str) -> Markup:
        """Return how a plan is called; one that is not in force by its id."""
        known = self.programs.get(plan_id)
        return text(known.title) if known else Markup("{}").format(plan_id)

    def named(self, ids: str) -> Markup:
        """Return what the plan that the entry names, else any in force, calls these ids."""
        wanted = self.programs.get(self.entry.detail.get("plan", ""))
        return Markup("{}").format(_(", ")).join(text(self._name(wanted, one)) for one in ids.split(", "))

    def _name(self, wanted: Program | None, name: str) -> Mapping[str, str]:
        among = [wanted] if wanted else self.programs.values()
        rule = next(filter(None, (plan_words.find(program, name) for program in among)), None)
        return plan_words.titled(rule, name)


def _as_it_is(_reading: Reading, value: str) -> str:
    return value


def _access(_reading: Reading, value: str) -> Markup | str:
    known = words_of.access()
    return known[value][0] if value in known else value.replace("_", " ")


def _adapter(_reading: Reading, value: str) -> str:
    known = channels.found().get(value)
    return _(known.title) if known else value


def _language(_reading: Reading, value: str) -> Markup | str:
    known = languages.LANGUAGES.get(value)
    return Markup('<span lang="{}">{}</span>').format(known.tag, known.name) if known else value


def _instant(_reading: Reading, value: str) -> Markup:
    return times.moment(datetime.fromisoformat(value))


def _confidential(_reading: Reading, value: str) -> str:
    return _("left out") if value == "left_out" else _("shown and marked")


DETAILS: Final[Mapping[str, tuple[Callable[[], str], Say]]] = {
    "accepted": (lambda: _("Accepted"), lambda _reading, value: _("yes") if value == "True" else _("no")),
    "access": (lambda: _("Access"), _access),
    "adapter": (lambda: _("Set up as"), _adapter),
    "address": (lambda: _("Address"), _as_it_is),
    "bodies": (lambda: _("Bodies"), _as_it_is),
    "changed": (lambda: _("Roles"), Reading.named),
    "channel": (lambda: _("Channel"), lambda _reading, value: plan_words.channel(value)),
    "confidential": (lambda: _("Confidential"), _confidential),
    "ended": (lambda: _("Alerts ended"), _as_it_is),
    "fields": (lambda: _("Shown"), _as_it_is),
    "hash": (lambda: _("Fingerprint"), lambda _reading, value: Markup('<span class="hash">{}</span>').format(value[:12])),
    "kind": (lambda: _("For"), lambda _reading, value: words_of.key_kind(value)),
    "link": (lambda: _("Link"), _as_it_is),
    "locale": (lambda: _("Language"), _language),
    "now": (lambda: _("Now"), _access),
    "per_minute": (lambda: _("At most a minute"), _as_it_is),
    "plan": (lambda: _("Plan"), Reading.plan),
    "port": (lambda: _("Port"), _as_it_is),
    "reason": (lambda: _("Reason"), _as_it_is),
    "secrets": (lambda: _("Secrets that sign"), _as_it_is),
    "since": (lambda: _("From"), _instant),
    "signal": (lambda: _("Signal"), Reading.named),
    "source": (lambda: _("Kind"), lambda _reading, value: guides.source_title(value)),
    "until": (lambda: _("Until"), _instant),
    "version": (lambda: _("Version"), _as_it_is),
    "was": (lambda: _("Before"), _access),
    "way": (lambda: _("Where they meet"), lambda _reading, value: plan_words.channel(value)),
}
"""By the name under which it is kept: its heading, and how its value is said. What stands in the subject already is left out."""
