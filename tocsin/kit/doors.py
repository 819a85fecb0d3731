"""The sockets at which a process listens, and how many may come through."""

import os
import resource
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from tocsin.kit import chance

TAKES_WITHIN_S: Final = 30
"""A client that takes nothing of what it is sent for so long is dropped by the kernel: what waits for it is bounded in bytes and in time."""
KEPT_FILES: Final = 256
"""Open files that no connection gets: databases, logs, deliveries, and whoever asks whether all is well."""
FILES_ENOUGH: Final = 1 << 20


def open_door(host: str, port: int, takes_within_s: float = TAKES_WITHIN_S) -> socket.socket:
    """
    Return a listening socket.

    :raises OSError: the address is taken, or none of this machine.
    """
    door = socket.create_server((host, port), backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # whoever is let in inherits it
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(takes_within_s * 1000))
    return door


def connections_max() -> int:
    """Raise the limit of open files as far as it goes, and return how many connections that leaves room for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = hard if hard != resource.RLIM_INFINITY else FILES_ENOUGH
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(KEPT_FILES, files - KEPT_FILES)


async def come_back(_scope: object, _receive: object, send: Callable[[MutableMapping[str, Any]], Awaitable[None]]) -> None:
    """Answer, as an ASGI application, whoever comes too many: later, over another connection. Spread, so that they do not all come at once."""
    body = b"Too many connections. Come back later.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        (b"retry-after", b"%d" % chance.between(1, 5)),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def crowded() -> bool:
    """Return whether so many files are open that those which are kept for the server itself are being used up."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return len(os.listdir("/dev/fd")) > soft - KEPT_FILES // 2
