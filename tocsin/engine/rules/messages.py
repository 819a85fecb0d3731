"""Messages: drafted from a template in every locale, approved as exactly those bytes, published by the one who may (COM-16, COM-17, LNG-03)."""

from collections.abc import Mapping

from tocsin.engine import letters, owners, texts
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.expressions import Name
from tocsin.engine.program import Message, Program
from tocsin.engine.rules import chains, conditions, delivery, facts, obligations, parties, promises, records
from tocsin.engine.run_over import owing_roles
from tocsin.engine.turn import Turn
from tocsin.engine.values import lookup


def draft(turn: Turn, command: t.Draft) -> t.Refused | None:
    """Draft a message, or revise a draft; a new text voids all signatures given on the old one."""
    template = turn.program.messages.get(command.template)
    if template is None:
        return t.Refused("E103", f"this plan has no message {command.template}", hint="see the plan's messages")
    known = turn.state.messages.get(command.message)
    if command.message and (known is None or known.template != template.id):
        return t.Refused("E103", f"there is no draft {command.message} of {template.id}", hint="draft a new one")
    if known and known.status != "draft":
        return t.Refused("E102", f"{command.message} is sent and cannot be changed", hint="draft a new message")
    if not may_write(turn, template):
        return t.Refused("E101", f"{template.id} is written by {_named(turn, template)}", hint="ask one of them")
    refused = _barred(turn, template, command.fields)
    if refused:
        return refused
    write(turn, template, command.fields, message=command.message, wordings=command.texts)
    return None


def _named(turn: Turn, template: Message) -> str:
    return ", ".join(sorted(writers(turn.program, template)))


def writers(program: Program, template: Message) -> tuple[str, ...]:
    """Return the roles that draft a message: the author the plan names, and whoever sends it."""
    return tuple(dict.fromkeys(role for role in (template.author, *senders(program, template)) if role))


def senders(program: Program, template: Message) -> tuple[str, ...]:
    """Return the roles that send a message: its publisher, else whoever owes it, else the commander."""
    if template.publisher:
        return (template.publisher,)
    owed = obligations.duties_to(program, "send", template.id)
    owing = dict.fromkeys(owes for rule in owed for owes in owing_roles(rule) if owes != t.SYSTEM)
    return tuple(owing) or (program.part(template.id).commander,)


def may_write(turn: Turn, template: Message) -> bool:
    """Return whether the actor may draft: the writers, those above them."""
    return any(owners.answers_for(turn.program, turn.state, turn.actor, role) for role in writers(turn.program, template))


def _barred(turn: Turn, template: Message, fields: Mapping[str, str]) -> t.Refused | None:
    strange = tuple(name for name in fields if name not in {field.id for field in template.fields} and name not in template.forbids)
    if strange:
        return t.Refused("E103", f"{template.id} has no field {', '.join(strange)}", hint="see the message's fields", details=strange)
    look = lookup(turn.program, turn.state, turn.instant)
    early = [name for name, fact in template.forbids_until.items() if look(Name(fact)) is not True]
    barred = tuple(name for name in (*template.forbids, *early) if fields.get(name))
    if barred:
        return t.Refused("E204", f"{template.id} must not speak of {', '.join(barred)}", hint="leave it out", details=barred)
    return None


def write(turn: Turn, template: Message, fields: Mapping[str, str], *, message: str = "", wordings: Mapping[str, str] | None = None) -> str:
    """Record the draft rendered in every locale, and return its id."""
    message = message or f"{template.id}-{turn.state.counters.get(f'drafted:{template.id}', 0) + 1}"
    before = turn.state.messages.get(message)
    filled = letters.filled(turn.program, turn.state, turn.instant, template, fields)
    missing = letters.missing(turn.program, turn.state, turn.instant, template, filled)
    rendered = letters.rendered(turn.program, turn.state, template, filled, missing)
    rendered |= {locale: words for locale, words in (wordings or {}).items() if locale in rendered and words.strip()}
    ready = not missing and letters.gaps(turn.program, turn.state, turn.instant, template, rendered) is None
    edited = any(words.strip() for words in (wordings or {}).values())
    chain = f"message:{message}" if template.approvals and (edited or not template.preapproved) else ""
    turn.emit(
        t.MessageDrafted(
            at=turn.at,
            by=turn.by,
            message=message,
            template=template.id,
            fields=filled,
            texts=rendered,
            text_hash=texts.hash_of(rendered),
            ready=ready,
            chain=chain,
            promised=promises.made(turn, template, filled),
        )
    )
    if before and before.chain:  # whatever was asked of the old text, nobody owes it any more
        chains.end_clocks(turn, turn.state.chains[before.chain])
    if chain and ready:
        chains.start(turn, turn.state.chains[chain])
    return message


