"""`tocsin verify`: prove a dossier with nothing but the file. No server, no database, no network."""

import sys
from pathlib import Path

import click

from tocsin.incidents import chain
from tocsin.incidents.dossier import verify as proof
from tocsin.incidents.dossier.verify import Report

ALTERED, FOREIGN = 1, 3


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help="The public key that the organisation handed out; another one is named as foreign.")
@click.option("--anchor", "anchors", multiple=True, help="The hash of an entry that was noted outside earlier.")
def verify(file: Path, key: str, anchors: tuple[str, ...]) -> None:
    """
    Name every altered, removed, moved or inserted entry of a dossier.

    Exits with 0 if it holds, 1 if anything was altered, 3 if it was sealed with another key, 2 if it could not be asked so.
    """
    key = _spelled(key)
    report = proof.verify(file.read_bytes(), key=key, anchors=anchors)
    for flaw in report.flaws:
        click.echo(f"{flaw.place}: {flaw.problem}")
    if report.foreign:
        click.echo(f"key: sealed with a foreign key, {report.key}, not with {key}")
    if not report.holds:
        click.echo(f"This dossier does NOT hold: {len(report.flaws) + report.foreign} flaws.")
        sys.exit(ALTERED if report.flaws else FOREIGN)
    click.echo(_holds(report, anchored=bool(anchors), known=bool(key)))


def _spelled(key: str) -> str:
    """Return the key as the file has it. A person may paste it in capitals or with spaces."""
    plain = "".join(key.split()).lower()
    if plain:
        try:
            chain.public_key(plain)
        except ValueError as problem:
            raise click.BadParameter(f"{problem}.", param_hint="--key") from problem
    return plain


def _holds(report: Report, *, anchored: bool, known: bool) -> str:
    """Return what a sound dossier proves, and what it does not."""
    manifest = report.manifest
    head = manifest["head"]
    confidential = f"{report.texts} confidential texts are the ones recorded then"
    hidden = f"; {report.hidden} are left out or erased, of which only that they existed is proved" if report.hidden else ""
    lines = [
        f"{manifest.get('number', manifest['incident'])}: nothing was altered.",
        f"Entries 1 to {head['seq']} are complete and in their order, up to the signed head {head['hash']}.",
        f"{confidential}{hidden}.",
        f"Sealed with the key {report.key}.",
        "Not proved: that what was written is true, that the server's clock was right, what happened after the last entry,",
        "and the names of persons, which are those known at the export.",
    ]
    if report.withheld:
        lines.append(f"{report.withheld} entries are withheld, of which only their place in the chain is proved.")
    if not known:
        lines.append(
            "Not proved: whose key that is. Compare it with the one that the organisation handed out, or give that one with --key."
        )
    if not anchored:
        lines.append(
            "Not proved: that whoever holds the key did not write the whole record anew. A hash noted earlier shows that: --anchor."
        )
    return "\n".join(lines)
