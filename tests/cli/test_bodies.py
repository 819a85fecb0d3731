"""Whoever has the machine can look at what came in, have it read once more, and make checks, without a page."""

import pytest

from tests.cli.test_people import organisation, said
from tests.ingest import bodies
from tests.ingest.test_follower import arrive
from tocsin.accounts.models import AuditEntry
from tocsin.cli.bodies import body
from tocsin.cli.checks import check
from tocsin.ingest.models import Check, RawBody

__all__ = ["organisation"]
pytestmark = pytest.mark.django_db


def test_what_was_set_aside_is_listed_printed_and_read_once_more(organisation):
    arrive(organisation, bodies.body(), b"poison")
    RawBody.objects.update(state=RawBody.State.PARKED, reason="because")
    bad, good = (line.split("\t") for line in said(body, "list").splitlines())
    assert (bad[2:], good[2]) == (["alertmanager", "6", "because"], "alertmanager")
    assert said(body, "show", bad[0]) == "poison"
    assert "read once more" in said(body, "replay", good[0])
    assert "malformed" in said(body, "replay", "--all", code=1)
    assert AuditEntry.objects.get(act="bodies.replayed").detail == {"bodies": good[0]}
    assert "There is no body" in said(body, "show", "raw-0", code=1)
    assert "There is no body raw-0" in said(body, "replay", "raw-0", code=1)
    assert "say --all" in said(body, "replay", code=1)


def test_a_check_is_made_with_the_address_that_it_calls(organisation):
    assert "/ping/ingest_" in said(check, "add", "Night backup", "--cron", "30 2 * * *", "--zone", "Europe/Warsaw")
    assert said(check, "list").startswith("Night backup\tnever")
    assert "There is a source" in said(check, "add", "Night backup", "--every", "1h", code=1)
    assert "Say either" in said(check, "add", "Other", code=1)
    assert "no schedule of cron" in said(check, "add", "Other", "--cron", "61 2 * * *", code=1)
    assert "no zone Nowhere/Bad" in said(check, "add", "Other", "--every", "1h", "--zone", "Nowhere/Bad", code=1)
    assert "characters" in said(check, "add", "x" * 121, "--every", "1h", code=1)
    assert "no span" in said(check, "add", "Other", "--every", "soon", code=2)
    assert Check.objects.get().cron == "30 2 * * *"
