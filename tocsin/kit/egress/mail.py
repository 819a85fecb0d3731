"""SMTP over one line: one message, one recipient, TLS as configured and never silently less."""

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from typing import Literal

from tocsin.kit.egress.errors import Rejected, Unreachable
from tocsin.kit.egress.line import Deadline

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes messages from us."""

    host: str
    port: int
    security: Security = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)


class _Session(smtplib.SMTP):
    """An SMTP session over a line that is already open."""

    def __init__(self, sock: socket.socket, relay: Relay, trust: ssl.SSLContext) -> None:
        self._line = trust.wrap_socket(sock, server_hostname=relay.host) if relay.security == "tls" else sock
        own = sock.getsockname()[0]
        literal = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # what RFC 5321 wants of a client that has no name
        super().__init__(relay.host, relay.port, local_hostname=literal)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._line


def submit(
    sock: socket.socket, relay: Relay, sender: str, recipient: str, message: bytes, *, deadline: Deadline, trust: ssl.SSLContext
) -> str:
    """
    Hand `message` to the relay and return its answer, which names the message in the relay's log.

    :raises Unreachable: no whole answer in time, or a 4xx one.
    :raises Rejected: a 5xx answer, or no TLS where it is demanded.
    """
    under_way = False
    try:
        with contextlib.closing(_Session(sock, relay, trust)) as session:
            _open(session, relay, trust)
            _expect(session.mail(sender), relay)
            _expect(session.rcpt(recipient), relay)
            under_way = True
            answer = _expect(session.data(message), relay)
            _in_time(relay, deadline)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                session.putcmd("quit")  # its answer says nothing any more
            return answer
    except smtplib.SMTPResponseException as error:
        _in_time(relay, deadline, in_doubt=under_way)
        _expect((error.smtp_code, error.smtp_error), relay)
        raise Unreachable(f"{relay.host}: an answer out of turn: {error.smtp_code}", in_doubt=under_way) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Rejected("refused", f"{relay.host}: {error}", hint="check the security and the user name of this channel") from error
    except (smtplib.SMTPException, OSError) as error:
        _in_time(relay, deadline, in_doubt=under_way)
        raise Unreachable(f"{relay.host}: {error}", in_doubt=under_way) from error


def _in_time(relay: Relay, deadline: Deadline, *, in_doubt: bool = True) -> None:
    """Half a line looks whole to the library when the connection is cut, so what comes at the deadline is no answer."""
    if deadline.passed():
        raise Unreachable(f"{relay.host}: no whole answer within {deadline.seconds:g} s", in_doubt=in_doubt)


def _open(session: _Session, relay: Relay, trust: ssl.SSLContext) -> None:
    session.ehlo_or_helo_if_needed()
    if relay.security == "starttls":
        session.starttls(context=trust)
        session.ehlo()
    if relay.username:
        session.login(relay.username, relay.password)


def _expect(answer: tuple[int, bytes | str], relay: Relay) -> str:
    """Return the text of a 2xx answer; every other one is an exception, by its first digit."""
    code, raw = answer
    text = " ".join((raw if isinstance(raw, str) else raw.decode("utf-8", "replace")).split())
    said = f"{relay.host} answered {code} {text}".strip()[:300]
    match code // 100:
        case 2:
            return text
        case 5:
            raise Rejected("refused", said)
        case _:
            raise Unreachable(said)
