"""Acts about messages as commands: written, sent, answered, and what becomes of them on their way."""

from typing import Any

from tocsin.engine import terms as t
from tocsin.plan.scenarios.bodies import text, texts, when
from tocsin.plan.scenarios.story import Act, Story


def saying(act: Act, by: t.Actor, state: t.State) -> t.Command:
    """Return what writes or sends a message; a draft is the latest one of its template."""
    template, fields = str(act.body[act.what]), texts(act.body.get("with") or {})
    confirmed, evidence = tuple(act.body.get("confirmed") or ()), tuple(act.body.get("evidence") or ())
    to, along = tuple(act.body.get("to") or ()), tuple(act.body.get("along") or ())
    if act.what == "send":
        return t.Send(template=template, fields=fields, confirmed=confirmed, evidence=evidence, parties=to, along=along, by=by, at=act.at)
    drafts = [message for message in state.messages.values() if message.template == template and message.status == "draft"]
    if act.what == "draft":
        revised = act.body.get("revise")
        known = str(revised) if revised in state.messages else drafts[-1].message if drafts and revised else ""
        return t.Draft(template=template, fields=fields, message=known, texts=texts(act.body.get("texts") or {}), by=by, at=act.at)
    latest = state.messages.get(template) or (drafts[-1] if drafts else None)
    text_hash = latest.text_hash if latest else ""
    name = latest.message if latest else template
    return t.Publish(message=name, text_hash=text_hash, confirmed=confirmed, evidence=evidence, parties=to, along=along, by=by, at=act.at)


def _latest(state: t.State, template: str) -> str:
    """Return the latest message of a template; an id itself stays."""
    sent = [message.message for message in state.messages.values() if message.template == template]
    return sent[-1] if sent and template not in state.messages else template


def replying(story: Story, act: Act, by: t.Actor, state: t.State) -> t.AddReply:
    """Return what writes down an answer to the latest message of a template."""
    body = act.body
    return t.AddReply(
        message=_latest(state, str(body["reply"])),
        words=text(body, "words"),
        sender=text(body, "from"),
        channel=text(body, "channel"),
        language=text(body, "language"),
        confirms=bool(body.get("confirms")),
        happened_at=when(body, story),
        by=by,
        at=act.at,
    )


def following(act: Act, by: t.Actor, state: t.State) -> t.Command:
    """Return what is said of the latest message of a template: confirmed on a channel, read, or delivered (by the server)."""
    template, body = str(act.body[act.what]), act.body
    message = _latest(state, template)
    match act.what:
        case "read":
            return t.Read(message=message, by=by, at=act.at)
        case "confirm":
            reached = body.get("reached", True) is True
            return t.Confirm(message=message, channel=text(body, "channel"), result=text(body, "result"), reached=reached, by=by, at=act.at)
        case _:
            outcome: Any = text(body, "outcome") or "delivered"
            return t.ReportDelivery(message=message, channel=text(body, "channel"), outcome=outcome, by=t.Actor(t.SYSTEM), at=act.at)
