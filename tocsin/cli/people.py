"""`tocsin user` and `tocsin key`: what an owner does on the pages, for whoever has the machine."""

import click
from django.conf import settings
from django.urls import reverse

from tocsin.accounts import audit, keys, links, people
from tocsin.accounts.models import Access, Key, Membership, Organisation, Person
from tocsin.engine.terms import Refused

ORGANISATION = click.option("--organisation", "slug", default="", help="Its short name, where there are several.")


@click.group()
def user() -> None:
    """List people, add one, make a sign-in link."""


@user.command("list")
@ORGANISATION
def list_people(slug: str) -> None:
    """Print everyone: e-mail, access, name."""
    for member in Membership.objects.filter(organisation=organisation_of(slug)).select_related("person").order_by("person__email"):
        click.echo(f"{member.person.email}\t{member.access}\t{member.person.name}")


@user.command("add")
@click.argument("email")
@click.option("--name", default="")
@click.option("--access", type=click.Choice(Access.values), default=Access.MEMBER.value)
@ORGANISATION
def add(email: str, name: str, access: str, slug: str) -> None:
    """Invite someone and print a one-time sign-in link."""
    organisation = organisation_of(slug)
    made = people.invite(organisation, email, name, access, by=None)
    if isinstance(made, Refused):
        raise click.ClickException(f"{made.message} {made.hint} ({made.code})")
    click.echo(_link(made))


@user.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time sign-in link for someone who is locked out."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise click.ClickException(f"Nobody has the e-mail {email}.")
    for member in person.memberships.select_related("organisation"):
        audit.record(member.organisation, None, "link.issued", person.email)
    click.echo(_link(person))


@click.group()
def key() -> None:
    """List keys, make one, revoke one."""


@key.command("list")
@ORGANISATION
def list_keys(slug: str) -> None:
    """Print every key: prefix, kind, state, name."""
    for each in Key.objects.filter(organisation=organisation_of(slug)).order_by("created_at"):
        click.echo(f"{each.prefix}\t{each.kind}\t{'revoked' if each.revoked_at else 'valid'}\t{each.name}")


@key.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice([keys.INGEST, keys.API]), default=keys.INGEST)
@click.option("--email", default="", help="In whose name an API key acts; the first owner's if not given.")
@click.option("--access", type=click.Choice(Access.values), default=Access.MEMBER.value)
@ORGANISATION
def create(name: str, kind: str, email: str, access: str, slug: str) -> None:
    """Make a key and print its secret, once."""
    organisation = organisation_of(slug)
    members = Membership.objects.filter(organisation=organisation).select_related("person").order_by("created_at")
    member = (members.filter(person__email=email.strip().lower()) if email else members.filter(access=Access.OWNER)).first()
    if member is None:
        raise click.ClickException(f"Nobody in {organisation} has the e-mail {email}.")
    click.echo(keys.create(organisation, kind, name, person=member.person, access=access)[1])


@key.command("revoke")
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Revoke the key with this prefix for good."""
    found = Key.objects.filter(prefix=prefix).first()
    if found is None:
        raise click.ClickException(f"There is no key {prefix}; see tocsin key list.")
    keys.revoke(found, by=None)


def organisation_of(slug: str) -> Organisation:
    """Return the organisation with this short name; the only one, where none is said. ClickException if that leaves a choice."""
    found = list(Organisation.objects.filter(slug=slug) if slug else Organisation.objects.all()[:2])
    if len(found) != 1:
        raise click.ClickException(
            "Say which organisation: --organisation and its short name." if found else "There is no such organisation."
        )
    return found[0]


def _link(person: Person) -> str:
    return settings.BASE_URL + reverse("link", kwargs={"secret": links.issue(person)})
