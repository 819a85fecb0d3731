"""Whom a rule means in the present case."""

from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.expressions import Name
from tocsin.engine.program import Cases, Program, Roles
from tocsin.engine.values import lookup


def roles_of(program: Program, state: t.State, roles: Roles, at: datetime, case: str = "") -> tuple[str, ...]:
    """Return the roles that `roles` names in the present case; `case` overrides it (a level being decided)."""
    if not isinstance(roles, Cases):
        return roles
    return roles.of(case or lookup(program, state, at)(Name(roles.by))) or ()
