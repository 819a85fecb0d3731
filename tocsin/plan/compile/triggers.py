"""Triggers, each with its watch."""

from tocsin.engine.program import Trigger
from tocsin.plan.compile.context import Context
from tocsin.plan.forms.triggers import TriggerForm


def triggers(context: Context) -> dict[str, Trigger]:
    """Return the triggers."""
    return {identifier: _trigger(context, identifier, rule) for identifier, rule in context.form.triggers.items()}


def _trigger(context: Context, identifier: str, rule: TriggerForm) -> Trigger:
    tree = context.draft.expression(rule.when).tree
    assert tree is not None
    return Trigger(
        **context.common(identifier, rule),
        watch=context.watches.watched(tree, context.signals, rule.each or ""),
        test=tree,
        opens=rule.opens.name,
        **({"hold": rule.hold} if rule.hold else {}),
        each=rule.each or "",
    )
