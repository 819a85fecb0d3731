"""`tocsin check`: what pings by itself, for whoever sets machines up by script."""

import re
from datetime import datetime, timedelta

import click
from django.conf import settings

from tocsin.accounts.models import Access, Membership
from tocsin.cli.people import ORGANISATION, organisation_of
from tocsin.ingest import feeds
from tocsin.ingest.models import Check
from tocsin.ingest.pings import checks, schedule
from tocsin.ingest.pings.schedule import Schedule
from tocsin.web import times

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Span(click.ParamType[timedelta]):
    """A span of time such as 10min, 1h or 1d."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the span, or say how one is written."""
        match = re.fullmatch(r"(\d{1,6})(min|h|d)", str(value))
        span = int(match[1]) * _UNITS[match[2]] if match else timedelta()
        if not schedule.SHORTEST <= span <= schedule.LONGEST:
            self.fail(f"{value} is no span between 1min and 366d", param, ctx)
        return span


@click.group()
def check() -> None:
    """List checks, make one."""


@check.command("list")
@ORGANISATION
def list_checks(slug: str) -> None:
    """Print every check: name, when it last pinged, when it is missed."""
    for one in Check.objects.filter(feed__in=feeds.standing(organisation_of(slug))).select_related("feed").order_by("feed__name"):
        due = "paused" if one.paused else f"overdue since {_spell(one.overdue_since)}" if one.overdue_since else _spell(one.due_at, "")
        click.echo(f"{one.feed.name}\t{_spell(one.last_at)}\t{due}")


def _spell(at: datetime | None, never: str = "never") -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else never


@check.command("add")
@click.argument("name")
@click.option("--every", type=Span(), help="How often it pings, such as 1h.")
@click.option("--cron", default="", help="When it pings, such as '30 2 * * *'.")
@click.option("--zone", default="", help="In which zone; the organisation's, if not given.")
@click.option("--grace", type=Span(), default="1h", show_default=True)
@ORGANISATION
def add(*, name: str, every: timedelta | None, cron: str, zone: str, grace: timedelta, slug: str) -> None:
    """Make a check and print the address that it calls, once."""
    organisation = organisation_of(slug)
    zone = zone or organisation.timezone
    if bool(every) == bool(cron):
        raise click.ClickException("Say either --every and a span, or --cron and five fields.")
    if cron and schedule.wrong_cron(cron):
        raise click.ClickException(f"{cron} is no schedule of cron: five fields, minute, hour, day, month, day of the week.")
    if not times.is_zone(zone):
        raise click.ClickException(f"There is no zone {zone}; write one such as Europe/Warsaw.")
    if not name or len(name) > feeds.NAME_CHARS_MAX:
        raise click.ClickException(f"A name has between 1 and {feeds.NAME_CHARS_MAX} characters.")
    if feeds.standing(organisation).filter(name=name).exists():
        raise click.ClickException(f"There is a source {name}.")
    owner = Membership.objects.filter(organisation=organisation, access=Access.OWNER).select_related("person").earliest("created_at")
    wanted = Schedule(grace, every, cron, zone)
    click.echo(f"{settings.BASE_URL}/ping/{checks.create(organisation, name, wanted, by=owner.person)[1]}")
