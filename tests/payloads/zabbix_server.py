"""
The real Zabbix server, which raises a problem, has it acknowledged and sees it end, and sends by our own media type.

`DJANGO_SETTINGS_MODULE=tests.settings python -m tests.payloads.zabbix_server FOLDER` records what it sends. In FOLDER are Debian's
packages zabbix-server-pgsql and zabbix-agent (which has `zabbix_sender`) with what they need, each taken apart by `dpkg-deb -x`.
"""

import gzip
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from ruamel.yaml import YAML

from tests import postgres
from tests.payloads.recorder import Recorder, recording
from tests.postgres import Cluster
from tests.serving import eventually

MEDIUM: Final = Path(__file__).parents[2] / "docs" / "senders" / "zabbix.yaml"
HOST, KEY, ME = "sip-3.example.net", "queue.wait", 10_000_000
"""`ME` is where the ids of what is set up here begin, beyond those that Zabbix brings along."""
CONFIGURATION = """
DBHost={cluster}
DBName=zabbix
DBUser=tocsin
ListenIP=127.0.0.1
ListenPort={port}
LogFile={folder}/server.log
PidFile={folder}/server.pid
SocketDir={folder}
FpingLocation=/bin/true
AllowRoot=1
AllowUnsupportedDBVersions=1
CacheUpdateFrequency=1
StartPollers=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartODBCPollers=0
"""
PROBLEM, RECOVERY, UPDATE = range(3)
"""Kinds of operations and of message templates, as Zabbix numbers them."""
ACKNOWLEDGE, SAY, GRADE, LEAVE = 2, 4, 8, 16
TRAPPER, WEBHOOK, WHOLE_NUMBER, HIGH, DISASTER, UPDATED, TO_DO = 2, 4, 3, 4, 5, 4, 1


@contextmanager
def server(programs: Path, to: str) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """Run a server that sends to `to`; give its database and its port."""
    cluster = postgres.start()
    try:
        with tempfile.TemporaryDirectory() as folder, connected(cluster, programs) as database:
            set_up(database, to)
            port = low_port()
            path = Path(folder) / "server.conf"
            path.write_text(CONFIGURATION.format(cluster=cluster.folder, folder=folder, port=port))
            with started(programs, "usr/sbin/zabbix_server", "-f", "-c", str(path)) as process:
                try:
                    yield database, port
                finally:
                    process.terminate()
    finally:
        cluster.stop()


def low_port() -> int:
    """Return a port that nobody has and that Zabbix takes: it listens at none of those that a system gives away by itself."""
    for port in range(20_051, 32_767):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("every port is taken")


@contextmanager
def connected(cluster: Cluster, programs: Path) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to the database of a new installation."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as one:
        one.execute("CREATE DATABASE zabbix")
    with psycopg.connect(cluster.url("zabbix"), autocommit=True) as database:
        for name in ("schema", "images", "data"):
            with gzip.open(programs / f"usr/share/zabbix-server-pgsql/{name}.sql.gz", "rt", encoding="utf-8") as file:
                database.execute(file.read().encode())
        yield database


