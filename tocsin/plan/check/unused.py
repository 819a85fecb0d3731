"""L08: a message, condition, role, moment or term that nothing speaks of. Facts and records are forms: people fill them without being told."""

from collections.abc import Iterator

from tocsin.engine.expressions import Call, Literal, Name, leaves
from tocsin.engine.texts import SLOT
from tocsin.plan.builtin import MOMENTS
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Formula, Ref, Template
from tocsin.plan.forms.plan import PlanForm
from tocsin.plan.forms.standing import ResourceForm
from tocsin.plan.forms.words import MessageForm, RecordForm
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import say

_KINDS = {"messages": "message", "conditions": "condition", "roles": "role", "moments": "moment"}
_ASKED = ("happened", "done", "holds", "is_open", "missed", "sent")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each of them. A role that commands, and a moment that the engine knows, need nobody to speak of them."""
    if draft.form is None or draft.form_errors:
        return
    spoken = {*_spoken(draft), *MOMENTS, draft.form.document.owner if draft.form.document else ""}
    for key, kind in _KINDS.items():
        for name, rule in getattr(draft.form, key).items():
            if name not in spoken and not getattr(rule, "commander", False):
                yield Fault(
                    (key, name),
                    say("nothing speaks of the {kind} {name}", kind=noun(kind), name=name),
                    say("use it, or remove it"),
                    at_key=True,
                )

    fields = {each for form in _forms(draft.form) for each in _said(form)} | {
        *(draft.form.document.retention if draft.form.document else ())
    }
    for name in draft.form.terms:
        if name not in fields:
            yield Fault(
                ("terms", name),
                say("no field and no value is called {name}", name=name),
                say("name one so, or remove it"),
                at_key=True,
            )


def _forms(plan: PlanForm) -> Iterator[MessageForm | RecordForm | ResourceForm]:
    yield from plan.records.values()
    yield from plan.resources.values()
    yield from plan.messages.values()


def _said(form: MessageForm | RecordForm | ResourceForm) -> Iterator[str]:
    """Yield the names of its fields and of their values."""
    yield from form.fields
    for field in form.fields.values():
        yield from field.of or ()
    for values in getattr(form, "choice", {}).values():
        yield from values


def _spoken(draft: Draft) -> Iterator[str]:
    """Yield every name that a rule, an expression or a text mentions; of `note.sent` also `note`."""
    for _, ref in draft.walk(Ref):
        yield from (ref.name, ref.name.partition(".")[0])
    for _, template in draft.walk(Template):
        for text in template.by_locale.values():
            yield from SLOT.findall(text)
    for _, formula in draft.walk(Formula):
        tree = draft.tree(formula)
        for leaf in leaves(tree) if tree is not None else ():
            match leaf:
                case Name(path):
                    yield from (path, path.partition(".")[0])
                case Call(function, (Literal(str() as asked),)) if function in _ASKED:
                    yield from (asked, asked.partition(".")[0])
    for message in draft.form.messages.values() if draft.form else ():
        yield from (field.promises or "" for field in message.fields.values())


CHECK = Check("L08", "unused", "note", find)