def publish(turn: Turn, command: t.Publish) -> t.Refused | None:
    """Send exactly the text whose hash is given: by its publisher, complete, with its whole chain signed on it."""
    message = turn.state.messages.get(command.message)
    if message is None:
        return t.Refused("E103", f"there is no message {command.message}", hint="draft it first")
    if message.status != "draft":
        return None  # the second click is harmless
    if message.template not in turn.program.messages:
        return t.Refused("E103", f"this plan has no message {message.template}", hint="draft one that it has")
    template = turn.program.messages[message.template]
    refused = (
        may_publish(turn, template)
        or _complete(turn, template, message, command.text_hash, command.confirmed)
        or _evidenced(template, command.evidence)
    )
    if refused:
        return refused
    return _publish(turn, template, message.message, command.confirmed, command.evidence, chosen=command.parties) or _send_along(
        turn, template, turn.state.messages[message.message], command.along
    )


def _evidenced(template: Message, evidence: tuple[str, ...]) -> t.Refused | None:
    if template.evidence and not evidence:
        return t.Refused("E106", f"{template.id} is sent with evidence", hint="name the report, picture or log that it rests on")
    return None


def empty(turn: Turn, message: t.MessageState) -> tuple[str, ...]:
    """Return the fields that are needed now and empty: what is needed may have changed since the draft."""
    return letters.missing(turn.program, turn.state, turn.instant, turn.program.messages[message.template], message.fields)


def with_gaps(turn: Turn, message: t.MessageState) -> t.Refused | None:
    """Return why a text that goes outside is neither signed nor sent: it names what nobody had said when it was drafted."""
    gaps = letters.gaps(turn.program, turn.state, turn.instant, turn.program.messages[message.template], message.texts)
    if gaps is None:
        return None
    if not gaps:
        return t.Refused("E206", f"{message.template} was drafted before all that it names was said", hint="draft it anew")
    return t.Refused("E206", f"{', '.join(gaps)} is not recorded yet", hint="say when or what, then draft the message anew", details=gaps)


def may_publish(turn: Turn, template: Message) -> t.Refused | None:
    """Return why the actor may not send this message, or None."""
    if template.publisher:
        if owners.speaks_for(turn.program, turn.state, turn.actor, template.publisher):
            return None
        return t.Refused("E401", f"only {template.publisher} publishes {template.id}", hint="ask that role")
    if any(owners.answers_for(turn.program, turn.state, turn.actor, role) for role in senders(turn.program, template)):
        return None
    return t.Refused("E101", f"{template.id} is sent by {_named(turn, template)}", hint="ask one of them")


def _complete(turn: Turn, template: Message, message: t.MessageState, text_hash: str, confirmed: tuple[str, ...]) -> t.Refused | None:
    if unmet := conditions.unmet(turn, template.needs):
        return unmet
    fields = empty(turn, message)
    if fields:
        return t.Refused("E202", f"{', '.join(fields)} is empty", hint="fill it in", details=fields)
    if wrong := with_gaps(turn, message) or promises.unreadable(turn, template, message):
        return wrong
    if text_hash != message.text_hash:
        return t.Refused("E304", "the text has changed since you saw it", hint="read it again, then send")
    if message.chain:
        chain = turn.state.chains[message.chain]
        signed = {signature.link for signature in chain.signatures if signature.content_hash == message.text_hash}
        missing = tuple(link.does for link in template.approvals if link.does not in signed)
        if chain.status != "complete" or missing:
            return t.Refused("E301", f"{', '.join(missing)} is not signed on this text", hint="ask for the approval first", details=missing)
    alarming = tuple(word for word in template.alarming if any(word in words for words in message.texts.values()))
    if alarming and "wording" not in confirmed:
        return t.Refused(
            "E204", f"{', '.join(alarming)} sounds alarming", hint="say it as a fact, or confirm the wording", details=alarming
        )
    return None


def role_of(turn: Turn, template: Message) -> str:
    """Return for which role the actor sends a message; nothing for whoever may not by a role of his or her own."""
    if turn.by == t.SYSTEM:
        return t.SYSTEM
    roles = (owners.answers_for(turn.program, turn.state, turn.actor, role) for role in senders(turn.program, template))
    return next(filter(None, roles), "")


