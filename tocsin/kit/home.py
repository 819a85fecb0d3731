"""The data folder of one installation: where its files lie, and the keys without which its data is worth nothing."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_KEYS = ("secret", "fernet", "signing")
MOVED = "moved.json"


class Unusable(Exception):  # noqa: N818 - it names what the folder is
    """The data folder cannot serve: one clear sentence for the person who starts the server."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and what the environment says before any database is open."""

    path: Path
    database_url: str
    base_url: str
    bind: str
    smtp_listen: str = ""
    """Where mail for feeds is taken; nowhere unless it is said."""
    smtp_tls_cert: str = ""
    smtp_tls_key: str = ""
    """The files with the certificate for it and the key, which may be one."""

    def secret_key(self) -> str:
        """Return Django's secret key."""
        return self._key("secret").decode()

    def fernet(self) -> MultiFernet:
        """Return the cipher for secrets at rest: the first line of the key file encrypts, every line decrypts."""
        return MultiFernet([Fernet(line) for line in self._key("fernet").split()])

    def signing_key(self) -> Ed25519PrivateKey:
        """Return the key that signs the heads of journals."""
        key = load_pem_private_key(self._key("signing"), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise Unusable(f"{self.path / 'signing.key'} is not an Ed25519 key.")
        return key

    def mark_moved(self, url: str, at: datetime) -> None:
        """Note that the data of this folder are in another database from now on: they are not served from here any more."""
        said = urlsplit(url)
        place = said._replace(netloc=said.netloc.rpartition("@")[2]).geturl()
        _write_once(self.path / MOVED, json.dumps({"to": place, "at": at.isoformat()}).encode())

    def moved_to(self) -> str:
        """Return whither the data of this folder were moved, without password, or the empty string."""
        try:
            return str(json.loads((self.path / MOVED).read_bytes())["to"])
        except FileNotFoundError:
            return ""

    def _key(self, name: str) -> bytes:
        return (self.path / f"{name}.key").read_bytes()


def open_home(environ: Mapping[str, str] = os.environ) -> Home:
    """
    Return the home that the environment names, made with fresh keys if it is new.

    :raises Unusable: the folder cannot be written, or holds data but not all of its keys.
    """
    bind = environ.get("TOCSIN_BIND", "") or "127.0.0.1:8000"
    home = Home(
        path=Path(environ.get("TOCSIN_HOME", "") or "var").absolute(),
        database_url=environ.get("TOCSIN_DATABASE_URL", ""),
        base_url=(environ.get("TOCSIN_BASE_URL", "") or f"http://{bind}").rstrip("/"),
        bind=bind,
        smtp_listen=environ.get("TOCSIN_SMTP_LISTEN", ""),
        smtp_tls_cert=environ.get("TOCSIN_SMTP_TLS_CERT", ""),
        smtp_tls_key=environ.get("TOCSIN_SMTP_TLS_KEY", ""),
    )
    try:
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _ensure_keys(home.path)
    except OSError as error:
        raise Unusable(f"The data folder {home.path} cannot be used: {error.strerror}.") from error
    if not home.database_url and home.moved_to():
        raise Unusable(f"The data in {home.path} were moved to {home.moved_to()}: set TOCSIN_DATABASE_URL to it, with its password.")
    return home


def _ensure_keys(folder: Path) -> None:
    missing = [name for name in _KEYS if not (folder / f"{name}.key").exists()]
    holds_data = any((folder / name).exists() for name in ("keys.made", "tocsin.sqlite3"))
    if missing and holds_data:
        raise Unusable(f"The key file {folder / missing[0]}.key is missing, but {folder} holds data: put the key back from the backup.")
    for name in missing:
        _write_once(folder / f"{name}.key", _made(name))
    if missing:
        _write_once(folder / "keys.made", b"")


def _made(name: str) -> bytes:
    if name == "secret":
        return secrets.token_urlsafe(50).encode()
    if name == "fernet":
        return Fernet.generate_key()
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_once(path: Path, content: bytes) -> None:
    """Write the whole file or nothing, mode 0600; of two processes that start at once, the first one's file stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
