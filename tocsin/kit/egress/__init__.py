"""The one outbound door: resolve, check, pin, connect. Nothing else in Tocsin may dial."""

import functools
import json as json_text
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from tocsin.kit.egress import mail, web
from tocsin.kit.egress.errors import Rejected, Unreachable
from tocsin.kit.egress.guard import Opening, refusal
from tocsin.kit.egress.line import Deadline, Dial, Nowhere, Resolver, line, system_resolver
from tocsin.kit.egress.mail import Relay
from tocsin.kit.egress.web import Reply

__all__ = ["HTTP", "SMTP", "Egress", "Opening", "Rejected", "Relay", "Reply", "Shut", "Unreachable", "refusal", "trusted"]

HTTP: Final = "http"
SMTP: Final = "smtp"


@functools.cache
def trusted(protocol: str) -> ssl.SSLContext:
    """Return whom to trust: one context per protocol, since each announces its own inside TLS. Made once: that takes as long as many calls."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()  # the authorities that this machine's administrator added
    return context


@dataclass(frozen=True, slots=True)
class Egress:
    """
    The door as one organisation may use it. `deadline_s` is for a whole attempt, from the name to the last byte of the answer.

    What it raises is `Unreachable` (try again) or `Rejected` (give up and tell a person), nothing else.
    """

    openings: tuple[Opening, ...] = ()
    deadline_s: float = 10.0
    resolver: Resolver = system_resolver
    trust: ssl.SSLContext | None = None

    def post(self, url: str, *, content: bytes = b"", json: object = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Send one POST and return its 2xx answer, of which at most 64 KiB are read. Redirects are not followed."""
        to, deadline = web.place(url), Deadline(self.deadline_s)
        sent = dict(headers or {})
        if json is not None:
            content = json_text.dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
            sent.setdefault("Content-Type", "application/json")
        return web.post(to, content, sent, deadline=deadline, trust=self.trust or trusted(HTTP), dial=self._dial)

    def mail(self, relay: Relay, *, sender: str, recipient: str, message: bytes) -> str:
        """Hand one message to a mail server and return the text of its 2xx answer."""
        deadline = Deadline(self.deadline_s)
        with line(relay.host, relay.port, dial=self._dial, deadline=deadline) as sock:
            return mail.submit(sock, relay, sender, recipient, message, deadline=deadline, trust=self.trust or trusted(SMTP))

    @property
    def _dial(self) -> Dial:
        return Dial(self.openings, self.resolver)


class Shut(Egress):
    """A door in front of which all is made ready that is to go out, and behind which nobody is dialled."""

    @property
    def _dial(self) -> Dial:
        return Nowhere(self.openings, self.resolver)
