"""What is wrong with registers and standing duties only in the company of other keys."""

from collections.abc import Iterator

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief, nearest
from tocsin.plan.forms.leaves import ROLES
from tocsin.plan.forms.standing import ReadinessForm, ResourceForm
from tocsin.plan.sentences import quoted, say


def resource(_: Draft, path: Path, resource: ResourceForm) -> Iterator[Fault]:
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
    for index, fallback in enumerate(resource.fallback):
        if fallback.use not in resource.tiers:
            yield Fault(
                (*path, "fallback", index, "use"),
                say("there is no tier {use}", use=brief(fallback.use)),
                nearest(fallback.use, resource.tiers),
            )


_VERBS = ("do", "record", "decide", "ensure")
CALENDAR = ("always", "last", "year_start", "document.published", "document.updated", "document.reviewed")
_PEOPLE = ("people", "newcomers", "key_trainees")


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
    anchor = rule.of or rule.from_
    if anchor is None:
        yield Fault(
            path, say("a standing duty begins somewhere"), quoted("from: entry.checked, from: last, of: document.published"), at_key=True
        )
    resources = draft.form.resources if draft.form else {}
    for index, name in enumerate(rule.for_each):
        if name not in (*resources, *_PEOPLE):
            yield Fault(
                (*path, "for_each", index),
                say("there is no register {name}", name=brief(name)),
                nearest(name, [*resources, *_PEOPLE]) or say("define it"),
            )
    if not _is_item_field(draft, rule.owes) and not any(draft.names.knows(kind, rule.owes) for kind in (*ROLES[:3], "owner")):
        yield Fault(
            (*path, "owes"),
            say("there is no role {owes}", owes=brief(rule.owes)),
            nearest(rule.owes, draft.names.all("role")) or say("define it"),
        )
    if anchor and anchor not in CALENDAR and not _is_item_field(draft, anchor):
        yield Fault(
            (*path, "of" if rule.of else "from"),
            say("{anchor} is no beginning", anchor=brief(anchor)),
            say("one of {names}", names=(*CALENDAR, "entry.<field>")),
        )


def _is_item_field(draft: Draft, name: str) -> bool:
    """Return whether `name` is a field of the item in hand, or of one item of a register (`energy.generator.tested`)."""
    parts = name.split(".")
    resource = draft.form.resources.get(parts[0]) if draft.form else None
    return (parts[0] == "entry" and len(parts) == 2) or (len(parts) == 3 and resource is not None and parts[2] in resource.fields)
