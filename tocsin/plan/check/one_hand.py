"""L78: signatures that the plan itself gives to fewer people than it asks for, to whoever wrote the text, or to somebody without an account."""

from collections.abc import Iterator, Sequence

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm, LinkForm
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.people import most_signers, seat_name
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such chain, and at each link of it that nobody can sign."""
    for path, decision in draft.walk(DecisionForm):
        chains = [((*path, "chain"), decision.chain or [])]
        chains += [((*path, "options", name, "chain"), option.chain or []) for name, option in decision.options.items()]
        for place, links in chains:
            yield from _outside(draft, place, links)
            yield from _few(draft, place, links, decision.different)
    for path, message in draft.walk(MessageForm):
        place = (*path, "approvals")
        yield from _outside(draft, place, message.approvals)
        for index, link in enumerate(message.approvals):
            if message.author and _seats(draft, link.role.name) == _seats(draft, message.author.name) != ():
                said = say("{role} writes this text and would sign it: nobody signs what is their own", role=link.role.name)
                yield Fault((*place, index, "role"), said, say("let somebody else sign, or name a deputy"))


def _outside(draft: Draft, path: Path, links: Sequence[LinkForm]) -> Iterator[Fault]:
    roles = draft.form.roles if draft.form else {}
    for index, link in enumerate(links):
        if link.role.name in roles and roles[link.role.name].outside:
            said = say("{role} is outside and has no account: nobody can ever sign this", role=link.role.name)
            yield Fault((*path, index, "role"), said, say("name a role of the organisation"))


def _few(draft: Draft, path: Path, links: Sequence[LinkForm], different: int | None) -> Iterator[Fault]:
    able = [_seats(draft, link.role.name) for link in links]
    if len(able) < 2 or not all(able):
        return
    asked, possible = different or 2, most_signers(able)
    if possible < asked:
        names = ", ".join(link.role.name for link in links)
        said = say("{names}: the plan gives these signatures to {count}, and {asked} must sign", names=names, count=possible, asked=asked)
        yield Fault(path, said, say("give one of the links to another role"), at_key=True)


def _seats(draft: Draft, role: str) -> tuple[str, ...]:
    """Return the posts that a role and its deputies fall to; none where several may hold it, or it is not known."""
    rule = draft.form.roles.get(role) if draft.form else None
    if rule is None or rule.many:
        return ()
    return tuple(dict.fromkeys(seat_name(draft, name) for name in (role, *(each.name for each in rule.deputies))))


CHECK = Check("L78", "one-hand", "warning", find)
