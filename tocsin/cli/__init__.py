"""The program `tocsin`. A command is imported when it is called: `plan check` stays quick, and `verify` needs no database."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast

import click
import django

from tocsin import __version__
from tocsin.kit import collector
from tocsin.kit.home import Unusable


@dataclass(frozen=True, slots=True)
class Lazy:
    """Where a command is, what it does in one line, and whether it works on the data of an installation."""

    place: str
    summary: str
    data: bool = False


COMMANDS: Mapping[str, Lazy] = {
    "serve": Lazy("tocsin.cli.serve:serve", "Serve everything: pages, alerts, clocks, deliveries.", data=True),
    "web": Lazy("tocsin.cli.serve:web", "Serve pages, API and alerts only (PostgreSQL).", data=True),
    "worker": Lazy("tocsin.cli.serve:worker", "Run clocks, deliveries and alerts only (PostgreSQL).", data=True),
    "setup": Lazy("tocsin.cli.setup:setup", "Set up the first organisation unattended.", data=True),
    "user": Lazy("tocsin.cli.people:user", "List people, add one, make a sign-in link.", data=True),
    "key": Lazy("tocsin.cli.people:key", "List keys, make one, revoke one.", data=True),
    "body": Lazy("tocsin.cli.bodies:body", "List what came in, print it, have it read once more.", data=True),
    "check": Lazy("tocsin.cli.checks:check", "List checks that ping, make one.", data=True),
    "plan": Lazy("tocsin.cli.plans:plan", "Check, show, compare, rehearse and load plans."),
    "replay": Lazy("tocsin.plan.scenarios.replay:command", "Run scenario files against their plan."),
    "dossier": Lazy("tocsin.cli.dossier:dossier", "Export the record of an incident.", data=True),
    "scenario": Lazy("tocsin.cli.scenario:scenario", "Write a closed incident as a scenario to replay.", data=True),
    "move": Lazy("tocsin.cli.move:move", "Move an embedded installation to PostgreSQL.", data=True),
    "verify": Lazy("tocsin.cli.verify:verify", "Prove a dossier, offline."),
    "doctor": Lazy("tocsin.incidents.commands:doctor", "Rebuild every incident from its journal and name what differs.", data=True),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for, and never for the list of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a life with Tocsin."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, and open the data first if it works on it."""
        lazy = COMMANDS.get(cmd_name)
        return bring(lazy) if lazy else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in COMMANDS.items()])


def bring(lazy: Lazy) -> click.Command:
    """Return the command, with the data open if it works on it. ClickException if the data cannot be opened."""
    try:
        with collector.loading():
            if lazy.data:
                os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
                django.setup(set_prefix=False)
            return _imported(lazy.place)
    except Unusable as error:
        raise click.ClickException(str(error)) from error


def _imported(place: str) -> click.Command:
    module, _, name = place.partition(":")
    return cast("click.Command", getattr(import_module(module), name))


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="tocsin")
def main() -> None:
    """Tocsin: your incident plan, running."""
