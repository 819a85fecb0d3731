"""A job that stops pinging, and a mail, against a whole server that is killed: nothing acknowledged is lost, and nobody is late by our fault."""

import smtplib
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest

from tests.serving import Installed, eventually, free_port


@pytest.mark.kill
@pytest.mark.row("F-35", "I1")
def test_what_came_before_the_power_cut_is_there_and_nobody_is_late_by_it(installed: Installed):
    served, mail = installed.served, free_port()
    served.environ["TOCSIN_SMTP_LISTEN"] = f"127.0.0.1:{mail}"
    served.start()
    ping = served.run("check", "add", "Night backup", "--every", "1h", "--grace", "10min").stdout.strip()
    assert httpx.get(ping, trust_env=False).text == "OK"
    with smtplib.SMTP("127.0.0.1", mail) as client:
        letter = EmailMessage()
        letter["From"], letter["Subject"] = "monitor@example.net", "Queue grows"
        client.send_message(letter, to_addrs=f"{installed.ingest_key}@in.example.org")
    served.kill()

    served.move(timedelta(hours=3))
    served.start()
    eventually(lambda: fires(installed) == ["Queue grows"])
    served.move(timedelta(minutes=50))
    assert fires(installed) == ["Queue grows"]
    served.move(timedelta(minutes=30))
    eventually(lambda: fires(installed) == ["Night backup is overdue", "Queue grows"])
    assert httpx.head(ping, trust_env=False).status_code == 200
    eventually(lambda: fires(installed) == ["Queue grows"])


def fires(installed: Installed) -> list[str]:
    answer = httpx.get(
        f"{installed.served.url}/api/v1/alerts?firing=true",
        headers={"Authorization": f"Bearer {installed.api_key}"},
        trust_env=False,
    )
    return sorted(alert["title"] for alert in answer.json()["items"])
