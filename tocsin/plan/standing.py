"""What is wrong with registers and standing duties only in the company of other keys."""

from collections.abc import Iterator

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief, nearest
from tocsin.plan.forms.leaves import ROLES
from tocsin.plan.forms.standing import OF_PEOPLE, EntrySpan, ReadinessForm, ResourceForm
from tocsin.plan.sentences import quoted, say


def resource(draft: Draft, path: Path, resource: ResourceForm) -> Iterator[Fault]:
    if path[-1] in PEOPLE or (draft.form and path[-1] in draft.form.records):
        yield Fault(path, say("the name {name} is taken", name=path[-1]), say("give the register a name of its own"), at_key=True)
    for index, item in enumerate(resource.items):
        for field in item.values:
            if field not in resource.fields:
                yield Fault(
                    (*path, "items", index, field),
                    say("there is no field {field}", field=brief(field)),
                    nearest(field, resource.fields),
                    at_key=True,
                )
    for field in resource.confidential:
        if field not in resource.fields:
            yield Fault(
                (*path, "confidential", field),
                say("there is no field {field}", field=brief(field)),
                nearest(field, resource.fields),
                at_key=True,
            )
    marks = draft.form.organisation.parties.marks if draft.form and draft.form.organisation else {}
    for field, mark in resource.as_party.marks.items() if resource.as_party else ():
        type_ = marks.get(mark.name)
        if type_ and resource.fields[field].type != type_:
            said, hint = say("{field} is not a {type}", field=field, type=type_), say("{field}: {{type: {type}}}", field=field, type=type_)
            yield Fault((*path, "as_party", "marks", field), said, hint)
    for index, fallback in enumerate(resource.fallback):
        if fallback.use not in resource.tiers:
            yield Fault(
                (*path, "fallback", index, "use"),
                say("there is no tier {use}", use=brief(fallback.use)),
                nearest(fallback.use, resource.tiers),
            )


_VERBS = ("do", "record", "ensure")
CALENDAR = ("always", "last", "year_start", "document.published", "document.updated", "document.reviewed")
PEOPLE = ("people", "newcomers")


def duty(draft: Draft, path: Path, rule: ReadinessForm) -> Iterator[Fault]:
    verbs = [verb for verb in _VERBS if getattr(rule, verb) is not None]
    if len(verbs) != 1:
        said = verbs or say("none")
        yield Fault(
            path,
            say("an obligation has exactly one verb; this has {said}", said=said),
            say("one of {names}", names=_VERBS),
            at_key=True,
        )
    yield from _begins(draft, path, rule)
    resources = draft.form.resources if draft.form else {}
    for index, name in enumerate(rule.for_each):
        if name not in (*resources, *PEOPLE):
            yield Fault(
                (*path, "for_each", index),
                say("there is no register {name}", name=brief(name)),
                nearest(name, [*resources, *PEOPLE]) or say("define it"),
            )
    of_entry = rule.owes.startswith("entry.") and rule.owes.removeprefix("entry.") in _fields(draft, rule)
    if not of_entry and not any(draft.names.knows(kind, rule.owes) for kind in (*ROLES[:3], "owner")):
        yield Fault(
            (*path, "owes"),
            say("there is no role {owes}", owes=brief(rule.owes)),
            nearest(rule.owes, [*draft.names.all("role"), *(f"entry.{field}" for field in _fields(draft, rule))]) or say("define it"),
        )
    yield from _kept(draft, path, rule)


