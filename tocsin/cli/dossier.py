"""`tocsin dossier`: export the record of one incident as a file that can be proved anywhere."""

from pathlib import Path

import click

from tocsin.incidents import chain, journal
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.dossier import contents as parts
from tocsin.incidents.dossier.contents import Confidential
from tocsin.incidents.models import Incident
from tocsin.web import dossier as pages
from tocsin.web import languages


@click.command()
@click.argument("incident")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="The file to write.")
@click.option("--language", type=click.Choice(list(languages.LANGUAGES)), default="en", show_default=True)
@click.option("--organisation", default="", help="Its short name, where several have an incident of that number.")
@click.option("--leave-out", is_flag=True, help="Leave confidential texts and names out instead of marking them.")
def dossier(incident: str, out: Path, language: str, organisation: str, *, leave_out: bool) -> None:
    """Export INCIDENT (INC-118 or inc_…): readable, printable and provable in one file."""
    try:
        contents = parts.gather(parts.find(incident, organisation), Confidential.LEFT_OUT if leave_out else Confidential.MARKED)
    except Incident.DoesNotExist as missing:
        raise click.ClickException(f"There is no incident {incident}.") from missing
    except Incident.MultipleObjectsReturned as several:
        raise click.ClickException(f"Several organisations have an incident {incident}: name one with --organisation.") from several
    except UnknownEvent as unknown:
        raise click.ClickException(f"This release cannot read the whole record: {unknown}.") from unknown
    out.write_bytes(pages.file(contents, language))
    key = chain.public_text(journal.signing_key().public_key())
    click.echo(f"{contents.incident.number}: {len(contents.kept)} entries in {out}")
    click.echo(f"Prove it anywhere with: tocsin verify {out} --key {key}")
