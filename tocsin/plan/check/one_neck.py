"""L73: so many duties fall due for one person in one stretch that nobody could do them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.limits import in_case, longest
from tocsin.plan.people import seat_name
from tocsin.plan.sentences import say

_STRETCH = timedelta(minutes=10)
_DUTIES_MAX = 5


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the role with the most of them, with the moment that they all count from and one level at which it shows."""
    levels = list(draft.form.levels) if draft.form else []
    told: set[str] = set()
    for level in levels or [""]:
        due: dict[tuple[str, str], list[tuple[Path, str]]] = defaultdict(list)
        for path, duty in draft.walk(ObligationForm):
            moment = _moment_of_haste(draft, path, duty, level)
            if moment:
                due[_person(draft, duty.owes.name), moment].append((path, duty.owes.name))
        for (person, moment), found in due.items():
            if len(found) > _DUTIES_MAX and person not in told:
                told.add(person)
                roles = list(dict.fromkeys(role for _, role in found))
                where = f" ({level})" if level else ""
                said = say(
                    "{count} duties of {roles} fall due within {minutes} minutes of {moment}{where}",
                    count=len(found),
                    roles=roles,
                    minutes=_STRETCH.seconds // 60,
                    moment=moment,
                    where=where,
                )
                yield Fault(("roles", roles[0]), said, say("give some to others"), at_key=True, beside=tuple(path for path, _ in found))


def _moment_of_haste(draft: Draft, path: Path, duty: ObligationForm, level: str) -> str:
    """Return the moment within ten minutes of which a duty is always due at this level; empty if there is none."""
    role = draft.form.roles.get(duty.owes.name) if draft.form else None
    if role is None or role.many or role.outside or duty.when or duty.for_each or duty.optional or duty.within is None or not duty.of:
        return ""
    if duty.levels and level not in {ref.name for ref in duty.levels}:
        return ""
    limit = in_case(duty.within, defaultdict(str, level=level))
    if limit is None or longest(limit) > _STRETCH:
        return ""
    return _same_instant(draft, draft.names.moment(duty.of[0].name, path))


def _same_instant(draft: Draft, moment: str) -> str:
    """Return the first of the moments that come with this one."""
    seen: set[str] = set()
    while draft.form and moment not in seen and moment in draft.form.moments:
        seen.add(moment)
        with_ = draft.form.moments[moment].with_
        moment = with_.name if with_ else moment
    return moment


def _person(draft: Draft, role: str) -> str:
    """Return who holds a role: the person, where the directory is known, else the post, schedule or department that it is held by."""
    return (next(iter(draft.directory.seat(draft, role)), "") if draft.directory else "") or seat_name(draft, role)


CHECK = Check("L73", "one-neck", "warning", find)
