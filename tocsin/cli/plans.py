"""`tocsin plan`: what works on files alone; loading, which opens an installation's data; cleaning, which brings a dictionary with it."""

import click

from tocsin.cli import Lazy, bring
from tocsin.plan.commands import plan as files

LATER = {
    "clean": Lazy("tocsin.cli.cleaning:clean", "Take readings out of a Chinese text, and name lost characters."),
    "load": Lazy("tocsin.cli.loading:load", "Load plan files into an organisation.", data=True),
}


class Plans(click.Group):
    """The commands on files, and those imported when they are asked for; the list of them opens nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those imported later last."""
        return [*files.list_commands(ctx), *LATER]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command on files, or bring one of the others."""
        return bring(LATER[cmd_name]) if cmd_name in LATER else files.get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their summaries."""
        rows = [(name, command.get_short_help_str(80)) for name, command in sorted(files.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl([*rows, *((name, lazy.summary) for name, lazy in LATER.items())])


@click.group(cls=Plans)
def plan() -> None:
    """Check, show, compare, rehearse and load plans."""