def started(programs: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of the programs with the libraries that were taken apart beside it."""
    where = os.environ | {"LD_LIBRARY_PATH": str(programs / "usr/lib/x86_64-linux-gnu")}
    return subprocess.Popen([programs / program, *arguments], env=where, stdout=subprocess.DEVNULL)


def put(database: psycopg.Connection[Any], table: str, **values: Any) -> None:
    """Insert a row."""
    places = ", ".join(["%s"] * len(values))
    database.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})".encode(), list(values.values()))


def set_up(database: psycopg.Connection[Any], to: str) -> None:
    """Make a host with one trigger, and an action that tells Admin of it by our media type, as its guide says."""
    database.execute("UPDATE hosts SET status = 1 WHERE status = 0")
    put(database, "hosts", hostid=ME, host=HOST, name=HOST, name_upper=HOST.upper())
    put(database, "hosts_groups", hostgroupid=ME, hostid=ME, groupid=2)
    put(database, "interface", interfaceid=ME, hostid=ME, main=1, ip="192.0.2.3")
    put(database, "items", itemid=ME, type=TRAPPER, hostid=ME, name="Wait", key_=KEY, value_type=WHOLE_NUMBER, units="s")
    put(database, "item_rtdata", itemid=ME)
    trigger = {"description": "Ожидание на {HOST.NAME} дольше 8 минут", "opdata": "{ITEM.LASTVALUE1}", "comments": "Queue of line 4001"}
    put(database, "triggers", triggerid=ME, expression=f"{{{ME}}}>480", priority=DISASTER, **trigger)
    put(database, "functions", functionid=ME, itemid=ME, triggerid=ME, name="last", parameter="$")
    for number, (tag, value) in enumerate({"service": "hotline", "region": "north"}.items()):
        put(database, "trigger_tag", triggertagid=ME + number, triggerid=ME, tag=tag, value=value)
    put(database, "users", userid=ME, username="bea", name="Беа", roleid=3)
    put(database, "globalmacro", globalmacroid=ME, macro="{$ZABBIX.URL}", value="https://zabbix.example.net/")
    medium(database, to)
    put(database, "actions", actionid=ME, name="Tell Tocsin")
    for kind in (PROBLEM, RECOVERY, UPDATE):
        put(database, "operations", operationid=ME + kind, actionid=ME, recovery=kind)
        put(database, "opmessage", operationid=ME + kind, mediatypeid=ME)
        put(database, "opmessage_usr", opmessage_usrid=ME + kind, operationid=ME + kind, userid=1)


def medium(database: psycopg.Connection[Any], to: str) -> None:
    """Import our media type, and give it to Admin."""
    (ours,) = YAML(typ="safe").load(MEDIUM)["zabbix_export"]["media_types"]
    plain = {name: ours[name] for name in ("name", "script", "timeout", "attempt_interval", "description")}
    put(database, "media_type", mediatypeid=ME, type=WEBHOOK, maxattempts=int(ours["attempts"]), **plain)
    for number, one in enumerate(ours["parameters"]):
        put(database, "media_type_param", mediatype_paramid=ME + number, mediatypeid=ME, name=one["name"], value=one["value"])
    for number, one in enumerate(ours["message_templates"]):
        kind = {"PROBLEM": PROBLEM, "RECOVERY": RECOVERY, "UPDATE": UPDATE}[one["operation_mode"]]
        said = {"subject": one["subject"], "message": one["message"]}
        put(database, "media_type_message", mediatype_messageid=ME + number, mediatypeid=ME, eventsource=0, recovery=kind, **said)
    put(database, "media", mediaid=ME, userid=1, mediatypeid=ME, sendto=to)


def measure(programs: Path, port: int, value: int) -> bool:
    """Hand a value in; return whether the server takes it, which it does once it has heard of the item."""
    arguments = ("-z", "127.0.0.1", "-p", str(port), "-s", HOST, "-k", KEY, "-o", str(value))
    with started(programs, "usr/bin/zabbix_sender", *arguments) as process:
        return process.wait() == 0


def update(database: psycopg.Connection[Any], number: int, action: int, words: str) -> None:
    """Let Bea do something to the problem as Zabbix's page does. Whoever does something is not told of it, so that it is not Admin."""
    ((event,),) = database.execute("SELECT eventid FROM problem WHERE objectid = %s", [ME])
    now, id_ = int(time.time()), ME + number
    grades = {"old_severity": DISASTER, "new_severity": HIGH} if action == GRADE else {}
    put(database, "acknowledges", acknowledgeid=id_, userid=ME, eventid=event, clock=now, message=words, action=action, **grades)
    for table in ("events", "problem"):
        if action == GRADE:
            database.execute(f"UPDATE {table} SET severity = %s WHERE eventid = %s".encode(), [HIGH, event])
        else:
            database.execute(f"UPDATE {table} SET acknowledged = %s WHERE eventid = %s".encode(), [int(action != LEAVE), event])
    put(database, "task", taskid=id_, type=UPDATED, status=TO_DO, clock=now)
    put(database, "task_acknowledge", taskid=id_, acknowledgeid=id_)


def record(programs: Path, recorder: Recorder) -> None:
    """Let the queue grow too long, be looked at, and be short again."""
    with server(programs, f"{recorder.url}/in/zabbix/good") as (database, port):
        eventually(lambda: measure(programs, port, 512), within_s=60)
        eventually(lambda: len(recorder.calls) == 1, within_s=60)
        update(database, 0, ACKNOWLEDGE | SAY, "on my way")
        eventually(lambda: len(recorder.calls) == 2, within_s=60)
        update(database, 1, GRADE, "")
        eventually(lambda: len(recorder.calls) == 3, within_s=60)
        update(database, 2, LEAVE, "")
        eventually(lambda: len(recorder.calls) == 4, within_s=60)
        measure(programs, port, 12)
        eventually(lambda: len(recorder.calls) == 5, within_s=60)
    recorder.write("zabbix", *(f"server_{name}" for name in ("problem", "acknowledged", "regraded", "unacknowledged", "recovery")))


if __name__ == "__main__":
    with recording() as made:
        record(Path(sys.argv[1]).resolve(), made)
