"""L62: a condition that a role outside the organisation attests, or a fact that such roles alone state, with no message that brings their answer."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.values import ConditionForm, FactForm
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each of them: whoever is outside has no account, and only whoever commands could say it in their place."""
    outside = {name for name, role in draft.form.roles.items() if role.outside} if draft.form else set()
    answered = {message.answers.name for _, message in draft.walk(MessageForm) if message.answers}
    for path, rule in draft.walk(ConditionForm):
        if rule.attest and rule.attest.name in outside and path[-1] not in answered:
            said = say("{role} is outside and cannot attest this, and no message is answered by it", role=rule.attest.name)
            yield Fault(
                (*path, "attest"), said, say("let a role of the organisation attest it, or a message say answers: {name}", name=path[-1])
            )
    for path, fact in draft.walk(FactForm):
        if fact.stated_by and all(ref.name in outside for ref in fact.stated_by):
            said = say("only {names} may state this, from outside and without an account", names=[ref.name for ref in fact.stated_by])
            yield Fault((*path, "stated_by"), said, say("name a role of the organisation"), at_key=True)


CHECK = Check("L62", "nobody-attests", "warning", find)
