"""Whether the keys in the data folder are those of the database: several hosts share one database, and each has a folder of its own."""

import hashlib

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.accounts.models import Installation
from tocsin.kit.home import Home, Unusable

_PROOF = b"tocsin"


def belong(home: Home) -> None:
    """
    Make the keys of `home` those of a fresh database, or see that they are. Idempotent.

    :raises Unusable: they are not; under them nobody could sign in, no secret could be read and no record would hold.
    """
    mine = {"secret": _hash(home.secret_key()), "signing": _public(home)}
    fresh = {**mine, "cipher": home.fernet().encrypt(_PROOF).decode()}
    known, _ = Installation.objects.get_or_create(pk=1, defaults=fresh)
    foreign = [name for name, value in mine.items() if getattr(known, name) != value]
    if not _reads(home, known.cipher):
        foreign.append("fernet")
    if foreign:
        files = ", ".join(f"{name}.key" for name in sorted(foreign))
        raise Unusable(
            f"{files} in {home.path} is not what this database was set up with: "
            "copy secret.key, fernet.key and signing.key from the host that serves it, or from the backup."
        )


def _reads(home: Home, cipher: str) -> bool:
    try:
        return home.fernet().decrypt(cipher) == _PROOF
    except InvalidToken:
        return False


def _hash(key: str) -> str:
    return hashlib.sha256(f"tocsin installation {key}".encode()).hexdigest()


def _public(home: Home) -> str:
    return home.signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
