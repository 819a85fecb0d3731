"""The one ASGI application: the lane for alerts, what its senders ask of them, the streams of notices, and Django for everything else."""

import asyncio
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
django.setup(set_prefix=False)

from tocsin.ingest import asking, lane  # noqa: E402 - Django is set up first
from tocsin.kit import watchdog  # noqa: E402
from tocsin.web import stream  # noqa: E402
from tocsin.web.handler import Handler  # noqa: E402
from tocsin.web.stream import Receive, Scope, Send  # noqa: E402

HEALTH = ("/healthz", "/readyz", "/metrics")
PAGES_AT_ONCE, PROBES_AT_ONCE = 16, 2
"""As many pages as PostgreSQL's pool has connections; whoever asks whether all is well waits behind none of them."""
pages = Handler(PAGES_AT_ONCE, "pages")
probes = Handler(PROBES_AT_ONCE, "probes")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request to whoever answers its path."""
    if scope["type"] == "lifespan":
        lane.application.begin()
        await _live(receive, send)
    elif scope["type"] == "http" and asking.application.answers(scope):
        await asking.application(scope, receive, send)
    elif scope["type"] == "http" and lane.application.answers(scope):
        await lane.application(scope, receive, send)
    elif scope["type"] == "http" and (scope["path"] == stream.API or stream.PAGE.fullmatch(scope["path"])):
        await stream.application(scope, receive, send)
    else:
        await (probes if scope["path"] in HEALTH else pages)(scope, receive, send)


async def health(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what an operator's tools ask of a process that serves no pages."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] in HEALTH:
        await probes(scope, receive, send)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def _live(receive: Receive, send: Send) -> None:
    """Begin at once; end when the lane has committed what it holds. Whoever stands still in between is ended."""
    dog = watchdog.Watchdog(asyncio.get_running_loop())
    dog.start()
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    dog.stop()
    await asyncio.to_thread(lane.application.close)
    await send({"type": "lifespan.shutdown.complete"})
