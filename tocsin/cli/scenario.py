"""`tocsin scenario`: write a closed incident as a scenario file, to be replayed under any version of its plan."""

from pathlib import Path

import click

from tocsin.incidents import exporting
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.dossier import contents as parts
from tocsin.incidents.exporting import StillOpenError
from tocsin.incidents.models import Incident


@click.command()
@click.argument("incident")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="The file to write; else it is printed.")
@click.option("--organisation", default="", help="Its short name, where several have an incident of that number.")
@click.option("--texts", is_flag=True, help="With what people wrote, as they wrote it; names stay out.")
def scenario(incident: str, out: Path | None, organisation: str, *, texts: bool) -> None:
    """Write INCIDENT (INC-118 or inc_…) as a scenario for `tocsin replay`."""
    try:
        written = exporting.scenario_of(parts.find(incident, organisation), texts=texts)
    except Incident.DoesNotExist as missing:
        raise click.ClickException(f"There is no incident {incident}.") from missing
    except Incident.MultipleObjectsReturned as several:
        raise click.ClickException(f"Several organisations have an incident {incident}: name one with --organisation.") from several
    except StillOpenError as still_open:
        raise click.ClickException(f"{still_open}: only what is over becomes a scenario.") from still_open
    except UnknownEvent as unknown:
        raise click.ClickException(f"This release cannot read the whole record: {unknown}.") from unknown
    if out is None:
        click.echo(written, nl=False)
        return
    out.write_text(written, "utf-8")
    click.echo(f"{incident} in {out}; replay it with: tocsin replay {out}")
