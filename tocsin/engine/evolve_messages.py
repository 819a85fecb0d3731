"""How long the state holds the words of a message: dumb and total, as all of `evolve`."""

from tocsin.engine import terms as t
from tocsin.engine.copies import replace


def lightened(message: t.MessageState) -> t.MessageState:
    """
    Return `message` without its texts once they have arrived, or can go out no other way.

    The journal and the rows have them for good; a state that kept them would grow with every report of a long incident.
    """
    arrived = not message.left or any(outcome in ("delivered", "partly") for outcome in message.outcomes.values())
    return replace(message, texts={}) if arrived else message
