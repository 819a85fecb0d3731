"""
What is to be said now: the messages that a plan offers at a moment of the incident, or as long as somebody owes them (COM-04).

An offer is worked out and never recorded: it is there while its reason is, and says what the incident knows at that instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.program import Message, Program


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A message that is offered: `because` of a moment or a duty, `since` when. `due_at` is the earliest due time of the duties that ask for
    it; `parties` are those outside to whom alone it is owed, none where it is for the whole audience.
    """

    message: str
    because: str
    since: datetime
    due_at: datetime | None = None
    parties: tuple[str, ...] = ()


def offers(program: Program, state: t.State) -> tuple[Offer, ...]:
    """Return what is offered in `state`, in the order of the plan; nothing that somebody has begun to write already."""
    begun = {message.template for message in state.messages.values() if message.status == "draft"}
    found = (_offer(program, state, template) for template in program.messages.values() if template.offered and template.id not in begun)
    return tuple(offer for offer in found if offer is not None)


def _offer(program: Program, state: t.State, template: Message) -> Offer | None:
    """Return the offer of one message: the duties that ask for it, else the moment at which it is used."""
    if state.phase_of(template.id) in t.OVER:
        return None
    asking = [clock for name in template.offered for clock in _asking(program, state, name)]
    moments = list(_moments(program, state, template))
    if asking:
        first = min(asking, key=lambda clock: (clock.due_at is None, clock.due_at or clock.began_at, clock.clock))
        parties = tuple(dict.fromkeys(clock.entry for clock in asking)) if all(clock.entry in state.parties for clock in asking) else ()
        return Offer(template.id, first.obligation, first.began_at, first.due_at, () if moments else parties)
    return max(moments, key=lambda offer: offer.since, default=None)


def _asking(program: Program, state: t.State, name: str) -> Iterator[t.Clock]:
    """Yield the clocks of a duty that ask for the message now: one that comes again and again does so from its reminder on."""
    for clock in (state.clocks[each] for each in state.clocks_of.get(name, ())):
        waits = clock.recurring and clock.remind_at is not None and not (clock.reminded or clock.behind)
        if clock.status in RUNNING and not waits:
            yield clock


def _moments(program: Program, state: t.State, template: Message) -> Iterator[Offer]:
    """Yield the moments at which the message is used and since which it was not sent, unless the response has ended after them."""
    sent = [message.published_at for message in state.messages.values() if message.template == template.id and message.published_at]
    ended = state.moments.get(program.part(template.id).moment("terminated"))
    for name in template.offered:
        known = state.moments.get(name)
        if known and not any(at >= known.at for at in sent) and not (ended and ended.at > known.at):
            yield Offer(template.id, name, known.at)
