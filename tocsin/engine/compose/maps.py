"""
Laying a role set over a plan: duties go to whoever takes the role, authority stays unless the map moves it (PLN-08, ROL-37, X-57, X-58).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tocsin.engine.compose.renaming import rewrite
from tocsin.engine.namespaces import within
from tocsin.engine.program import Effect, Program, Takes

_DUTIES: Final = frozenset(
    ["owes", "for_each", "publisher", "author", "to", "stated_by", "attest", "by", "recorded_by", "lead", "members", "caller"]
)
"""Fields that say who does something; who decides, signs, waives or appoints is authority and stays."""
_ADDRESSING: Final = ("tell", "alert", "call")


@dataclass(frozen=True, slots=True)
class Laid:
    """One role set over one plan, all names as the whole calls them: who takes each role or duty, decision, and message."""

    roles: Mapping[str, tuple[str, ...]]
    duties: Mapping[str, str]
    authority: Mapping[str, str]
    messages: Mapping[str, str]


def lay(plan: str, own: str, roles: Mapping[str, Takes], known: Program) -> Laid:
    """Return what the roles of the set called `own` take over in the plan called `plan`, whose program as compiled is `known`."""
    taken: dict[str, tuple[str, ...]] = {}
    duties: dict[str, str] = {}
    for role, takes in roles.items():
        for name in takes.takes:
            if name in known.obligations:
                duties[within(plan, name)] = within(own, role)
            else:
                taken[within(plan, name)] = (*taken.get(within(plan, name), ()), within(own, role))
    authority = {within(plan, name): within(own, role) for role, takes in roles.items() for name in takes.authority}
    messages = {
        within(plan, name): f"{within(own, role)}[{part}]"
        for role, takes in roles.items()
        for part, names in takes.parts.items()
        for name in names
    }
    return Laid(taken, duties, authority, messages)


def strangers(over: Program, roles: Mapping[str, Takes]) -> Iterator[str]:
    """Yield what a map speaks of and the plan `over` does not have."""
    for takes in roles.values():
        for name in takes.takes:
            if name not in over.roles and name not in over.obligations:
                yield name
        yield from (name for name in takes.authority if name not in over.decisions and name not in over.messages)
        yield from (name for names in takes.parts.values() for name in names if name not in over.messages)


def apply(laid: Laid, kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules of one kind with everything that moved, moved."""
    return {name: _moved(laid, kind, name, rewrite(rule, _duty(laid))) for name, rule in rules.items()}


def _duty(laid: Laid) -> Any:
    def change(holder: Any, field: str, word: str) -> str:
        addressed = isinstance(holder, Effect) and field == "targets" and holder.kind in _ADDRESSING
        duty = field in _DUTIES and type(holder).__name__ not in ("Waiver", "Effect")
        return laid.roles[word][0] if word in laid.roles and (addressed or duty) else word

    return change


def _moved(laid: Laid, kind: str, name: str, rule: Any) -> Any:
    match kind:
        case "roles" if name in laid.roles:
            return replace(rule, taken_by=laid.roles[name], commander=False)
        case "obligations" if name in laid.duties:
            return replace(rule, owes=laid.duties[name])
        case "obligations" if rule.verb == "send" and rule.object in laid.messages:
            return replace(rule, owes=laid.messages[rule.object])
        case "messages":
            return _message(laid, name, rule)
        case "decisions" if name in laid.authority:
            return rewrite(rule, _authority(laid, laid.authority[name]))
        case _:
            return rule


def _message(laid: Laid, name: str, rule: Any) -> Any:
    if name in laid.authority:
        rule = replace(rule, approvals=rewrite(rule.approvals, _authority(laid, laid.authority[name])))
    return replace(rule, publisher=laid.messages[name]) if name in laid.messages else rule


def _authority(laid: Laid, taker: str) -> Any:
    """What the roles that `taker` took over might decide and sign, `taker` may."""

    def change(holder: Any, field: str, word: str) -> str:
        moves = field in ("who", "role") or type(holder).__name__ == "Cases"
        return taker if moves and taker in laid.roles.get(word, ()) else word

    return change
