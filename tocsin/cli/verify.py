"""`tocsin verify`: prove a dossier with nothing but the file. No server, no database, no network."""

import sys
from pathlib import Path

import click

from tocsin.incidents.dossier import verify as proof


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help="The public key that the organisation handed out; another one is named as foreign.")
@click.option("--anchor", "anchors", multiple=True, help="The hash of an entry that was noted outside earlier.")
def verify(file: Path, key: str, anchors: tuple[str, ...]) -> None:
    """Name every altered, removed, moved or inserted entry of a dossier; exit with 1 if there is any, or a foreign key."""
    report = proof.verify(file.read_bytes(), key=key, anchors=anchors)
    for flaw in report.flaws:
        click.echo(f"{flaw.place}: {flaw.problem}")
    if report.foreign:
        click.echo(f"Sealed with a foreign key: {report.key}")
    if not report.holds:
        sys.exit(1)
    click.echo(f"Nothing was altered. {report.texts} texts are shown, {report.hidden} withheld. Sealed with {report.key}")
    if not key:
        click.echo("Whose key that is, this file cannot say: compare it with the one that the organisation handed out.")
