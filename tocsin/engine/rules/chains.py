"""Chains: signatures in order on exactly one content, by different people (TRM-02, TRM-06, TRM-09, COM-16, AUD-02)."""

from collections.abc import Mapping
from typing import NamedTuple

from tocsin.engine import clocks, owners
from tocsin.engine import terms as t
from tocsin.engine.program import Link
from tocsin.engine.rules import conditions, decisions, messages, moments, obligations, opening, records
from tocsin.engine.times import add
from tocsin.engine.turn import Turn


class Plan(NamedTuple):
    """What the plan says of a running chain: its links and who must differ."""

    subject: str
    links: tuple[Link, ...]
    not_own: bool
    different: int
    needs: tuple[str, ...]


def plan_of(turn: Turn, chain: t.ChainState) -> Plan:
    """Return the links and rules of `chain`."""
    if chain.kind == "message":
        template = turn.program.messages[turn.state.messages[chain.subject].template]
        return Plan(template.id, template.approvals, not_own=True, different=1, needs=())
    decision = turn.program.decisions[chain.subject]
    return Plan(decision.id, decision.links(chain.option), decision.not_own, decision.different, decision.needs)


def may_sign(turn: Turn, chain: t.ChainState, link: Link) -> t.Refused | None:
    """Return why the actor cannot sign `link` now, or None. Rights first, then order, then separation of duties."""
    plan = plan_of(turn, chain)
    if not owners.speaks_for(turn.program, turn.state, turn.actor, link.role):
        return t.Refused("E101", f"{link.does} is signed by {link.role}", hint="ask that role or its deputy")
    signed = [signature.link for signature in chain.signatures]
    earlier = [other.does for other in plan.links[: plan.links.index(link)] if other.does not in signed]
    if earlier:
        return t.Refused(
            "E301",
            f"{', '.join(earlier)} comes first",
            hint="wait for the links before it; they are signed in order",
            details=tuple(earlier),
        )
    own = plan.not_own and turn.by == chain.applicant and (chain.kind == "message" or bool(chain.signatures))
    if own:
        return t.Refused("E302", "nobody signs a later link of what he or she submitted", hint="ask the deputy, or hand the role over")
    people = {signature.person for signature in chain.signatures} | {turn.by}
    last = link == plan.links[-1]
    if last and len(plan.links) > 1 and len(people) < plan.different:
        return t.Refused("E303", f"at least {plan.different} people sign", hint="ask another holder or the deputy")
    return None


def sign(turn: Turn, chain: t.ChainState, link: Link, attach: Mapping[str, Mapping[str, str]]) -> None:
    """Record the signature with what it attaches, marks and sends, and start the clock of the next link."""
    plan = plan_of(turn, chain)
    role = owners.speaks_for(turn.program, turn.state, turn.actor, link.role)
    complete = link == plan.links[-1]
    for name, fields in attach.items():
        _attach(turn, name, fields)
    turn.emit(
        t.LinkSigned(
            at=turn.at,
            by=turn.by,
            chain=chain.chain,
            link=link.does,
            role=role,
            content_hash=chain.content_hash,
            complete=complete,
            instead_of=_instead_of(turn, link.role),
        )
    )
    for clock in obligations.running(turn.state, f"{plan.subject}.{link.does}", chain.chain):
        obligations.meet_clock(turn, clock, turn.instant)
    for moment in link.marks:
        moments.record(turn, moment)
    if link.sends:
        messages.send_by_rule(turn, link.sends, {})
    if not complete:
        _start_clock(turn, plan, chain, plan.links[plan.links.index(link) + 1])


def _instead_of(turn: Turn, role: str) -> str:
    """Return the holder for whom the actor signs as a deputy; empty where the holder signs."""
    holder = owners.owner(turn.program, turn.state, role).person
    return holder if holder != turn.by else ""


def _attach(turn: Turn, name: str, fields: Mapping[str, str]) -> None:
    if name in turn.program.records:
        record = turn.program.records[name]
        fields = records.dated(turn, record, fields)
        records.write(turn, record, t.Enter(record=name, fields=fields, by=turn.actor, at=turn.at), fields)
    else:
        messages.send_by_rule(turn, name, fields)


def start(turn: Turn, chain: t.ChainState) -> None:
    """Start the clock of the first link of a chain that nobody has signed yet."""
    plan = plan_of(turn, chain)
    _start_clock(turn, plan, chain, plan.links[0])


