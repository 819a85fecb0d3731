"""`tocsin plan clean`: a document's Chinese text without glosses, before a plan is written from it."""

from pathlib import Path
from typing import Final

import click

from tocsin.plan.glosses import Kind
from tocsin.plan.glosses import clean as cleaned

_WORDS: Final = {
    Kind.LOST: "a character was lost here",
    Kind.READING: "a reading behind a character that is no traditional one",
}


@click.command("clean")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the clean text goes; without it, only what is found is said."
)
def clean(file: Path, out: Path | None) -> None:
    """
    Take readings such as 務(wù) out of a Chinese text, and name every place where a character was lost.

    Exit code 1 while there is a place for a person to look at: nothing is guessed.
    """
    try:
        found = cleaned(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8: convert it first (iconv -f gb18030 -t utf-8)") from error
    if out is not None:
        out.write_text(found.text, "utf-8")
    for doubt in found.doubts:
        click.echo(f"{out or file}:{doubt.line}:{doubt.column} {_WORDS[doubt.kind]}: {doubt.around}")
    click.echo(f"{found.glosses} readings taken out, {len(found.doubts)} places to look at")
    raise SystemExit(1 if found.doubts else 0)
