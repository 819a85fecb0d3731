"""L63: a fact that rules read, that has no question, and that nothing sets: nobody is told that an answer is waited for."""

from collections.abc import Iterator

from tocsin.engine.expressions import Name, leaves
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import DecisionForm, EffectForm, ObligationForm
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.forms.values import FactForm, TemplateForm
from tocsin.plan.forms.words import FieldForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each of them."""
    read, answered = set(_read(draft)), set(_answered(draft))
    for path, fact in draft.walk(FactForm):
        name = str(path[-1])
        words = fact.ask or fact.title or fact.says
        if name in read and name not in answered and not words and not fact.implied and fact.default is None:
            said = say("rules read {name}, and nobody is ever asked for it", name=name)
            yield Fault(path, said, say("give it a question (ask), or let a decision, a duty, a message or a record bring it"), at_key=True)


def _read(draft: Draft) -> Iterator[str]:
    for _, formula in draft.walk(Formula):
        tree = draft.tree(formula)
        yield from (leaf.path.partition(".")[0] for leaf in leaves(tree) if isinstance(leaf, Name)) if tree is not None else ()


def _answered(draft: Draft) -> Iterator[str]:
    for _, decision in draft.walk(DecisionForm):
        yield from (ref.name for ref in decision.asks)
    for _, duty in draft.walk(ObligationForm):
        yield from (ref.name for ref in duty.fields)
    for _, field in draft.walk(FieldForm):
        yield from (ref.name for ref in (field.sets,) if ref)
    for _, effect in draft.walk(EffectForm):
        yield from effect.set
    for _, template in draft.walk(TemplateForm):
        yield from template.prefill


CHECK = Check("L63", "never-asked", "note", find)
