"""Who: departments, groups, roles."""

from tocsin.engine.program import Department, EveryGroup, Group, HeldBy, Parties, PeopleList, Role, Takes
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.forms.leaves import Ref
from tocsin.plan.forms.people import OrganisationForm, RoleForm


def departments(context: Context) -> dict[str, Department]:
    """Return the departments."""
    organisation = context.form.organisation or OrganisationForm()
    return {
        identifier: Department(
            **context.common(identifier, rule, within=organisation), aliases=tuple(rule.aliases), part_of=name(rule.part_of)
        )
        for identifier, rule in organisation.departments.items()
    }


def groups(context: Context) -> dict[str, Group]:
    """Return the groups."""
    organisation = context.form.organisation or OrganisationForm()
    return {
        identifier: Group(
            **context.common(identifier, rule, within=organisation),
            lead=rule.lead.name,
            aliases=tuple(rule.aliases),
            members=names(rule.members),
            departments=names(rule.departments),
            under=name(rule.under),
            attendance=tuple(rule.decides_together.attendance) if rule.decides_together else (),
        )
        for identifier, rule in organisation.groups.items()
    }


def lists(context: Context) -> dict[str, PeopleList]:
    """Return the lists of people to call in."""
    organisation = context.form.organisation or OrganisationForm()
    return {
        identifier: PeopleList(**context.common(identifier, rule, within=organisation)) for identifier, rule in organisation.lists.items()
    }


def every_group(context: Context) -> EveryGroup:
    """Return what every group gets, and when."""
    form = (context.form.organisation or OrganisationForm()).every_group
    return EveryGroup(context.moments(form.chat_at), context.moments(form.video_at)) if form else EveryGroup()


def parties(context: Context) -> Parties:
    """Return what is kept of an affected party."""
    form = (context.form.organisation or OrganisationForm()).parties
    return Parties({kind: context.text(title) for kind, title in form.kinds.items()}, form.marks)


def roles(context: Context) -> dict[str, Role]:
    """Return the roles."""
    found = {}
    for identifier, rule in context.form.roles.items():
        kind, holder = rule.held_by
        found[identifier] = Role(
            **context.common(identifier, rule),
            held_by=HeldBy(kind, holder.name if isinstance(holder, Ref) else holder),  # type: ignore[arg-type]
            deputies=names(rule.deputies),
            commander=rule.commander,
            many=rule.many is True,
            streams=rule.many == "stream",
            parts=_parts(context, rule),
            outside=rule.outside,
            appointed_by=name(rule.appointed_by),
            apart_from=names(rule.apart_from),
            aliases=tuple(rule.aliases),
            main=context.text(rule.main),
            extra=context.text(rule.extra),
            may=tuple(rule.may),
            limited=rule.sees == "limited",
            called_from=names(rule.called_from),
            requires=tuple(map(context.text, rule.requires)),
        )
    return found


def _parts(context: Context, rule: RoleForm) -> tuple[str, ...]:
    """Return the named parts of a role: its own, or every department where each has its holder."""
    if rule.held_by[0] == "each":
        return tuple((context.form.organisation or OrganisationForm()).departments)
    return rule.many if isinstance(rule.many, tuple) else ()


def maps(context: Context) -> dict[str, dict[str, Takes]]:
    """Return by plan what each role of a role set takes over there."""
    return {
        plan: {
            role: Takes(
                takes=tuple(takes.takes),
                authority=tuple(takes.authority),
                parts={part: tuple(messages) for part, messages in takes.parts.items()},
                cite=tuple(form.cite),
            )
            for role, takes in form.roles.items()
        }
        for plan, form in context.form.maps.items()
    }
