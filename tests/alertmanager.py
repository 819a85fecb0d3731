"""The real Alertmanager, pointed at a webhook."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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

    def fire(self, **labels: str) -> None:
        """Hand in one alert, as Prometheus does."""
        self._hand_in(
            {"labels": labels, "annotations": {"summary": f"{labels['alertname']} is firing"}, "generatorURL": "http://prometheus.example/"}
        )

    def clear(self, **labels: str) -> None:
        """Hand in that the alert with these labels is over."""
        self._hand_in({"labels": labels, "endsAt": datetime.now(UTC).isoformat()})

    def _hand_in(self, alert: Mapping[str, object]) -> None:
        httpx.post(f"{self.url}/api/v2/alerts", json=[alert], trust_env=False).raise_for_status()

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


@contextmanager
def running(configuration: str) -> Iterator[str]:
    """Run an Alertmanager of this configuration and give its address."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "alertmanager.yml").write_text(configuration)
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
                yield address
            finally:
                process.terminate()


def hand_in(address: str, alerts: list[dict[str, Any]]) -> bool:
    """Hand alerts in; return whether there was somebody to take them."""
    try:
        answer = httpx.post(f"http://{address}/api/v2/alerts", content=json.dumps(alerts), headers={"Content-Type": "application/json"})
    except httpx.TransportError:
        return False
    return answer.status_code == 200
