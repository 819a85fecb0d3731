"""Parties outside: added, removed, told; each is an entry that duties run over (REG-10, COM-07)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from tocsin.engine import collections, owners
from tocsin.engine import terms as t
from tocsin.engine.program import Parties
from tocsin.engine.rules import happened, messages, obligations
from tocsin.engine.turn import Turn

PARTIES_MAX: Final = 500
"""More parties than anybody keeps apart by name; beyond it they are told together, in public."""

_TYPES: Final = {"yes_no": bool, "number": Decimal}


def add(turn: Turn, command: t.AddParty) -> t.Refused | None:
    """Add a party, or amend what is known of one."""
    if not owners.takes_part(turn.state, turn.actor) and turn.by != t.SYSTEM:
        return t.Refused("E101", "parties are added by those who take part", hint="take a role first")
    known = turn.state.parties.get(command.party)
    refused = _check(turn, command, known)
    if refused:
        return refused
    name, contact = command.name or (known.name if known else ""), command.contact or (known.contact if known else "")
    about = {**(known.about if known else {}), **command.about}
    reporter = command.reporter or (known is not None and known.reporter)
    if known and (known.name, known.contact, known.reporter, known.about) == (name, contact, reporter, about):
        return None
    turn.emit(
        t.PartyAdded(
            at=turn.at,
            by=turn.by,
            party=command.party or _next(turn.state),
            name=name,
            contact=contact,
            reporter=reporter,
            about=about,
            amends=known is not None,
        )
    )
    return None


def _next(state: t.State) -> str:
    """Return a key that no party has or had."""
    number = state.counters.get("parties", 0) + 1
    while f"party-{number}" in state.parties:
        number += 1
    return f"party-{number}"


def _check(turn: Turn, command: t.AddParty, known: t.PartyState | None) -> t.Refused | None:
    if not known and not command.name.strip():
        return t.Refused("E202", "a party has a name", hint="say who is affected", details=("name",))
    if any(character in command.party for character in "[]#") or len(command.party) > 60:
        return t.Refused("E104", "this is no key of a party", hint="choose at most 60 characters, without [, ] and #", details=("party",))
    if not known and len(turn.state.parties) >= PARTIES_MAX:
        return t.Refused("E104", f"an incident lists at most {PARTIES_MAX} parties", hint="tell the others together, in public")
    return _strange(turn.program.parties, command)


def _strange(known: Parties, command: t.AddParty) -> t.Refused | None:
    """Return what the plan does not keep of a party, or None."""
    for name, value in command.about.items():
        if name == "kind" and value in known.kinds:
            continue
        wanted = known.marks.get(name)
        if wanted is None or not isinstance(value, _TYPES[wanted]):
            kept = "; ".join((*known.marks, *([f"kind, of {', '.join(known.kinds)}"] if known.kinds else []))) or "its name and contact"
            return t.Refused("E104", f"{name} is not known of a party", hint=f"this plan keeps: {kept}", details=(name,))
    return None


def remove(turn: Turn, command: t.RemoveParty) -> t.Refused | None:
    """Take a party off the list, with a reason; what was owed to it ends."""
    if not owners.takes_part(turn.state, turn.actor):
        return t.Refused("E101", "parties are removed by those who take part", hint="take a role first")
    if command.party not in turn.state.parties:
        return None  # the second click is harmless
    if not command.reason.strip():
        return t.Refused("E105", "a party is not removed without a reason", hint="say why in a sentence")
    turn.emit(t.PartyRemoved(at=turn.at, by=turn.by, party=command.party, reason=command.reason))
    return None


def tell(turn: Turn, command: t.TellParty) -> t.Refused | None:
    """Record that a party was told by word of mouth, perhaps what a message of the plan says."""
    if command.party not in turn.state.parties:
        return t.Refused("E103", f"there is no party {command.party}", hint="add it first")
    template = turn.program.messages.get(command.template)
    if command.template and template is None:
        return t.Refused("E103", f"this plan has no message {command.template}", hint="see the plan's messages")
    if template is not None:
        refused = messages.may_publish(turn, template)
        if refused:
            return refused
    elif not owners.takes_part(turn.state, turn.actor):
        return t.Refused("E101", "parties are told by those who take part", hint="take a role first")
    if not command.words.strip():
        return t.Refused("E202", "say how the party was told", hint="write such as: by telephone, to whom", details=("words",))
    refused = happened.misdated(turn, command.happened_at, turn.state.parties[command.party].added_at)
    if refused:
        return refused
    role = messages.role_of(turn, template) if template else ""
    told(turn, (command.party,), template=command.template, words=command.words, happened_at=command.happened_at, role=role)
    return None


def told(
    turn: Turn,
    parties: tuple[str, ...],
    *,
    template: str = "",
    message: str = "",
    words: str = "",
    happened_at: datetime | None = None,
    role: str = "",
) -> None:
    """Record that `parties` were told, and meet what was owed to each of them."""
    at = happened_at or turn.instant
    turn.emit(
        t.PartiesTold(at=turn.at, by=turn.by, parties=parties, template=template, message=message, words=words, happened_at=at, role=role)
    )
    if template:
        obligations.meet(turn, "send", template, entries=frozenset(parties), happened_at=at)


def not_of_parties(state: t.State) -> frozenset[str]:
    """Return the entries of clocks that do not run over parties: what a message to its whole audience meets besides."""
    return frozenset(clock.entry for clock in state.clocks.values() if clock.entry not in state.parties)


def addressed(turn: Turn, to: tuple[str, ...], chosen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the parties that an audience means now; of them only the chosen, where some are."""
    found: Mapping[str, None] = dict.fromkeys(key for target in to for key in collections.parties(turn.state, target))
    return tuple(key for key in found if not chosen or key in chosen)
