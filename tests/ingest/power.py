"""
What the disk holds after each step of an ingest: `python -m tests.ingest.power WEIGHTS PATH` writes it to standard output, pickled.

The steps are those of a server: groups are written to the spool, carried and read, SQLite's log is moved into the file, as often as the three
weights say.
After each of them everything that was written has been synced, so whatever a power cut takes is among what the next step writes. The spool's only
segment overwrites a spare: bodies that another one held are under and behind its own.
"""

import pickle
import random
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

SEED = 20240607
STEPS = 50
SPARE_BYTES = 128 * 1024
PATH = Path(sys.argv[2])

settings.DATABASES["default"]["NAME"] = str(PATH)
django.setup()

from tests.ingest import bodies  # noqa: E402 - only after Django is set up
from tocsin.accounts.models import Organisation  # noqa: E402
from tocsin.ingest import carrying, writer  # noqa: E402
from tocsin.ingest.follower import Follower  # noqa: E402
from tocsin.ingest.log import Arrived  # noqa: E402
from tocsin.kit import ids, spool  # noqa: E402
from tocsin.kit.sqlite.checkpoint import Checkpointer  # noqa: E402


def organisation() -> Organisation:
    """Return one, in tables of which only those are there that an ingest needs: a small database is copied quickly."""
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        for model in (Organisation, *apps.get_app_config("ingest").get_models()):
            editor.create_model(model)
    return Organisation.objects.create(slug="hotline", name="Hotline")


def group(where: Organisation, chance: random.Random, known: int) -> list[Arrived]:
    """Return bodies that speak of new alerts and of some of the `known` ones."""

    def body() -> bytes:
        keys = [f"n{chance.randint(0, known)}" for _ in range(chance.randint(1, 3))]
        return bodies.body(*(bodies.entry(key, summary="x" * chance.randint(0, 800)) for key in keys))

    return [Arrived(where.id, "alertmanager", ids.new(), bodies.NOON, body()) for _ in range(chance.randint(1, 4))]


def spared(folder: Path, arrived: list[Arrived]) -> Path:
    """Return a spare that is full of what another segment held."""
    (record,) = carrying.records(arrived)
    folder.mkdir()
    spare = folder / f"{0:012d}.spare"
    spare.write_bytes(spool.BEGINNING + spool._framed(0, record) * (SPARE_BYTES // len(record)))
    return spare


def main(weights: list[int]) -> None:
    """Take the steps."""
    where, chance, follower, checkpointer = organisation(), random.Random(SEED), Follower(), Checkpointer(PATH)
    checkpointer.run_once()
    folder = carrying.folder()
    assert folder is not None
    spare = spared(folder, group(where, chance, 0))
    store, stored, held = writer.Spooled(folder), list[bytes](), []
    for _ in range(STEPS):
        match chance.choices(("store", "read", "move"), weights)[0]:
            case "store":
                arrived = group(where, chance, len(stored))
                store(arrived)
                stored += [one.body for one in arrived]
            case "read":
                follower.run_once()
            case "move":
                checkpointer.run_once()
        segment = folder / f"{1:012d}"
        spooled = (segment if segment.exists() else spare).read_bytes()
        held.append((PATH.read_bytes(), PATH.with_name(f"{PATH.name}-wal").read_bytes(), spooled, list(stored)))
    sys.stdout.buffer.write(pickle.dumps(held))


if __name__ == "__main__":
    main([int(weight) for weight in sys.argv[1].split(",")])