def _begins(draft: Draft, path: Path, rule: ReadinessForm) -> Iterator[Fault]:
    anchor, key = rule.of or rule.from_, "of" if rule.of else "from"
    if anchor is None:
        yield Fault(
            path, say("a standing duty begins somewhere"), quoted("from: entry.checked, from: last, of: document.published"), at_key=True
        )
    elif anchor not in CALENDAR and not _is_item(draft, anchor) and anchor.removeprefix("entry.") not in _fields(draft, rule):
        hint = nearest(anchor, [*CALENDAR, *(f"entry.{field}" for field in _fields(draft, rule))])
        yield Fault((*path, key), say("{anchor} is no beginning", anchor=brief(anchor)), hint or say("one of {names}", names=CALENDAR))
    if bool(rule.of) != bool(rule.within) or (rule.every and not rule.from_):
        yield Fault(
            path, say("a limit and its beginning stand together"), quoted("within: 7d with of:, every: 3mo with from:"), at_key=True
        )
    if isinstance(rule.every, EntrySpan) and rule.every.from_.removeprefix("entry.") not in _fields(draft, rule):
        yield Fault(
            (*path, "every", "from"),
            say("no entry with a field {field} is in hand here", field=brief(rule.every.from_)),
            nearest(rule.every.from_, [f"entry.{field}" for field in _fields(draft, rule)]),
        )


def _kept(draft: Draft, path: Path, rule: ReadinessForm) -> Iterator[Fault]:
    """What is to stay true is either of a roster or of the entries; what is marked is an entry."""
    if rule.ensure is not None:
        if bool(rule.ensure.covered) == bool(rule.ensure.filled):
            said = say("either a roster is covered or fields are filled")
            yield Fault((*path, "ensure"), said, quoted("ensure: {covered: duty_desk}, or {filled: [number]} with for_each"))
        rosters = [str(role.held_by[1]) for role in draft.form.roles.values() if role.held_by[0] == "schedule"] if draft.form else []
        if rule.ensure.over is not None:
            yield from _shifts(draft, path, rule.ensure.covered or "")
        elif rule.ensure.covered and rule.ensure.covered not in rosters:
            said = say("no role is held by the roster {name}", name=brief(rule.ensure.covered))
            yield Fault(
                (*path, "ensure", "covered"), said, nearest(rule.ensure.covered, rosters) or quoted("held_by: {schedule: duty_desk}")
            )
        for index, field in enumerate(rule.ensure.filled):
            if field not in _fields(draft, rule):
                yield Fault(
                    (*path, "ensure", "filled", index),
                    say("no entry with a field {field} is in hand here", field=brief(field)),
                    nearest(field, _fields(draft, rule)),
                )
    if not rule.for_each and not _is_item(draft, rule.from_ or ""):
        for index, rung in enumerate(rule.late or ()):
            if rung.mark:
                said = say("no entry is in hand here that could be marked")
                yield Fault((*path, "late", index, "mark"), said, quoted("for_each: contacts"))


def _shifts(draft: Draft, path: Path, register: str) -> Iterator[Fault]:
    """Shifts stand in a register whose first two times say from and until when."""
    resources = draft.form.resources if draft.form else {}
    form = resources.get(register)
    if form is None or sum(1 for field in form.fields.values() if field.type == "time") < 2:
        said = say("{name} has no two times to say from and until when", name=brief(register))
        hint = quoted("fields: {begins: {type: time}, ends: {type: time}}")
        yield Fault((*path, "ensure", "covered"), said, nearest(register, resources) if form is None else hint)


def _fields(draft: Draft, rule: ReadinessForm) -> tuple[str, ...]:
    """Return the fields that an entry has on which the duty runs: those that all of its registers have."""
    resources = draft.form.resources if draft.form else {}
    known = [OF_PEOPLE if name in PEOPLE else tuple(resources[name].fields) if name in resources else () for name in rule.for_each]
    return tuple(field for field in (known[0] if known else ()) if all(field in each for each in known))


def item_of(anchor: str) -> tuple[str, str, str]:
    """Return register, item and field of an anchor such as `energy.generator.tested`; empty for any other."""
    parts = anchor.split(".")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def _is_item(draft: Draft, anchor: str) -> bool:
    register, item, field = item_of(anchor)
    resource = draft.form.resources.get(register) if draft.form else None
    return resource is not None and field in resource.fields and item in {each.id for each in resource.items}
