"""`tocsin move`: an embedded installation becomes one on PostgreSQL, in one transaction, and every row is compared afterwards."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click
import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, Model
from django.db.utils import load_backend

from tocsin.accounts.models import Installation, Organisation
from tocsin.cli.data import only_one
from tocsin.incidents import doctor
from tocsin.incidents.models import Incident, Seal
from tocsin.ingest import carrying
from tocsin.kit import clock, database, spool
from tocsin.kit.home import Home, Unusable

SOURCE: Final = "source"
MOVING: Final = 0x70C52
AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and a sum over what is in them that no order changes."""

    rows: int = 0
    digest: int = 0

    def plus(self, values: tuple[Any, ...]) -> "Sum":
        """Return it with one more row."""
        told = json.dumps([_plain(value) for value in values], sort_keys=True, ensure_ascii=False)
        return Sum(
            self.rows + 1, (self.digest + int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest())) % (1 << 256)
        )


@click.command()
@click.option("--to", "url", required=True, help="The empty database, such as postgresql://user:password@host/tocsin.")
def move(*, url: str) -> None:
    """
    Move this installation from SQLite to PostgreSQL and verify every row, text and record there.

    Stop the server first. What is here stays as it is and is marked as moved. Whatever interrupts this: run it again.
    """
    if connection.vendor == "postgresql":
        raise click.ClickException("This installation is on PostgreSQL already; unset TOCSIN_DATABASE_URL to move the data of its folder.")
    home: Home = settings.HOME
    with only_one():
        try:
            _carry()
            _connect(home, url)
            done = _moved()
        except Unusable as error:
            raise click.ClickException(str(error)) from error
        except (Error, psycopg.Error) as error:
            raise click.ClickException(f"Nothing was moved: {_why(error)}") from error
        home.mark_moved(url, clock.now())
    rows = sum(each.rows for each in done.values())
    click.echo(
        f"{rows} rows in {len(done)} tables are the same there, among them {done[Incident].rows} records with {done[Seal].rows} sealed texts.\n"
        f"Serve them with TOCSIN_DATABASE_URL={home.moved_to()} and the keys in {home.path}.\n"
        "The data in that folder are as they were, and are not served any more."
    )


def _why(error: Exception) -> str:
    """Return what went wrong, and in which table and column if it is about a row."""
    first, *more = str(error).strip().splitlines()
    return " ".join([first, *(line.partition(": ")[2] or line for line in more[-1:] if "COPY" in line)])


def _carry() -> None:
    """Bring into the log what the server had acknowledged when it ended and had not got to."""
    if (spooled := carrying.folder()) is not None and spool.segments(spooled):
        while carrying.carry():
            pass


def _connect(home: Home, url: str) -> None:
    """Make PostgreSQL the database of this process; what was it until now can be read under the name of `SOURCE`."""
    file = Path(connection.settings_dict["NAME"])
    if not file.exists():
        raise Unusable(f"There is nothing to move in {home.path}; TOCSIN_HOME says where the data are.")
    old = {**connection.settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": f"{file.absolute().as_uri()}?mode=ro"}
    new = {**connection.settings_dict, **database.settings(replace(home, database_url=url))}
    if new["ENGINE"] == connection.settings_dict["ENGINE"]:
        raise Unusable("--to must begin with postgresql://.")
    new["OPTIONS"].pop("pool")  # without it a failure to connect is told at once, and as it is
    connection.close()
    for alias, found in ((SOURCE, {**old, "OPTIONS": {}}), (DEFAULT_DB_ALIAS, new)):
        connections.settings[alias] = found
        connections[alias] = load_backend(found["ENGINE"]).DatabaseWrapper(found, alias)


def _moved() -> Mapping[type[Model], Sum]:
    """Return what was moved and found again. All of it happens or nothing."""
    if _behind():
        raise Unusable("The data are of an earlier release: start tocsin serve once, stop it, and move then.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MOVING])
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits for the reading of what is here
        if Organisation.objects.exists():
            return _moved_before()
        models = list(apps.get_models(include_auto_created=True))
        _empty(models)
        copied = {model: _copied(model) for model in models}
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        _compare(copied)
        _prove()
    return copied


def _behind() -> bool:
    executor = MigrationExecutor(connections[SOURCE])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _moved_before() -> Mapping[type[Model], Sum]:
    """Return what an earlier run has moved, if it was this installation and nobody has worked there since."""
    mine, there = (Installation.objects.using(alias).values_list("signing", flat=True).first() for alias in (SOURCE, DEFAULT_DB_ALIAS))
    if mine is None or mine != there:
        raise Unusable("There is another installation in that database; make an empty one.")
    sums = {model: _sum(model, SOURCE) for model in apps.get_models(include_auto_created=True)}
    try:
        _compare(sums)
    except Unusable as error:
        raise Unusable(f"This installation was moved there before, and has been served there since. {error}") from error
    return sums


def _empty(models: list[type[Model]]) -> None:
    """Remove what making the tables has put into them."""
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names}")


def _copied(model: type[Model]) -> Sum:
    """Copy one table and return what was in it."""
    total = Sum()
    fields = _fields(model)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for values in _rows(model, SOURCE):
            copy.write_row([field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)])
            total = total.plus(values)
    return total


def _compare(expected: Mapping[type[Model], Sum]) -> None:
    for model, each in expected.items():
        found = _sum(model, DEFAULT_DB_ALIAS)
        if found != each:
            raise Unusable(f"{model._meta.db_table} differs: {each.rows} rows here, {found.rows} there.")


def _prove() -> None:
    """See that every journal holds where it is now. One that was altered before is no better for having been moved."""
    for complaint in doctor.examine_all():
        click.echo(f"as it was before: {complaint}", err=True)


def _sum(model: type[Model], alias: str) -> Sum:
    total = Sum()
    for values in _rows(model, alias):
        total = total.plus(values)
    return total


def _rows(model: type[Model], alias: str) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in _fields(model)]
    yield from model._default_manager.using(alias).order_by().values_list(*names).iterator(chunk_size=AT_ONCE)


def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not field.generated]


def _plain(value: Any) -> Any:
    """Return a value as JSON can say it, the same from either database: PostgreSQL spells a number of JSON by its digits, such as 1e22."""
    match value:
        case bytes() | memoryview():
            return hashlib.sha256(value).hexdigest()
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case float() if value.is_integer():
            return int(value)
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)
