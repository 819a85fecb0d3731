"""`tocsin plan`: what works on files alone, and loading into an installation, which opens its data first."""

import click

from tocsin.cli import Lazy, bring
from tocsin.plan.commands import plan as files

LOAD = Lazy("tocsin.cli.loading:load", "Load plan files into an organisation.", data=True)


class Plans(click.Group):
    """The commands on files, and `load`; the list of them opens nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, loading last."""
        return [*files.list_commands(ctx), "load"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command on files, or bring the one that needs data."""
        return bring(LOAD) if cmd_name == "load" else files.get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their summaries."""
        rows = [(name, command.get_short_help_str(80)) for name, command in sorted(files.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl([*rows, ("load", LOAD.summary)])


@click.group(cls=Plans)
def plan() -> None:
    """Check, show, compare, rehearse and load plans."""
