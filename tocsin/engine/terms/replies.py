"""What comes back: the answers to messages that were sent."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.engine.terms.act import Act
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReply(Act):
    """
    Record what somebody answered to a message. `sender` is the party outside that it went to, empty for anybody else of its audience.

    `confirms`: it says yes to what the message asks, where the plan has it `answers` a condition.
    """

    message: str
    words: str
    sender: str = ""
    channel: str = ""
    language: str = ""
    confirms: bool = False
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAdded(Event):
    """Somebody answered a message at `happened_at`, in these words; whoever caused the event wrote them down."""

    message: str
    template: str
    words: Words
    sender: str
    channel: str
    language: str
    confirms: bool
    happened_at: datetime
