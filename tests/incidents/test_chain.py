"""Each entry is bound to all before it, to its journal, and the last one to the installation's key."""

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tocsin.incidents import chain

KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
HEAD = chain.Head("org_1", "inc_1", 3, "ab" * 32)


def test_anyone_can_recompute_a_link_with_a_hash_tool():
    lines = b"tocsin-entry-1\n%s\n4\nNoted\n1\n{}" % (b"ab" * 32)
    assert chain.link("ab" * 32, 4, "Noted", 1, "{}") == hashlib.sha256(lines).hexdigest()


@pytest.mark.row("I9")
@pytest.mark.parametrize(
    "other",
    [
        ("cd" * 32, 4, "Noted", 1, "{}"),
        ("ab" * 32, 5, "Noted", 1, "{}"),
        ("ab" * 32, 4, "Filed", 1, "{}"),
        ("ab" * 32, 4, "Noted", 2, "{}"),
        ("ab" * 32, 4, "Noted", 1, "[]"),
    ],
    ids=["before", "seq", "type", "version", "body"],
)
def test_a_link_binds_everything_of_its_entry(other):
    assert chain.link(*other) != chain.link("ab" * 32, 4, "Noted", 1, "{}")


@pytest.mark.row("I8")
def test_a_journal_begins_with_its_organisation_and_incident():
    assert len({chain.genesis(*names) for names in (("org_1", "inc_1"), ("org_2", "inc_1"), ("org_1", "inc_2"), ("org_1\ninc", "_1"))}) == 4


def test_the_signature_is_over_exactly_this_head():
    signature = chain.sign_head(KEY, HEAD)
    assert chain.verify_head(KEY.public_key(), HEAD, signature)
    for other in (
        replace(HEAD, organisation="org_2"),
        replace(HEAD, incident="inc_2"),
        replace(HEAD, seq=2),
        replace(HEAD, hash="ac" * 32),
    ):
        assert not chain.verify_head(KEY.public_key(), other, signature)


@pytest.mark.parametrize("signature", ["", "zz", "00" * 64, chain.sign_head(KEY, HEAD).upper(), chain.sign_head(KEY, HEAD) + " "])
def test_what_is_no_signature_is_no_proof(signature):
    assert not chain.verify_head(KEY.public_key(), HEAD, signature)


def test_a_foreign_key_is_no_proof():
    foreign = Ed25519PrivateKey.from_private_bytes(b"\x06" * 32)
    assert not chain.verify_head(KEY.public_key(), HEAD, chain.sign_head(foreign, HEAD))


def test_a_public_key_is_handed_out_as_text():
    text = chain.public_text(KEY.public_key())
    assert len(text) == 64
    assert chain.public_text(chain.public_key(text)) == text
    with pytest.raises(ValueError, match="64 hex digits"):
        chain.public_key(text.upper())