def _publish(
    turn: Turn,
    template: Message,
    message: str,
    confirmed: tuple[str, ...],
    evidence: tuple[str, ...],
    *,
    chosen: tuple[str, ...] = (),
    role: str = "",
) -> t.Refused | None:
    """Publish to the whole audience, or of the parties outside only to the chosen; in a `role`, else in that of whoever acts."""
    to = roles_of(turn.program, turn.state, template.to, turn.instant)
    addressed = parties.addressed(turn, to)
    if any(key not in addressed for key in chosen):
        return t.Refused("E103", f"{template.id} is not for {', '.join(sorted(set(chosen) - set(addressed)))}", hint="see whom it is for")
    turn.emit(
        t.MessagePublished(
            at=turn.at,
            by=turn.by,
            message=message,
            template=template.id,
            text_hash=turn.state.messages[message].text_hash,
            to=to,
            persons=owners.persons(turn.program, turn.state, to),
            channels=delivery.channels(template),
            all_channels=template.all_channels,
            urgent=template.urgent,
            left=() if template.all_channels else template.channels[1:],
            awaits=delivery.awaited(template, confirmed),
            reaches=delivery.reached(turn, template),
            unread=delivery.addressees(turn.program, turn.state, to) if template.read_receipt else (),
            evidence=evidence,
            parties=parties.addressed(turn, to, chosen),
            role=role or role_of(turn, template),
        )
    )
    facts.write_back(turn, template.fields, turn.state.messages[message].fields, "message", turn.program.zone(template.id))
    records.keep_published(turn, template, turn.state.messages[message])
    delivery.begin(turn, template, message)
    return None


def send(turn: Turn, command: t.Send) -> t.Refused | None:
    """Draft and publish in one act, where no approval is asked."""
    template = turn.program.messages.get(command.template)
    if template is None:
        return t.Refused("E103", f"this plan has no message {command.template}", hint="see the plan's messages")
    if template.approvals and not template.preapproved:
        return t.Refused("E301", f"{template.id} is approved before it is sent", hint="draft it and ask for the approval")
    refused = may_publish(turn, template) or _barred(turn, template, command.fields) or _evidenced(template, command.evidence)
    if refused:
        return refused
    sent = _send(turn, template, command.fields, command.confirmed, evidence=command.evidence, chosen=command.parties, along=command.along)
    return sent if isinstance(sent, t.Refused) else None


def _send(
    turn: Turn,
    template: Message,
    fields: Mapping[str, str],
    confirmed: tuple[str, ...],
    *,
    evidence: tuple[str, ...] = (),
    chosen: tuple[str, ...] = (),
    along: tuple[str, ...] = (),
    draft: str = "",
    role: str = "",
) -> str | t.Refused:
    """Draft (or complete the `draft`) and publish, and return its id; where a rule sends, a refusal leaves the draft behind, for its owner."""
    name = write(turn, template, fields, message=draft)
    message = turn.state.messages[name]
    refused = _complete(turn, template, message, message.text_hash, confirmed)
    refused = refused or _publish(turn, template, message.message, confirmed, evidence, chosen=chosen, role=role)
    return refused or _send_along(turn, template, turn.state.messages[name], along) or name


def _send_along(turn: Turn, template: Message, message: t.MessageState, along: tuple[str, ...]) -> t.Refused | None:
    """Send in the same act what the plan lets go along: with what `message` says in fields of the same name (COM-08)."""
    strange = tuple(name for name in along if name not in template.along)
    if strange:
        return t.Refused("E103", f"{', '.join(strange)} does not go along with {template.id}", hint="send it by itself", details=strange)
    for other in (turn.program.messages[name] for name in dict.fromkeys(along)):
        shared = {field.id: message.fields[field.id] for field in other.fields if field.id in message.fields}
        sent = _send(turn, other, shared, (), role=role_of(turn, template))
        if isinstance(sent, t.Refused):
            return sent
    return None


def offer(turn: Turn, template: Message) -> str:
    """Draft the wording of `template` as it stands, with what the drafts at hand say in fields of the same name (COM-19)."""
    said: dict[str, str] = {}
    for message in turn.state.messages.values():
        if message.status == "draft":
            said |= {name: words for name, words in message.fields.items() if words}
    return write(turn, template, {field.id: said[field.id] for field in template.fields if field.id in said})


def send_by_rule(turn: Turn, template: str, fields: Mapping[str, str], *, parties: tuple[str, ...] = ()) -> None:
    """
    Send what a rule of the plan sends, of the parties outside only to `parties` where some are named; what cannot be sent yet (a field, an
    approval) stays a draft and is owed.
    """
    _send(turn, turn.program.messages[template], fields, (), chosen=parties)


def send_by_decision(turn: Turn, template: str, fields: Mapping[str, str], confirmed: tuple[str, ...]) -> str | t.Refused:
    """Send what a decision issues, and return its id: the draft that waits for it, if one does, with what the decider fills in."""
    waiting = [each for each in turn.state.messages.values() if each.template == template and each.status == "draft"]
    known = waiting[-1].fields if waiting else {}
    filled = {**known, **{name: words for name, words in fields.items() if words}}
    return _send(turn, turn.program.messages[template], filled, confirmed, draft=waiting[-1].message if waiting else "")
