"""Found a second organisation and leave its ingest key in the home: `python -m bench.neighbour FILE`."""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - only after Django is set up

from tocsin.accounts import founding, keys  # noqa: E402

if __name__ == "__main__":
    organisation, person = founding.found("Neighbour", "neighbour@example.org", "Neighbour", "en")
    (settings.HOME.path / sys.argv[1]).write_text(keys.create(organisation, keys.INGEST, "probe", person=person)[1])
