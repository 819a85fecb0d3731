"""How a delivery stands, in the viewer's words: a short word and what to do. The provider's own words are quoted beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.comms.receipts import Receipt, Summary
from tocsin.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class State:
    """One word for how deliveries stand, for `count` of them. `name` is stable; the icon stands with the words, never colour alone."""

    name: str
    tone: str
    icon: str
    words: str
    hint: str
    count: int = 1

    @property
    def says_all(self) -> bool:
        """Whether nothing that the server or the provider said adds to the words."""
        return self.name in ("no_channel", "cancelled", "captured", "delivered")


@dataclass(frozen=True, slots=True)
class Line:
    """One channel of a message: its states, the worst first, and the latest trouble as the provider said it."""

    channel: str
    states: tuple[State, ...]
    delivered: int
    total: int
    doubtful: int
    error: str
    next_at: datetime | None
    first_at: datetime | None
    last_at: datetime | None

    @property
    def worst(self) -> State:
        """Return the state that most needs somebody."""
        return self.states[0]

    @property
    def tone(self) -> str:
        return self.worst.tone

    @property
    def words(self) -> str:
        return self.worst.words


Said = tuple[str, str, Callable[[], str], Callable[[], str]]

_SAID: Final[Mapping[str, Said]] = {
    "fault": ("fault", "alert", lambda: _("Fault in Tocsin"), lambda: _("Send it another way and record it. The server's log says more.")),
    "failed": ("fault", "alert", lambda: _("Not delivered"), lambda: _("Send it another way and record it.")),
    "refused": (
        "fault",
        "alert",
        lambda: _("Refused by the receiver"),
        lambda: _("Ask the receiver, or send it another way and record it."),
    ),
    "contradicted": (
        "fault",
        "alert",
        lambda: _("Accepted with an error"),
        lambda: _("Take it as not delivered. Ask whoever runs the receiving server."),
    ),
    "gave_up": ("fault", "alert", lambda: _("No answer, given up"), lambda: _("Send it another way and record it.")),
    "bad_address": ("fault", "alert", lambda: _("Address is wrong"), lambda: _("Correct the address, then send again.")),
    "bad_url": ("fault", "alert", lambda: _("Channel's address is wrong"), lambda: _("Correct the address in the set-up of the channel.")),
    "bad_request": ("fault", "alert", lambda: _("Cannot be put into a request"), lambda: _("Correct the set-up of the channel.")),
    "closed_address": (
        "fault",
        "alert",
        lambda: _("Network is closed"),
        lambda: _("It lies inside a private network. An owner can open that network."),
    ),
    "no_address": (
        "fault",
        "alert",
        lambda: _("No address"),
        lambda: _("Enter an address for whoever receives it outside, or send by hand."),
    ),
    "no_channel": ("fault", "alert", lambda: _("Channel not set up"), lambda: _("Set the channel up, or send by hand and record it.")),
    "partly": ("soon", "half", lambda: _("Delivered to some"), lambda: _("See the channel for whom it did not reach.")),
    "unanswered": ("soon", "clock", lambda: _("No answer, tries again"), lambda: _("Wait, or send it another way meanwhile.")),
    "sending": ("none", "send", lambda: _("On the way"), lambda: ""),
    "waiting": ("none", "half", lambda: _("Waiting"), lambda: ""),
    "cancelled": ("none", "noc", lambda: _("No longer wanted"), lambda: ""),
    "captured": ("drill", "shield", lambda: _("Captured"), lambda: _("Kept here, sent to nobody.")),
    "delivered": ("ok", "check", lambda: _("Delivered"), lambda: ""),
}
"""Tone, icon, words and what to do, the worst first. A word that is not among them is worse than all and is shown as it is."""

_GRAVITY: Final = {name: place for place, name in enumerate(_SAID)}


def state(name: str, count: int = 1) -> State:
    """Return how pages show one of the words of `receipts`."""
    if name not in _SAID:
        return State(name, "fault", "alert", name.replace("_", " "), _SAID["failed"][3](), count)
    tone, icon, words, hint = _SAID[name]
    return State(name, tone, icon, words(), hint(), count)


def line(channel: str, summary: Summary | None, otherwise: str) -> Line:
    """Return one channel of a message as pages show it; `otherwise` is its word where the outbox knows nothing of it."""
    if summary is None:
        return Line(channel, (state(otherwise),), 0, 0, 0, "", None, None, None)
    ordered = sorted(summary.words, key=lambda name: _GRAVITY.get(name, -1))
    return Line(
        channel=channel,
        states=tuple(state(name, summary.words[name]) for name in ordered),
        delivered=summary.delivered,
        total=sum(summary.words.values()),
        doubtful=summary.doubtful,
        error=summary.error,
        next_at=summary.next_at if "unanswered" in summary.words else None,
        first_at=summary.first_at,
        last_at=summary.last_at,
    )


def is_open(receipt: Receipt | None) -> bool:
    """Return whether this may still change."""
    return receipt is not None and receipt.word in ("waiting", "sending", "unanswered")
