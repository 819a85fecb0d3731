"""The data of one installation before a command works on them: held by one process where only one may, and in step with this release."""

import fcntl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import click
from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from tocsin.accounts import installation
from tocsin.kit.database import beside_the_pool
from tocsin.kit.home import Unusable
from tocsin.kit.sqlite import soundness

MIGRATING: Final = 0x70C50


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the data folder: two servers on one folder would ruin it."""
    with (settings.HOME.path / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(f"Another Tocsin already serves the data in {settings.HOME.path}.") from error
        yield


def look_only() -> None:
    """
    Return if data on a disk that cannot be written can be shown by this release.

    ClickException if not.
    """
    try:
        soundness.examine(Path(connection.settings_dict["NAME"]))
        if _behind():
            raise Unusable("The disk is read-only, and the data on it are of another release: they cannot be brought in step.")
        installation.belong(settings.HOME)
    except Unusable as error:
        raise click.ClickException(str(error)) from error
    except Error as error:
        raise click.ClickException(f"The disk is read-only, and the data on it cannot be read: {error}") from error


def bring_in_step(meanwhile: Callable[[], None] = lambda: None) -> str:
    """
    Bring the tables in step, see that the keys are theirs, and return the kind of the database. Of several processes at once one does it.

    `meanwhile` is called while a file is examined, which takes a second for some hundred MiB. ClickException if the data cannot be used.
    """
    kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    try:
        if connection.vendor == "postgresql":
            with closing(beside_the_pool(connection)) as own, own.cursor() as cursor:  # a pool would only say that it waited
                cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
                _migrate()
            meanwhile()
        else:
            file = Path(connection.settings_dict["NAME"])
            with ThreadPoolExecutor(1) as examining:
                examined = examining.submit(soundness.examine, file)
                meanwhile()
            examined.result()
            _migrate()
            soundness.made(file)
        installation.belong(settings.HOME)
    except Unusable as error:
        raise click.ClickException(str(error)) from error
    except Error as error:
        raise click.ClickException(f"The {kind} database cannot be used: {str(error).strip().splitlines()[0]}") from error
    return kind


def _migrate() -> None:
    if _behind():
        call_command("migrate", verbosity=0, interactive=False)


def _behind() -> bool:
    """Return whether the tables are those of another release."""
    steps = MigrationExecutor(connection)
    return bool(steps.migration_plan(steps.loader.graph.leaf_nodes()))
