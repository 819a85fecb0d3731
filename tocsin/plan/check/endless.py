"""L35: something owed again and again of which nothing says when it ends (warning), or only the plan and not its document (note)."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.sentences import either, quoted, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the interval of each such duty. One inside a situation ends with it; a standing one of readiness never should."""
    for path, duty in draft.walk(ObligationForm):
        if duty.every is None or path[0] == "readiness":
            continue
        if duty.until:
            if "until" in duty.assumed:
                ends = either([each.name for each in duty.until])
                yield Fault(
                    (*path, "until"),
                    say("the document does not say when this ends: {ends} is assumed", ends=ends),
                    say("ask the document's owner"),
                    severity="note",
                    at_key=True,
                )
        elif path[0] != "situations":
            yield Fault(
                (*path, "every"),
                say("nothing says when this ends: it goes on until the response is terminated"),
                quoted("until: moment"),
                at_key=True,
            )


CHECK = Check("L35", "endless", "warning", find)
