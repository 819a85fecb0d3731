"""`tocsin body`: what came in from outside and what became of it, for whoever has the machine."""

import click

from tocsin.accounts import audit
from tocsin.cli.people import ORGANISATION, organisation_of
from tocsin.ingest import received

STATES = (received.PARKED, received.REFUSED, received.WAITING, received.SETTLED)


@click.group()
def body() -> None:
    """List bodies, print one as it came, have them read once more."""


@body.command("list")
@click.option("--state", type=click.Choice(STATES), default=received.PARKED)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50)
@ORGANISATION
def list_bodies(state: str, limit: int, slug: str) -> None:
    """Print the newest bodies in a state: name, when, source, bytes, reason."""
    for one in received.latest(organisation_of(slug).id, state, limit):
        click.echo(f"{one.name}\t{one.received_at:%Y-%m-%dT%H:%M:%SZ}\t{one.source}\t{one.length}\t{one.reason}")


@body.command("show")
@click.argument("name")
@ORGANISATION
def show(name: str, slug: str) -> None:
    """Print a body, byte for byte."""
    found = received.one(organisation_of(slug).id, name)
    if found is None:
        raise click.ClickException(f"There is no body {name}; see tocsin body list.")
    click.echo(found[1], nl=False)


@body.command("replay")
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that is parked or refused, the oldest 300 at once.")
@ORGANISATION
def replay(*, names: tuple[str, ...], everything: bool, slug: str) -> None:
    """Have bodies read once more; the exit code is 1 if any still cannot be."""
    organisation = organisation_of(slug)
    if bool(names) == everything:
        raise click.ClickException("Name the bodies to read once more, or say --all; see tocsin body list.")
    unknown = [name for name in names if received.one(organisation.id, name) is None]
    if unknown:
        raise click.ClickException(f"There is no body {', '.join(unknown)}; see tocsin body list.")
    wanted = [one.name for one in received.waiting_for_somebody(organisation.id)] if everything else names
    done, unread = received.replay(organisation.id, wanted)
    if done:
        audit.record(organisation, None, "bodies.replayed", str(len(done)), bodies=", ".join(one.name for one in done))
    for one in done:
        click.echo(f"{one.name}\tread once more")
    for left in unread:
        click.echo(f"{left.body.name}\t{left.reason or 'too little of it was kept'}", err=True)
    if unread:
        raise SystemExit(1)
