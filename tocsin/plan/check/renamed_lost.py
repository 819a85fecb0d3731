"""L14: a name of the version in force is gone, and no rule says that it was it: what runs under the old name would end at the move."""

from collections.abc import Iterator, Mapping

from tocsin.plan.builtin import MOMENTS
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, nearest_of
from tocsin.plan.forms.leaves import RuleForm
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import quoted, say

_KINDS = {
    "facts": "fact",
    "conditions": "condition",
    "moments": "moment",
    "roles": "role",
    "decisions": "decision",
    "situations": "situation",
    "obligations": "obligation",
    "messages": "message",
    "records": "record",
}


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the rule of the same kind that is new and most like it; what is gone where nothing is new was left out on purpose."""
    before = draft.before
    if before is None or draft.form is None or draft.form.id != before.id:
        return
    was = {rule.was for _, rule in draft.walk(RuleForm) if rule.was}
    for kind, what in _KINDS.items():
        old = [name for name in getattr(before, kind) if "." not in name and name not in MOMENTS]
        new = {name: path for name, path in draft.names.ids.get(what, {}).items() if name not in getattr(before, kind)}
        for name in old:
            if new and name not in was and not draft.names.knows(what, name):
                yield Fault(
                    _likeliest(name, new),
                    say("the {what} {name} of version {version} is gone", what=noun(what), name=name, version=before.version),
                    quoted(f"was: {name}"),
                    at_key=True,
                )


def _likeliest(name: str, new: Mapping[str, Path]) -> Path:
    return new[nearest_of(name, new) or next(iter(new))]


CHECK = Check("L14", "renamed-lost", "warning", find)
