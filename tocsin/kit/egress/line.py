"""Resolve, check, pin, connect: the only place in Tocsin that dials."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from tocsin.kit import clock
from tocsin.kit.egress.errors import Rejected, Unreachable
from tocsin.kit.egress.guard import Address, Opening, refusal

Resolver = Callable[[str, int], tuple[Address, ...]]


class Deadline:
    """One span of time for everything that an attempt does: resolving, connecting, TLS, asking, and reading the whole answer."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that remain, a little more than nothing at the end: a timeout of zero would mean "do not block"."""
        return max(0.001, self._end - clock.monotonic())

    def passed(self) -> bool:
        """Tell whether the time is over."""
        return clock.monotonic() >= self._end


def system_resolver(host: str, port: int) -> tuple[Address, ...]:
    """Return every address that the system knows for `host`, in its order of preference."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"the name {host} could not be resolved: {error.strerror or error}") from error
    except UnicodeError as error:
        raise Rejected("bad_url", f"{host} is not a name of a host") from error
    return tuple(dict.fromkeys(ip_address(str(place[0])) for *_, place in found))


@dataclass(frozen=True, slots=True)
class Dial:
    """Dials for whoever may use these `openings`."""

    openings: tuple[Opening, ...]
    resolver: Resolver

    def __call__(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """
        Return a socket connected to a checked address of `host`.

        :raises Rejected: no address of `host` may be connected to.
        :raises Unreachable: the name is unknown, or nobody answers.
        """
        return _connected(host, port, _permitted(host, port, _resolved(host, port, self.resolver, deadline), self.openings), deadline)


class Nowhere(Dial):
    """Dials nobody."""

    def __call__(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """
        Return no socket.

        :raises Unreachable: always.
        """
        raise Unreachable("this door is shut")


@contextlib.contextmanager
def line(host: str, port: int, *, dial: Dial, deadline: Deadline) -> Iterator[socket.socket]:
    """
    Yield a socket that `dial` connects. At the deadline it is cut, however slowly the other side dribbles: for libraries that read by themselves.

    :raises Rejected: no address of `host` may be connected to.
    :raises Unreachable: the name is unknown, or nobody answers.
    """
    with dial(host, port, deadline) as sock, sock.dup() as handle:
        # The handle is the same connection under a number of its own, so it still cuts after TLS has taken the socket over.
        knife = threading.Timer(deadline.left(), _cut, (handle,))
        knife.name, knife.daemon = "egress-deadline", True
        knife.start()
        try:
            yield sock
        finally:
            knife.cancel()
            knife.join()


def _cut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was faster
        handle.shutdown(socket.SHUT_RDWR)


def _resolved(host: str, port: int, resolver: Resolver, deadline: Deadline) -> tuple[Address, ...]:
    with contextlib.suppress(ValueError):
        return (ip_address(host),)
    answer: queue.SimpleQueue[tuple[Address, ...] | Unreachable | Rejected] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(resolver(host, port))
        except (Unreachable, Rejected) as error:
            answer.put(error)

    # The system's resolver takes no deadline; a thread that is still waiting ends by itself when the system gives up.
    threading.Thread(target=ask, name="egress-resolve", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left())
    except queue.Empty:
        raise Unreachable(f"the name {host} was not resolved within {deadline.seconds:g} s") from None
    if isinstance(found, Exception):
        raise found
    return found


def _permitted(host: str, port: int, addresses: tuple[Address, ...], openings: tuple[Opening, ...]) -> tuple[Address, ...]:
    verdicts = {address: refusal(address, port, openings) for address in addresses}
    permitted = tuple(address for address, why in verdicts.items() if not why)
    if addresses and not permitted:
        named = ", ".join(f"{address} ({why})" for address, why in verdicts.items())
        raise Rejected(
            "closed_address",
            f"{host} is at {named}, port {port}, where Tocsin does not connect by itself",
            hint="an owner can open this network by name",
        )
    return permitted


def _connected(host: str, port: int, addresses: tuple[Address, ...], deadline: Deadline) -> socket.socket:
    problem = "it has no address"
    for tried, address in enumerate(addresses):
        sock = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        sock.settimeout(deadline.left() / (len(addresses) - tried))  # one silent address leaves time for the next
        try:
            sock.connect((str(address), port))
        except OSError as error:
            sock.close()
            problem = f"no answer within {deadline.seconds:g} s" if isinstance(error, TimeoutError) else str(error.strerror or error)
        else:
            sock.settimeout(deadline.left())
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise Unreachable(f"{host}, port {port}: {problem}")
