"""Commands of the shell that belong to incidents; the command line composes them."""

import sys

import click

from tocsin.incidents import doctor as doctors


@click.command()
@click.option("--mend", is_flag=True, help="Make state and rows again where they differ. The journal is never touched.")
def doctor(*, mend: bool) -> None:
    """Rebuild every incident from its journal and name what differs."""
    complaints = list(doctors.examine_all(mend=mend))
    for complaint in complaints:
        click.echo(f"{'mended' if mend and complaint.mendable else 'wrong'}: {complaint}")
    if not complaints:
        click.echo("Every incident is as its journal says.")
    left = [complaint for complaint in complaints if not (mend and complaint.mendable)]
    if left:
        sys.exit(1)
