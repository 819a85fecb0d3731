"""Mail over TLS: with a certificate it comes so and not otherwise, and a new certificate is served without a restart."""

import os
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.certificates import issue
from tests.ingest import posting
from tests.ingest.test_mail import KEY, mail
from tests.serving import eventually
from tocsin.ingest.mail import listener
from tocsin.ingest.mail.certificate import Certificate, Unusable

NAME = "tocsin.example.org"
ADDRESS = f"{KEY}@in.example.org"


class Files:
    """A certificate in two files, replaced as renewing programs do it: a new file is put in the place of the old one."""

    def __init__(self, folder: Path) -> None:
        self.chain, self.key = folder / "chain.pem", folder / "key.pem"
        self.renew()

    def renew(self) -> bytes:
        """Put another certificate there and return it."""
        chain, key = issue(NAME)
        self.put(self.chain, chain)
        self.put(self.key, key)
        return chain

    def put(self, path: Path, content: bytes) -> None:
        """Put a file in the place of another."""
        draft = path.with_suffix(".new")
        draft.write_bytes(content)
        draft.replace(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def store() -> posting.Store:
    return posting.Store()


@pytest.fixture
def port(files: Files, store: posting.Store) -> Iterator[int]:
    """Give the port of a listener with a certificate, which knows one key."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        taking = listener.Listener(door, lambda: posting.lane(store, known=[KEY]), Certificate(files.chain, files.key))
        taking.start()
        yield door.getsockname()[1]
        taking.stop()


def send(port: int, trusted: bytes) -> None:
    """Send a mail over TLS to whoever shows the certificate that is trusted."""
    context = ssl.create_default_context(cadata=trusted.decode())
    with smtplib.SMTP("127.0.0.1", port) as client:
        client._host = NAME  # type: ignore[attr-defined] - who it is expected to be, since the test has no name service
        client.starttls(context=context)
        client.send_message(mail(), to_addrs=[ADDRESS])


def test_mail_comes_over_tls_to_whoever_the_certificate_names(port, files, store):
    send(port, files.chain.read_bytes())
    assert len(store.rows) == 1
    with pytest.raises(ssl.SSLCertVerificationError):
        send(port, issue(NAME)[0])


def test_no_address_is_told_before_tls_has_begun(port, store):
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert client.mail("monitor@example.net")[0] == 530
        assert client.rcpt(ADDRESS)[0] == 530
    assert store.rows == []


def test_a_new_certificate_is_served_from_the_next_connection_on(port, files, store):
    first = files.chain.read_bytes()
    send(port, first)
    second = files.renew()
    send(port, second)
    with pytest.raises(ssl.SSLCertVerificationError):
        send(port, first)
    assert len(store.rows) == 2


def halved(files: Files) -> None:
    files.put(files.chain, issue(NAME)[0])


def emptied(files: Files) -> None:
    files.put(files.key, b"")


def removed(files: Files) -> None:
    os.unlink(files.chain)


@pytest.mark.parametrize("spoil", [halved, emptied, removed])
def test_what_cannot_be_served_leaves_the_last_good_certificate_in_place_and_is_said_once(
    files: Files, spoil: Callable[[Files], None]
) -> None:
    served = Certificate(files.chain, files.key)
    before = served.context()
    spoil(files)
    with capture_logs() as said:
        assert served.context() is before
        assert served.context() is before
    assert [line["event"] for line in said if line["log_level"] == "error"] == ["mail.certificate_not_read"]
    files.renew()
    assert served.context() is not before


def test_a_certificate_that_ends_soon_is_said_when_it_is_read(files):
    for now, expected in ((datetime.now(UTC), ["mail.certificate_ends"]), (datetime(2020, 1, 1, tzinfo=UTC), [])):
        with capture_logs() as said:
            Certificate(files.chain, files.key, now=lambda now=now: now)
        assert [line["event"] for line in said] == expected


def test_a_key_may_stand_in_one_file_with_its_certificate_and_needs_no_second(tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(issue(NAME)))
    assert Certificate(both).context()


@pytest.mark.parametrize("content", [b"", b"no certificate", issue(NAME)[0]])
def test_nothing_begins_without_a_certificate_and_its_key(tmp_path, content):
    path = tmp_path / "chain.pem"
    with pytest.raises(Unusable):
        Certificate(path)
    path.write_bytes(content)
    with pytest.raises(Unusable, match=r"chain\.pem"):
        Certificate(path)


def test_a_connection_counts_once_although_tls_begins_within_it(port, files):
    trusting = ssl.create_default_context(cadata=files.chain.read_text())
    trusting.check_hostname = False
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as first, smtplib.SMTP("127.0.0.1", port, timeout=10):
        first.starttls(context=trusting)
        first.ehlo()
        assert listener._Connection.open == 2
    eventually(lambda: listener._Connection.open == 0)


def test_whoever_begins_tls_with_something_else_is_let_go(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rb") as told:
        line.sendall(b"EHLO x\r\nSTARTTLS\r\n")
        assert any(said.startswith(b"220 Ready") for said in told)
        line.sendall(b"no handshake\r\n" * 10)
        told.read()
    eventually(lambda: listener._Connection.open == 0)
