"""Keys: shown once, kept as a hash, revoked for good."""

from datetime import timedelta

import pytest

from tocsin.accounts import keys
from tocsin.accounts.models import AuditEntry, Key


def test_a_key_is_found_by_its_secret_and_its_kind(house):
    key, secret = keys.create(house.organisation, keys.INGEST, "Alertmanager", person=house.owner)
    assert keys.find(keys.INGEST, secret) == key
    assert keys.find(keys.API, secret) is None


def test_the_secret_itself_is_nowhere_in_the_database(house):
    key, secret = keys.create(house.organisation, keys.API, "report", person=house.owner)
    kept = " ".join(str(value) for value in Key.objects.filter(pk=key.pk).values_list()[0])
    assert secret not in kept
    assert secret.removeprefix("api_") not in kept


@pytest.mark.parametrize("wrong", ["", "ingest_", "ingest_" + "0" * 40, "ingest_\x00" + "0" * 39, "ключ", "x" * 10_000, "api_' OR 1=1"])
def test_what_is_no_secret_opens_nothing(house, wrong):
    keys.create(house.organisation, keys.INGEST, "Alertmanager", person=house.owner)
    assert keys.find(keys.INGEST, wrong) is None


def test_the_right_beginning_alone_opens_nothing(house):
    _, secret = keys.create(house.organisation, keys.INGEST, "Alertmanager", person=house.owner)
    assert keys.find(keys.INGEST, secret[:-1] + ("0" if secret[-1] != "0" else "1")) is None


def test_a_revoked_key_opens_nothing_and_stays_in_the_audit(house):
    key, secret = keys.create(house.organisation, keys.INGEST, "Alertmanager", person=house.owner)
    keys.revoke(key, by=house.owner)
    keys.revoke(key, by=house.owner)
    assert keys.find(keys.INGEST, secret) is None
    acts = AuditEntry.objects.filter(organisation=house.organisation, subject=key.prefix).order_by("at").values_list("act", flat=True)
    assert list(acts) == ["key.created", "key.revoked"]


def test_use_is_noted_at_most_once_in_ten_minutes(house, clock):
    key, _ = keys.create(house.organisation, keys.INGEST, "Alertmanager", person=house.owner)
    keys.touch(key)
    first = key.last_used_at
    clock.shift(timedelta(minutes=9))
    keys.touch(key)
    assert key.last_used_at == first
    clock.shift(timedelta(minutes=2))
    keys.touch(key)
    assert key.last_used_at > first
