"""Record what a real Alertmanager sends, into this folder: `python -m tests.payloads.alertmanager.record`."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests import programs
from tests.comms.sinks.webhook import Sink
from tests.serving import eventually, free_port

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
    with tempfile.TemporaryDirectory() as folder, Sink() as sink:
        (Path(folder) / "alertmanager.yml").write_text(CONFIGURATION.format(url=sink.url))
        address = f"127.0.0.1:{free_port()}"
        arguments = [
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/data",
            f"--web.listen-address={address}",
            "--web.external-url=http://alertmanager.example.net:9093",
            "--cluster.listen-address=",
            "--log.level=error",
        ]
        with subprocess.Popen([programs.program("alertmanager"), *arguments]) as process:
            try:
                for name, alerts in SCENES:
                    seen = len(sink.requests)
                    eventually(lambda alerts=alerts: hand_in(address, alerts))
                    eventually(lambda seen=seen: len(sink.requests) > seen)
                    (HERE / f"{name}.json").write_bytes(sink.requests[-1].body)
            finally:
                process.terminate()


def hand_in(address: str, alerts: list[dict[str, Any]]) -> bool:
    try:
        answer = httpx.post(f"http://{address}/api/v2/alerts", content=json.dumps(alerts), headers={"Content-Type": "application/json"})
    except httpx.TransportError:
        return False
    return answer.status_code == 200


if __name__ == "__main__":
    record()
