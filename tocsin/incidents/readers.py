"""Which incidents a person sees: every page, feed and answer asks here, so that a restricted one is there for nobody else (AUD-05)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from tocsin.accounts import directory
from tocsin.engine import readers
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow, RoleRow, TimelineRow


@dataclass(frozen=True, slots=True)
class Eyes:
    """What one person sees inside an incident. `mine` are the roles, groups and departments for which the person may speak now."""

    program: Program
    mine: frozenset[str]

    def are_of(self, kept_for: Iterable[str]) -> bool:
        """Return whether the person is among those for whom alone something is kept: no names, and it is for everybody."""
        names = tuple(kept_for)
        members = (role for name in names if name in self.program.groups for role in self.program.groups[name].members)
        return not names or any(name in self.mine or name == "anyone" for name in (*names, *members))

    def sees(self, name: str) -> bool:
        """Return whether the person sees what a decision, a link of its chain, or a record leaves behind."""
        return self.are_of(readers.kept_for(self.program, name))

    def unseen(self, row: TimelineRow) -> Iterator[str]:
        """Yield what of a line the person does not see: fields of an entry by name, or the empty name for the whole line."""
        record = self.program.records.get(row.subject) if row.kind == "RecordEntered" else None
        if not self.are_of(row.kept_for):
            yield ""
        if record:
            yield from (field for field, names in record.confidential.items() if not self.are_of(names))


def eyes(board: BoardRow, program: Program, actor: t.Actor) -> Eyes:
    """Return what `actor` sees inside: as holder or recorded deputy of roles, as lead of groups, as head of departments."""
    rows = RoleRow.objects.filter(incident_id=board.incident_id).values_list("role", "person")
    roles = {role for role, person in rows if person == actor.person or f"deputy:{role}" in actor.standing}
    groups = {group.id for group in program.groups.values() if group.lead in roles}
    departments = {name for name in program.departments if f"department:{name}" in actor.standing}
    # What nobody holds is the commander's: a department without a head too.
    return Eyes(program, frozenset(roles | groups | departments | ({"commander"} if program.commander in roles else set())))


def written(program: Program, state: t.State) -> str:
    """Return who sees an incident as its row keeps it: empty for everybody, else each between spaces."""
    found = readers.of(program, state)
    return f" {' '.join(sorted(found))} " if found else ""


def visible(organisation_id: UUID, person: str) -> QuerySet[BoardRow]:
    """Return the incidents of the organisation that `person` (typed id) sees; to anybody else they do not exist."""
    rows = BoardRow.objects.filter(organisation_id=organisation_id)
    kept = rows.exclude(kept_for="")
    seen = Q(kept_for="") | Q(kept_for__contains=f" {person} ")
    for plan_hash in kept.order_by().values_list("plan_hash", flat=True).distinct():
        with suppress(plans.Uncompilable):
            for standing in directory.standing(organisation_id, person, plans.program(organisation_id, plan_hash)):
                seen |= Q(plan_hash=plan_hash, kept_for__contains=f" {standing} ")
    return rows.filter(seen)
