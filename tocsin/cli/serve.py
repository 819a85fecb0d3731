"""`tocsin serve`, `web` and `worker`: the same parts in one process or in several."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import NoReturn

import click
import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import get_resolver
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin import asgi
from tocsin.accounts import links
from tocsin.cli.data import bring_in_step, look_only, only_one
from tocsin.comms import delivery, outbox
from tocsin.incidents import drills, leaps, notices, outcomes, plans, samples, signals, standing, ticker, zone_rules
from tocsin.incidents.declaring import Declarer
from tocsin.incidents.listening import Ear
from tocsin.ingest import carrying, expiry, filing, follower, turned_away, writer
from tocsin.ingest.mail.certificate import Certificate, Unusable
from tocsin.ingest.mail.listener import Listener
from tocsin.ingest.pings import checks, listening
from tocsin.ingest.wire import Wire
from tocsin.kit import astray, clock, collector, doors, promptness, spares
from tocsin.kit.child import Child, beside
from tocsin.kit.leaps import guard
from tocsin.kit.loops import Loop
from tocsin.kit.readonly import EVERY_S as READ_ONLY_LOOKS_EVERY_S
from tocsin.kit.readonly import readonly, writable
from tocsin.kit.reserve import EVERY_S, reserve
from tocsin.kit.sqlite import checkpoint
from tocsin.kit.sqlite.breakdown import breakdown
from tocsin.kit.turns import alone
from tocsin.plan import read

CONNECTIONS_CLOSE_WITHIN_S = 3
SWITCHES_EVERY_S = 0.0005
"""How soon a thread that computes lets another that waits have its turn where senders are answered. By itself Python takes ten times as long, and a
group changes threads several times on its way to the disk and back."""


@click.command()
def serve() -> None:
    """Serve everything: pages, API, alerts, clocks, deliveries."""
    if connection.vendor == "sqlite" and not writable(settings.HOME.path):
        _show()
    with only_one(), _port(settings.BIND) as door:
        _prepare()
        with _beside(), _mail(), _running([*_loops(), *_hearing(), *_taking(), _on_the_wall()]):
            _announce()
            _answer(door, asgi.application, Wire)


def _show() -> NoReturn:
    """Show what is there while the disk is read-only, and begin anew, in the same process, when it can be written again."""
    readonly.begin()
    with _port(settings.BIND) as door:
        look_only()
        looking = partial(readonly.look, settings.HOME.path, partial(os.kill, os.getpid(), signal.SIGTERM))
        with _running([Loop("disk", looking, every_s=READ_ONLY_LOOKS_EVERY_S)]):
            click.echo(
                f"The disk under {settings.HOME.path} is read-only: what is there is shown at {settings.BASE_URL}, nothing is taken."
            )
            connection.close()
            _answer(door, asgi.application, Wire)
    if readonly.over:
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - ourselves, as we were called
    sys.exit()


@click.command()
def web() -> None:
    """Serve pages, API and alerts; clocks and deliveries run in `tocsin worker`."""
    _needs_postgresql("web")
    with _port(settings.BIND) as door:
        _prepare()
        with _mail(), _running([*_hearing(), *_taking(), _on_the_wall()]):
            _announce()
            _answer(door, asgi.application, Wire)


@click.command()
@click.option("--health", default="", envvar="TOCSIN_HEALTH", help="Where /healthz, /readyz and /metrics answer, such as 127.0.0.1:8001.")
def worker(*, health: str) -> None:
    """Run clocks, deliveries and alerts; pages are served by `tocsin web`."""
    _needs_postgresql("worker")
    with _port(health, "TOCSIN_HEALTH") if health else nullcontext() as door:
        _prepare()
        collector.look_rarely()
        with _beside(), _running([*_loops(), *_hearing(), _on_the_wall()]):
            click.echo("Working.")
            connection.close()
            _wait() if door is None else _answer(door, asgi.health)


def _wait() -> None:
    """Return when a signal says so."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    stop.wait()


def _loops() -> list[Loop]:
    """
    Return what runs beside the pages, each woken by what feeds it: bodies read, incidents declared, messages sent, outcomes handed back.

    How often it also looks by itself is for what only time brings: an attempt that is due again, a feed that has fallen silent.
    """
    return [
        *_on_a_file(),
        Loop("ticker", ticker.run_once, every_s=0.25),
        Loop("housekeeping", alone("housekeeping", ticker.housekeep), every_s=20),
        *delivery.loops(outcomes.still_wanted),
        Loop("checks", checks.run_once, every_s=1.0),
        Loop("signals", signals.run_once, every_s=0.5, bell=samples.BELL),
        Loop("drills", drills.run_once, every_s=0.25, bell=drills.BELL),
        Loop("zones", alone("zones", zone_rules.run_once), every_s=zone_rules.LOOKS_EVERY_S),
        Loop("standing", alone("standing", standing.run_once), every_s=15, bell=plans.PUT_IN_FORCE),
    ]


@contextmanager
def _beside() -> Iterator[None]:
    """
    Run what computes much in processes of its own: making alerts of the log, which is most of what a storm costs and can wait, and what the
    desk does by itself of what came, for which somebody waits.
    """
    reading = [
        Loop("follower", follower.Follower().run_once, every_s=0.5, bell=writer.BELL),
        Loop("filing", filing.Filing().run_once, every_s=1.0),
        Loop("expiry", alone("expiry", expiry.Expirer().run_once), every_s=2.0),
        *_spooling(),
        *_hearing("reader-"),
        _on_the_wall("reader-"),
    ]
    declarer = Declarer()
    declaring = [
        Loop("declaring", declarer.run_once, every_s=1.0, bell=follower.BELL, first=declarer.rehearse),
        Loop("outcomes", outcomes.run_once, every_s=0.5, bell=outbox.ENDED),
        *_hearing("declarer-"),
        _on_the_wall("declarer-"),
    ]
    with beside(Child(reading), Child(declaring, nice=0, hears={notices.CHANNEL: notices.heard})):
        for those, what in ((reading, "Reading"), (declaring, "Declaring")):
            click.echo(f"{what} in a process of its own: {', '.join(loop.name for loop in those)}.")
        yield