def _start_clock(turn: Turn, plan: Plan, chain: t.ChainState, link: Link) -> None:
    """A link with a limit has a clock of its own, from the signature before it."""
    limit = clocks.resolve(turn.program, turn.state, link.within, turn.instant)
    if limit is None:
        return
    obligation = f"{plan.subject}.{link.does}"
    past = [clock for clock in turn.state.clocks.values() if clock.obligation == obligation]
    number = opening.generation(past)
    due = add(turn.instant, limit, turn.program.reckons(obligation))
    clock = opening.named(obligation, number, past)
    opening.begin(turn, clock, obligation, number, owes=link.role, entry=chain.chain, limit=str(limit), due=due)


def missing_attachments(link: Link, attach: Mapping[str, Mapping[str, str]]) -> t.Refused | None:
    """Return the refusal that lists what `link` wants attached and is not there."""
    missing = tuple(name for name in link.attach if not any(attach.get(name, {}).values()))
    if not missing:
        return None
    return t.Refused("E202", f"{link.does} needs {', '.join(missing)} attached", hint="fill it in and attach it", details=missing)


def end_clocks(turn: Turn, chain: t.ChainState) -> None:
    """End the clocks of a chain that was sent back or signed anew."""
    for clock in obligations.in_order(turn.state):
        if clock.entry == chain.chain and clock.status in clocks.RUNNING:
            turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=clock.clock, reason="closed"))


def sign_command(turn: Turn, command: t.Sign) -> t.Refused | None:
    """Sign one link of a running chain, on the content the signer saw."""
    found = _find(turn, command.chain, command.link)
    if isinstance(found, t.Refused):
        return found
    chain, link = found
    if any(signature.link == link.does and signature.person == turn.by for signature in chain.signatures):
        return None  # the second click is harmless
    refused = may_sign(turn, chain, link) or _content(turn, chain, command)
    if refused is None and chain.kind == "decision":
        refused = conditions.unmet(turn, plan_of(turn, chain).needs) or decisions.kept_apart(turn, chain)
    refused = refused or missing_attachments(link, command.attach)
    if refused:
        return refused
    sign(turn, chain, link, command.attach)
    if turn.state.chains[chain.chain].status == "complete" and chain.kind == "decision":
        decisions.take_effect(turn, turn.program.decisions[chain.subject], turn.state.chains[chain.chain])
    return None


def _find(turn: Turn, name: str, does: str) -> tuple[t.ChainState, Link] | t.Refused:
    chain = turn.state.chains.get(name)
    if chain is None or not _is_planned(turn, chain):
        return t.Refused("E103", f"nothing waits for a signature under {name}", hint="see what is open for approval")
    link = next((link for link in plan_of(turn, chain).links if link.does == does), None)
    if link is None:
        return t.Refused("E103", f"{name} has no link {does}", hint="see the links of the chain")
    if chain.status == "sent_back":
        return t.Refused("E102", f"{name} was sent back", hint="submit it again")
    return chain, link


def _is_planned(turn: Turn, chain: t.ChainState) -> bool:
    """Return whether the plan version at hand still knows what the chain is about."""
    if chain.kind == "message":
        return turn.state.messages[chain.subject].template in turn.program.messages
    return chain.subject in turn.program.decisions


def _content(turn: Turn, chain: t.ChainState, command: t.Sign) -> t.Refused | None:
    if chain.kind == "message":
        message = turn.state.messages[chain.subject]
        if messages.empty(turn, message):
            return t.Refused("E202", f"{chain.subject} has empty fields", hint="fill it in, then ask for the signature")
        if refused := messages.with_gaps(turn, message):
            return refused
    if command.content_hash and command.content_hash != chain.content_hash:
        return t.Refused("E304", "the content has changed since you saw it", hint="read it again, then sign")
    return None


def send_back(turn: Turn, command: t.SendBack) -> t.Refused | None:
    """Refuse to sign, with a reason; the application or draft goes back."""
    found = _find(turn, command.chain, command.link)
    if isinstance(found, t.Refused):
        return found
    chain, link = found
    if not command.reason:
        return t.Refused("E105", "nothing is sent back without a reason", hint="say what is wrong in a sentence")
    if chain.status == "complete":
        return t.Refused("E102", f"{command.chain} is signed to the end", hint="take a new decision instead")
    refused = may_sign(turn, chain, link)
    if refused:
        return refused
    turn.emit(t.ChainSentBack(at=turn.at, by=turn.by, chain=chain.chain, link=link.does, reason=command.reason))
    end_clocks(turn, chain)
    return None
