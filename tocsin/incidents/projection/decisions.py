"""Decisions of the plan, those taken, the levels among them, and chains of signatures."""

from collections.abc import Iterator
from typing import Any

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.program import Decision, Link, Rule
from tocsin.incidents.models import ChainRow, DecidedRow, DecisionRow, LevelRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.DecisionMade, t.LevelDecided, t.DecisionApplied, t.LinkSigned, t.ChainSentBack, t.MessageDrafted)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what was decided, and the chain that the event is about."""
    match event:
        case t.DecisionMade():
            yield _decided(scene, event)
        case t.LevelDecided():
            yield _level(scene, event)
        case t.DecisionApplied(chain=name):
            yield Row(ChainRow, (name,), {**_chain(scene, name), "at": event.at})
        case t.LinkSigned(chain=name):
            yield Row(ChainRow, (name,), _chain(scene, name), change=True)
        case t.ChainSentBack(chain=name, reason=reason):
            yield Row(ChainRow, (name,), {**_chain(scene, name), "sent_back": reason}, change=True)
        case t.MessageDrafted(chain=name) if name:
            yield Row(ChainRow, (name,), {**_chain(scene, name), "at": event.at, "sent_back": ""})


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield each decision of the plan, and who would sign the links of running chains now."""
    for order, rule in enumerate(scene.program.decisions.values()):
        yield Row(DecisionRow, (rule.id,), {"order": order, **_decision(scene, rule)})
    for chain in scene.state.chains.values():
        if chain.status == "running":
            yield Row(ChainRow, (chain.chain,), {"links": _links(scene, chain)}, change=True)


def _decision(scene: Scene, rule: Decision) -> dict[str, Any]:
    state = scene.state
    running = [chain.chain for chain in state.chains.values() if chain.subject == rule.id and chain.status == "running"]
    return {
        **titled(rule),
        "options": [
            {"id": option.id, "title": dict(option.title), "level": option.level, "needs_reason": option.needs_reason}
            for option in rule.options
        ],
        "sets_level": rule.sets_level,
        "assigns": rule.assigns,
        "reason": rule.reason,
        "evidence": rule.evidence,
        "asks": list(rule.asks),
        "needs": list(rule.needs),
        "who": list(roles_of(scene.program, state, rule.who, state.at)) if state.at else [],
        "proposed": rule.id in state.proposed_decisions,
        "proposed_option": state.proposed_decisions.get(rule.id, ""),
        "chain": running[-1] if running else "",
        "chained": bool(rule.chain) or any(option.chain for option in rule.options),
        "taken": state.counters.get(f"made:{rule.id}", 0),
    }


def _decided(scene: Scene, event: t.DecisionMade) -> Row:
    rule = scene.program.decisions.get(event.decision)
    options = {option.id: option for option in rule.options} if rule else {}
    values = {
        **titled(rule),
        "decision": event.decision,
        "option": event.option,
        "option_title": dict(options[event.option].title) if event.option in options else {},
        "role": event.role,
        "assignee": event.assignee,
        "entry": event.entry,
        "attendance": dict(event.attendance),
        "reason": event.reason,
        "evidence": list(event.evidence),
        "seen": dict(event.seen),
        "cited": dict(event.cited),
        "by": event.by,
        "at": event.at,
    }
    return Row(DecidedRow, (scene.seq,), values)


def _level(scene: Scene, event: t.LevelDecided) -> Row:
    rule = scene.program.levels.get(event.level)
    values = {
        "level": event.level,
        "title": dict(rule.title) if rule else {},
        "colour": rule.colour if rule else "",
        "before": event.before,
        "proposed": event.proposed,
        "because": list(event.because),
        "reason": event.reason,
        "by": event.by,
        "at": event.at,
    }
    return Row(LevelRow, (scene.seq,), values)


# ------------------------------------------------------------------ chains


def _chain(scene: Scene, name: str) -> dict[str, Any]:
    chain = scene.state.chains[name]
    rule, _ = _rule(scene, chain)
    return {
        "kind": chain.kind,
        "subject": chain.subject,
        "title": dict(rule.title) if rule else {},
        "option": chain.option,
        "applicant": chain.applicant,
        "content_hash": chain.content_hash,
        "status": chain.status,
        "links": _links(scene, chain),
        "reason": chain.reason,
        "evidence": list(chain.evidence),
    }


def _rule(scene: Scene, chain: t.ChainState) -> tuple[Rule | None, tuple[Link, ...]]:
    if chain.kind == "decision":
        decision = scene.program.decisions.get(chain.subject)
        return decision, decision.links(chain.option) if decision else ()
    message = scene.program.messages.get(scene.state.messages[chain.subject].template)
    return message, message.approvals if message else ()


def _links(scene: Scene, chain: t.ChainState) -> list[dict[str, Any]]:
    signed = {signature.link: signature for signature in chain.signatures}
    return [_link(scene, link, signed.get(link.does)) for link in _rule(scene, chain)[1]]


def _link(scene: Scene, link: Link, signature: t.Signature | None) -> dict[str, Any]:
    return {
        "link": link.does,
        "role": link.role,
        "attach": list(link.attach),
        "owner": owners.owner(scene.program, scene.state, link.role).person,
        "person": signature.person if signature else "",
        "signed_role": signature.role if signature else "",
        "instead_of": signature.instead_of if signature else "",
        "at": signature.at.isoformat() if signature else "",
        "content_hash": signature.content_hash if signature else "",
    }
