"""Who a message is for: whether it leaves the organisation."""

from tocsin.plan.draft import Draft
from tocsin.plan.forms.leaves import Cases, Ref
from tocsin.plan.forms.words import MessageForm

OUTSIDERS = ("affected_parties", "reporters")
"""Words of the language for people who are never of the organisation."""


def addressees(message: MessageForm) -> tuple[str, ...]:
    """Return everybody a message may be for, over all cases."""
    to = message.to
    refs: list[Ref] = [ref for found in (*to.cases.values(), to.otherwise or ()) for ref in found] if isinstance(to, Cases) else to
    return tuple(dict.fromkeys(ref.name for ref in refs))


def leaves_the_house(draft: Draft, message: MessageForm) -> bool:
    """Return whether somebody outside reads it: a role without an account, those affected, or, where nobody is named, the world."""
    roles = draft.form.roles if draft.form else {}
    to = addressees(message)
    return not to or any(name in OUTSIDERS or (name in roles and roles[name].outside) for name in to)
