"""The channels that the plans of an organisation name: which messages go over each, and what stands behind it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tocsin.comms import channels, setup
from tocsin.comms.channel import Channel
from tocsin.comms.setup import Shown
from tocsin.engine.program import Program, Text
from tocsin.incidents import plans
from tocsin.incidents.models import Plan
from tocsin.web import cases, plan_words
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request

TOLD = "email"
"""The channel over which Tocsin itself tells people, beside their inbox."""


@dataclass(frozen=True, slots=True)
class Way:
    """One channel. `messages` are the titles of what goes over it; `adapter` is what it is set up as, or nothing, `kind` its
    name, `labels` those of its fields."""

    name: str
    title: str
    messages: tuple[Text, ...]
    shown: Shown | None
    adapter: Channel | None
    kind: str
    labels: Mapping[str, str]

    @property
    def built_in(self) -> bool:
        """Whether it sends without any set-up."""
        return self.shown is None and self.adapter is not None


def every(request: Request) -> dict[str, Way]:
    """Return the channels by name: those of plans in force and of open incidents, those that are set up, and what Tocsin itself uses."""
    titles: dict[str, dict[str, Text]] = {}
    for program in programs(request):
        for rule in program.messages.values():
            for name in rule.channels:
                titles.setdefault(name, {}).setdefault(f"{program.id}/{rule.id}", plan_words.titled(rule))
    shown = {one.name: one for one in setup.shown(request.organisation.id)}
    names = [*dict.fromkeys((TOLD, *titles, *shown)), "inbox"]
    return {name: _way(request, name, tuple(titles.get(name, {}).values()), shown.get(name)) for name in dict.fromkeys(names)}


def programs(request: Request) -> Iterator[Program]:
    """Yield the programs that matter now: of the plans in force, and of incidents that are open under another version."""
    in_force: Mapping[str, Plan] = plans.in_force(request.organisation.id)
    yield from map(plans.compiled, in_force.values())
    known = {plan.hash for plan in in_force.values()}
    running = cases.seen(request).filter(open=True).exclude(plan_hash__in=known)
    for plan_hash in running.values_list("plan_hash", flat=True).distinct():
        with suppress(plans.Uncompilable):
            yield plans.program(request.organisation.id, plan_hash)


def _way(request: Request, name: str, messages: tuple[Text, ...], shown: Shown | None) -> Way:
    ready = setup.ready(request.organisation.id, name)
    adapter = ready.channel if ready else channels.found().get(shown.adapter) if shown else None
    kind = _(adapter.title) if adapter else shown.adapter if shown else ""
    labels = {field.name: _(field.label) for field in adapter.fields} if adapter else {}
    title = plan_words.channel(name)
    return Way(name, title[:1].upper() + title[1:], messages, shown, adapter, kind, labels)
