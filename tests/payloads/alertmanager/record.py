"""Record what a real Alertmanager sends, into this folder: `python -m tests.payloads.alertmanager.record`."""

from pathlib import Path
from typing import Any

from tests.alertmanager import hand_in, running
from tests.comms.sinks.webhook import Sink
from tests.serving import eventually

HERE = Path(__file__).parent
CONFIGURATION = """
route: {{receiver: tocsin, group_by: [alertname], group_wait: 100ms, group_interval: 300ms, repeat_interval: 1h}}
receivers: [{{name: tocsin, webhook_configs: [{{url: {url}, send_resolved: true}}]}}]
"""
QUEUE: dict[str, Any] = {
    "labels": {"alertname": "HotlineQueue", "severity": "critical", "region": "north", "line": "4001"},
    "annotations": {"summary": "Queue wait over 8 minutes on line 4001", "runbook_url": "https://runbooks.example.net/hotline"},
    "startsAt": "2024-06-07T09:12:00.5Z",
    "generatorURL": "http://prometheus.example.net:9090/graph?g0.expr=queue_wait&g0.tab=1",
}
DISKS: list[dict[str, Any]] = [
    {
        "labels": {"alertname": "DiskFull", "instance": f"db-{number}.example.net:9100", "severity": "warning"},
        "annotations": {"summary": summary} if summary else {},
        "startsAt": f"2024-06-07T10:00:{number:02d}.123456789Z",
    }
    for number, summary in enumerate(("Диск заполнен на db-1", "db-2 磁盘已满", ""), 1)
]
SCENES = (
    ("firing", [QUEUE]),
    ("grouped", DISKS),
    ("resolved", [QUEUE | {"endsAt": "2024-06-07T09:55:30Z"}]),
    ("partly_resolved", [DISKS[1] | {"endsAt": "2024-06-07T10:30:00Z"}]),
)


def record() -> None:
    with Sink() as sink, running(CONFIGURATION.format(url=sink.url)) as address:
        for name, alerts in SCENES:
            seen = len(sink.requests)
            eventually(lambda alerts=alerts: hand_in(address, alerts))
            eventually(lambda seen=seen: len(sink.requests) > seen)
            (HERE / f"{name}.json").write_bytes(sink.requests[-1].body)


if __name__ == "__main__":
    record()
