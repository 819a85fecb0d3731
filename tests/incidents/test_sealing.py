"""A commitment hides its text, binds it, and outlives it."""

import hashlib

import pytest

from tocsin.incidents import sealing
from tocsin.incidents.sealing import Sealed


def test_a_commitment_is_a_hash_over_salt_and_text():
    assert sealing.commit(b"\x01" * 32, "Ана") == hashlib.sha256(b"\x01" * 32 + "Ана".encode()).hexdigest()


def test_the_same_text_is_committed_to_differently_each_time():
    assert sealing.seal("yes").commitment != sealing.seal("yes").commitment


def test_a_salt_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.commit(b"\x01" * 31, "x")


def test_another_text_or_another_salt_is_another_commitment():
    sealed = Sealed(b"\x01" * 32, "yes")
    assert len({sealed.commitment, Sealed(b"\x02" * 32, "yes").commitment, Sealed(b"\x01" * 32, "no").commitment}) == 3
