"""The real Alertmanager, pointed at a webhook."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests import programs
from tests.serving import eventually, free_port

CONFIGURATION = """
route: {{receiver: tocsin, group_by: [alertname], group_wait: 100ms, group_interval: 200ms, repeat_interval: 1h}}
receivers: [{{name: tocsin, webhook_configs: [{{url: {url}, send_resolved: true}}]}}]
"""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running Alertmanager that sends every group to one webhook, some 100 ms after its first alert."""

    url: str
    process: subprocess.Popen[bytes]

    def fire(self, ends_at: datetime | None = None, **labels: str) -> None:
        """Hand in one alert, as Prometheus does; with `ends_at` in the past it is resolved."""
        alert = {
            "labels": labels,
            "annotations": {"summary": f"{labels['alertname']} is firing"},
            "generatorURL": "http://prometheus.example/graph",
        }
        if ends_at is not None:
            alert["endsAt"] = ends_at.isoformat()
        httpx.post(
            f"{self.url}/api/v2/alerts", content=json.dumps([alert]), headers={"Content-Type": "application/json"}
        ).raise_for_status()

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Callable[[str], Alertmanager]]:
    """Give a function that starts an Alertmanager sending to the URL it is given."""
    started: list[Alertmanager] = []

    def start(webhook_url: str) -> Alertmanager:
        configuration = tmp_path / f"alertmanager-{len(started)}.yml"
        configuration.write_text(CONFIGURATION.format(url=webhook_url))
        address = f"127.0.0.1:{free_port()}"
        arguments = [
            f"--config.file={configuration}",
            f"--storage.path={tmp_path / 'alertmanager'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]
        log = (tmp_path / "alertmanager.log").open("wb")
        process = subprocess.Popen([programs.program("alertmanager"), *arguments], stdout=log, stderr=log)
        log.close()
        started.append(Alertmanager(f"http://{address}", process))
        eventually(started[-1].is_ready, 20)
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
