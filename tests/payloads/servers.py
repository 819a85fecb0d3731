"""
The real Alertmanager, whose own senders speak PagerDuty, Opsgenie, Splunk On-Call and Slack, and the real Prometheus, which posts to it.

`DJANGO_SETTINGS_MODULE=tests.settings python -m tests.payloads.servers [PROMETHEUS]` records what they send into the folders beside this.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.alertmanager import hand_in, running
from tests.payloads.recorder import Recorder, recording
from tests.serving import eventually, free_port

RECEIVERS = """
route:
  receiver: none
  group_wait: 100ms
  group_interval: 300ms
  repeat_interval: 1h
  routes: [{routes}]
receivers:
  - name: none
  - name: pagerduty
    pagerduty_configs: [{{routing_key: {key}, url: {url}/v2/enqueue, severity: critical, client_url: "https://alertmanager.example.net"}}]
  - name: opsgenie
    opsgenie_configs: [{{api_key: {key}, api_url: {url}/, priority: P1, entity: sip-3.example.net}}]
  - name: splunk_oncall
    victorops_configs: [{{api_key: {key}, api_url: {url}/integrations/generic/20131114/alert/, routing_key: hotline}}]
  - name: slack
    slack_configs: [{{api_url: {url}/services/T0/B0/{key}, channel: "#hotline", send_resolved: true}}]
"""
RULES = """
groups:
  - name: hotline
    interval: 1s
    rules:
      - alert: HotlineQueue
        expr: {expression}
        labels: {{severity: critical, region: north}}
        annotations: {{summary: Queue wait over 8 minutes}}
"""
CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s, external_labels: {{cluster: north}}}}
rule_files: [{folder}/rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{target}"]}}], authorization: {{credentials: good}}}}]}}
"""
QUEUE: dict[str, Any] = {
    "labels": {"alertname": "HotlineQueue", "severity": "critical", "region": "north"},
    "annotations": {"summary": "Queue wait over 8 minutes on line 4001"},
    "startsAt": "2024-06-07T09:12:00.5Z",
    "generatorURL": "http://prometheus.example.net:9090/graph?g0.expr=queue_wait&g0.tab=1",
}
SENDERS = {
    "pagerduty": ("pagerduty", ("alertmanager_trigger", "alertmanager_resolve")),
    "opsgenie": ("opsgenie", ("alertmanager_create", "alertmanager_close")),
    "splunk_oncall": ("splunk_oncall", ("critical", "recovery")),
    "slack": ("slack", ("alertmanager_firing", "alertmanager_resolved")),
}


@contextmanager
def alertmanager(url: str, key: str) -> Iterator[str]:
    """Run an Alertmanager whose every sender calls `url`; an alert goes to the sender that its label names. Give its address."""
    routes = ", ".join(f'{{receiver: {name}, matchers: ["sender = {name}"], group_by: [alertname]}}' for name in SENDERS)
    with running(RECEIVERS.format(url=url, key=key, routes=routes)) as address:
        yield address


def tell(address: str, sender: str, *, over: bool = False) -> None:
    """Hand an alert in, or its end, that goes to this sender, as soon as there is somebody to take it."""
    end = {"endsAt": "2024-06-07T09:55:30Z"} if over else {}
    eventually(lambda: hand_in(address, [QUEUE | end | {"labels": {**QUEUE["labels"], "sender": sender}}]))


def of_alertmanager(recorder: Recorder) -> None:
    """Let one alert fire and end for each sender in turn."""
    with alertmanager(recorder.url, "good") as address:
        for sender, (source, names) in SENDERS.items():
            tell(address, sender)
            eventually(lambda: len(recorder.calls) == 1)
            tell(address, sender, over=True)
            eventually(lambda: len(recorder.calls) == 2)
            recorder.write(source, *names)


def of_prometheus(program: str, recorder: Recorder) -> None:
    """Let a rule hold and then no longer."""
    with tempfile.TemporaryDirectory() as folder:
        rules, address = Path(folder) / "rules.yml", f"127.0.0.1:{free_port()}"
        (Path(folder) / "prometheus.yml").write_text(CONFIGURATION.format(folder=folder, target=recorder.url.removeprefix("http://")))
        rules.write_text(RULES.format(expression=f"vector(512) and on() vector(time()) < {time.time() + 15:.0f}"))
        arguments = [
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address={address}",
            "--web.external-url=http://prometheus.example.net:9090",
            "--rules.alert.resend-delay=1s",
        ]
        with subprocess.Popen([program, *arguments], stderr=subprocess.DEVNULL) as process:
            try:
                eventually(lambda: recorder.calls[1:])
                firing = recorder.calls[0]
                eventually(lambda: endsat(recorder.calls[-1]) < endsat(recorder.calls[-2]))
                recorder.calls[:] = [firing, recorder.calls[-1]]
                recorder.write("prometheus", "firing", "resolved")
            finally:
                process.terminate()


def endsat(call: bytes) -> str:
    """Return until when an alert fires: later and later, until it is over."""
    (entry,) = json.loads(call.partition(b"\n\n")[2])
    return str(entry["endsAt"])


def record() -> None:
    """Record them all."""
    with recording() as recorder:
        if sys.argv[1:]:
            of_prometheus(sys.argv[1], recorder)
        of_alertmanager(recorder)


if __name__ == "__main__":
    record()
