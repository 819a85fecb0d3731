"""L84: a register that a rule of the response leans on, and nobody owes that it is kept fresh."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.words import RecordForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such register; an alert before its entries run out keeps it as well."""
    form = draft.form
    if form is None:
        return
    kept = {name for duty in form.readiness.values() for name in duty.for_each}
    kept |= {name for name, register in form.resources.items() if register.alert_before}
    used: dict[str, tuple[str | int, ...]] = {}
    for path, record in draft.walk(RecordForm):
        for register in record.of:
            used.setdefault(register.name, path)
    for name, path in used.items():
        if name in form.resources and name not in kept:
            said = say("{name} is of what stands in {name_2}, and no standing duty keeps that fresh", name=path[-1], name_2=name)
            yield Fault(
                ("resources", name),
                said,
                say("readiness: {{for_each: [{name}], …}}, or alert_before", name=name),
                at_key=True,
                beside=(path,),
            )


CHECK = Check("L84", "nobody-keeps", "warning", find)
