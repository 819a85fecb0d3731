"""The certificate of the mail listener: read from its files, and read again when they have changed."""

import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from prometheus_client import Gauge

from tocsin.kit import clock

SOON: Final = timedelta(days=30)
_ends = Gauge("tocsin_smtp_certificate_not_after_seconds", "Until when the certificate of the mail listener is valid, since 1970")
_log = structlog.get_logger(__name__)

Stamp = tuple[tuple[int, int, int], ...]
"""What tells one content of the files from another: number, size and time of change of each."""


class Unusable(Exception):  # noqa: N818 - it says what the files are
    """The files hold no certificate with its key that can be served."""


class Certificate:
    """
    A chain and its key, in two files or, with no second, in one.

    What is new in the files is served from the next connection on. Where it cannot be, because the one file was replaced and the other is
    not yet or because it is broken, the last good one is served on, and that is said once in the log.
    """

    def __init__(self, chain: Path, key: Path | None = None, now: Callable[[], datetime] = clock.now) -> None:
        """:raises Unusable: there is nothing to begin with."""
        self._chain, self._key, self._now = chain, key, now
        self._tried = self._stamp()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """Return what a connection that begins now is secured with."""
        stamp = self._stamp()
        if stamp != self._tried:
            self._tried = stamp
            try:
                self._context = self._load()
            except Unusable as error:
                _log.error("mail.certificate_not_read", error=str(error))
        return self._context

    def _stamp(self) -> Stamp:
        found = []
        for path in filter(None, (self._chain, self._key)):
            try:
                said = path.stat()
            except OSError:
                return ()
            found.append((said.st_ino, said.st_size, said.st_mtime_ns))
        return tuple(found)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self._chain, self._key, password=_no_password)
            ends_at = x509.load_pem_x509_certificates(self._chain.read_bytes())[0].not_valid_after_utc
        except (OSError, ValueError, IndexError) as error:
            files = " and ".join(str(path) for path in (self._chain, self._key) if path)
            raise Unusable(f"no certificate with its key can be read from {files}: {error}") from error
        _ends.set(ends_at.timestamp())
        if ends_at - self._now() < SOON:
            _log.warning("mail.certificate_ends", at=ends_at.isoformat())
        return context


def _no_password() -> str:
    """Keep OpenSSL from asking at the terminal for the password of a key that has one."""
    raise ValueError("its key is protected by a password")