def _on_a_file() -> list[Loop]:
    """Return what SQLite needs: its log is moved into its file, and the disk kept from filling up. PostgreSQL looks after its own."""
    if connection.vendor != "sqlite":
        return []
    file = Path(connection.settings_dict["NAME"])
    reserve.keep(file.parent)
    return [
        Loop("checkpoint", checkpoint.Checkpointer(file).run_once, every_s=checkpoint.EVERY_S),
        Loop("reserve", reserve.look, every_s=EVERY_S),
    ]


def _spooling() -> list[Loop]:
    """Return what looks after the files of the spool, where there is one."""
    folder = carrying.folder()
    return [Loop("spares", spares.Spares(folder).look, every_s=spares.LOOKS_EVERY_S)] if folder is not None else []


def _on_the_wall(whose: str = "") -> Loop:
    """Return what notices that this host's clock was set, in every process that goes by it."""
    return Loop(f"{whose}wall", leaps.run_once, every_s=leaps.LOOKS_EVERY_S)


def _hearing(whose: str = "") -> list[Loop]:
    """Return what hears of changes in other processes, and whether their clock is ours; on SQLite there is no other host."""
    if connection.vendor != "postgresql":
        return []
    return [Loop(f"{whose}hearing", Ear().run_once, every_s=0), Loop(f"{whose}clock", astray.look, every_s=astray.LOOKS_EVERY_S)]


def _taking() -> list[Loop]:
    """Return what goes with answering senders: saying that they are answered, and how many had to be turned away."""
    return [
        Loop("listening", listening.Pulse().run_once, every_s=listening.EVERY_S),
        Loop("turned away", turned_away.counted.run_once, every_s=turned_away.EVERY_S),
    ]


@contextmanager
def _mail() -> Iterator[None]:
    """Take mail, if it was said where."""
    if not settings.SMTP_LISTEN:
        yield
        return
    with _port(settings.SMTP_LISTEN, "TOCSIN_SMTP_LISTEN") as door:
        listener = Listener(door, certificate=_certificate())
        listener.start()
        click.echo(f"Taking mail at {settings.SMTP_LISTEN}.")
        try:
            yield
        finally:
            listener.stop()


def _certificate() -> Certificate | None:
    """Return what mail is taken with over TLS, if it was said."""
    chain, key = settings.SMTP_TLS_CERT, settings.SMTP_TLS_KEY
    if not chain:
        if key:
            raise click.ClickException("TOCSIN_SMTP_TLS_KEY is set, but TOCSIN_SMTP_TLS_CERT is not: name the certificate too.")
        return None
    try:
        return Certificate(Path(chain), Path(key) if key else None)
    except Unusable as error:
        raise click.ClickException(f"TOCSIN_SMTP_TLS_CERT: {error}.") from error


@contextmanager
def _running(loops: list[Loop]) -> Iterator[None]:
    for loop in loops:
        loop.start()
    click.echo(f"Running {', '.join(loop.name for loop in loops)}.")
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()


def _prepare() -> None:
    """Bring the data in step, and say so. From here on a disk that does not take a write ends this process, and whatever it forks."""
    kind = bring_in_step(meanwhile=_load)
    if connection.vendor == "sqlite":
        breakdown.arm()
    clock.read_by(guard.now)
    call_command("clearsessions")
    click.echo(f"Data in {settings.HOME.path}, {kind} in step.")
    connection.close()


def _load() -> None:
    with collector.loading():
        get_resolver().url_patterns  # noqa: B018 - it loads the pages
        read.load()


def _announce() -> None:
    """Print the one address to go to: the set-up link until somebody used it."""
    secret = links.issue_setup()
    if secret:
        click.echo(f"Open this link once to set Tocsin up: {settings.BASE_URL}/setup/{secret}")
    else:
        click.echo(f"Serving {settings.BASE_URL}")
    connection.close()


def _answer(door: socket.socket, application: Callable[..., Awaitable[None]], http: type[HttpToolsProtocol] = HttpToolsProtocol) -> None:
    """Serve until a signal ends it. Requests under way are finished, streams are let go."""
    sys.setswitchinterval(SWITCHES_EVERY_S)
    promptness.be_prompt()
    config = uvicorn.Config(
        application,
        http=http,
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=CONNECTIONS_CLOSE_WITHIN_S,
        limit_concurrency=doors.connections_max(),
    )
    # The server raises the signal again when it has ended; then the loops still have to.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: None)
    uvicorn.Server(config).run(sockets=[door])


@contextmanager
def _port(bind: str, name: str = "TOCSIN_BIND") -> Iterator[socket.socket]:
    """Give the listening socket, before anything else is begun."""
    host, _, port = bind.rpartition(":")
    try:
        door = doors.open_door(host or "127.0.0.1", int(port))
    except ValueError as error:
        raise click.ClickException(f"{name} is {bind}, which is not an address and a port.") from error
    except OSError as error:
        raise click.ClickException(f"Tocsin cannot listen on {bind}: {os.strerror(error.errno or 0)}. Set {name} to another.") from error
    with door:
        yield door


def _needs_postgresql(command: str) -> None:
    if connection.vendor != "postgresql":
        raise click.ClickException(
            f"tocsin {command} needs PostgreSQL (TOCSIN_DATABASE_URL); on SQLite one command does it all: tocsin serve."
        )
