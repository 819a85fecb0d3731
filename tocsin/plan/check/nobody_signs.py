"""L60: a signature or an approval of a role that nobody holds, that has no deputy, and that no rule gives to anybody."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import DecisionForm, EffectForm, LinkForm, ObligationForm
from tocsin.plan.forms.levels import LevelForm
from tocsin.plan.forms.people import RoleForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such link. Somebody may still be assigned by hand; until then the commander alone can sign."""
    given = _given(draft)
    roles = draft.form.roles if draft.form else {}
    directory = draft.directory
    for path, link in draft.walk(LinkForm):
        name = link.role.name
        rule = roles.get(name)
        if rule is None or name in given or not _open(rule) or (directory and directory.persons(draft, name)):
            continue
        said = say("{role} signs here, and nobody holds or appoints that role", role=name)
        yield Fault((*path, "role"), said, say("say held_by, a deputy, or a decision that assigns it"))


def _open(role: RoleForm) -> bool:
    return role.held_by[0] == "nobody" and not (role.deputies or role.commander or role.outside or role.called_from)


def _given(draft: Draft) -> set[str]:
    """Return the roles that a decision, a duty, an effect, a level or a hand-over gives to somebody."""
    found: set[str] = set()
    for _, decision in draft.walk(DecisionForm):
        found |= {ref.name for ref in (decision.assigns, decision.takes_over) if ref}
        if decision.hands_over:
            found |= {ref.name for ref in (decision.hands_over.to, decision.hands_over.former) if ref}
    for _, duty in draft.walk(ObligationForm):
        found |= {ref.name for ref in duty.assigns}
    for _, effect in draft.walk(EffectForm):
        found |= set(effect.assign)
    for _, level in draft.walk(LevelForm):
        found |= set(level.fills)
    laid = draft.form.maps.values() if draft.form else ()
    return found | {name for each in laid for name in each.roles}


CHECK = Check("L60", "nobody-signs", "note", find)
