"""L77: a role set takes over the duties of a role whose decisions then stay with nobody."""

from collections.abc import Iterator

from tocsin.engine.program import Cases, Decision, Program
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the role of the set, for every plan at hand that it is laid over."""
    for plan_id, laid in draft.form.maps.items() if draft.form else ():
        plan = draft.beside.get(plan_id)
        for name, role in laid.roles.items() if plan else ():
            for taken in role.takes:
                left = [each for each in _decisions(plan, taken) if each not in role.authority] if plan else []
                if left:
                    said = say(
                        "{name} takes the duties of {taken}, and {names} stay with {taken}, whom nobody holds",
                        name=name,
                        taken=taken,
                        names=", ".join(left),
                    )
                    place = ("maps", plan_id, "roles", name, "takes")
                    yield Fault(
                        place,
                        said,
                        say("authority: [{names}], or let somebody hold {taken}", names=", ".join(left), taken=taken),
                        at_key=True,
                    )


def _decisions(plan: Program, role: str) -> list[str]:
    """Return what only `role` may decide, if the plan itself finds nobody for it."""
    rule = plan.roles.get(role)
    if rule is None or rule.held_by.kind != "nobody":
        return []
    return [decision.id for decision in plan.decisions.values() if _only(decision, role)]


def _only(decision: Decision, role: str) -> bool:
    who = decision.who
    sets = [*who.cases.values(), who.otherwise or ()] if isinstance(who, Cases) else [who]
    return any(tuple(roles) == (role,) for roles in sets)


CHECK = Check("L77", "authority-left", "warning", find)
