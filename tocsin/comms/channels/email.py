"""E-mail over the organisation's own mail server (SMTP)."""

import re
from collections.abc import Mapping
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final, cast

from tocsin.comms.channel import Channel, Field, Message
from tocsin.kit.egress import Egress, Rejected, Relay
from tocsin.kit.egress.mail import Security

SUBJECT_CHARS_MAX: Final = 200
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# 250 is yes; 4.x.x and 5.x.x in its text (RFC 3463) are no. Some filters answer so and drop the message.
_ERROR_IN_YES: Final = re.compile(r"[45]\.\d{1,3}\.\d{1,3}\b")
_POLICY: Final = policy.SMTP.clone(cte_type="7bit")  # a relay need not speak 8BITMIME


def _wrong_port(value: str) -> str:
    return "" if value.isascii() and value.isdigit() and 0 < int(value) < 65536 else "a number from 1 to 65535"


def _wrong_security(value: str) -> str:
    return "" if value in ("tls", "starttls", "none") else "tls, starttls or none"


def _wrong_sender(value: str) -> str:
    try:
        _address(parseaddr(value)[1])
    except Rejected:
        return "an address such as Duty desk <duty@example.org>"
    return ""


def _wrong_address(value: str) -> str:
    try:
        _address(value)
    except Rejected as error:
        return error.message
    return ""


FIELDS: Final = (
    Field("host", "Mail server", example="mail.example.org", leads=True),
    Field("port", "Port", default="587", leads=True, check=_wrong_port),
    Field("security", "Security", default="starttls", example="tls, starttls, none", leads=True, check=_wrong_security),
    Field("sender", "Sender", example="Duty desk <duty@example.org>", check=_wrong_sender),
    Field("username", "User name", required=False),
    Field("password", "Password", secret=True, required=False),
)


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """
    Hand `message` to the mail server once and return its answer, which names the message in the server's log.

    Every attempt is the same letter, byte for byte, so a second copy can be recognised by its Message-ID.

    :raises Unreachable: no whole answer in time, or a 4xx one. Try again.
    :raises Rejected: a 5xx answer, a yes that holds an error, or an address that is none. Tell a person.
    """
    sender = _address(parseaddr(to["sender"])[1])
    recipient = _address(message.address)
    relay = Relay(to["host"], int(to["port"]), cast(Security, to["security"]), to.get("username", ""), to.get("password", ""))
    answer = door.mail(relay, sender=str(sender), recipient=str(recipient), message=_letter(message, to["sender"], sender, recipient))
    if _ERROR_IN_YES.match(answer):
        raise Rejected(
            "contradicted", f"{relay.host} took the message and called it an error: {answer[:200]}", hint="ask its administrator"
        )
    return answer


def _letter(message: Message, sender: str, own: Address, recipient: Address) -> bytes:
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = Address(_one_line(parseaddr(sender)[0]), own.username, own.domain)
    letter["To"] = recipient
    letter["Subject"] = _one_line(message.subject)
    letter["Date"] = format_datetime(message.created_at)
    letter["Message-ID"] = f"<{message.key}@{own.domain}>"
    letter["List-Id"] = f"<tocsin.{own.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    if message.urgent:
        letter["Importance"] = "high"
    letter.set_content(message.body)
    if message.locale:
        letter["Content-Language"] = _one_line(message.locale)  # setting the content takes earlier headers about it away
    return letter.as_bytes()


def _one_line(text: str) -> str:
    """
    Every header value passes here: a line break in a title must not begin a header of its own.

    Nor an encoded one: the library decodes `=?…?=` in what it is given and writes the line break out.
    """
    return _BREAKS.sub(" ", text).replace("=?", "= ?").strip()[:SUBJECT_CHARS_MAX]


def _address(text: str) -> Address:
    try:
        read = Address(addr_spec=text)
        domain = read.domain.encode("idna").decode()
    except (HeaderParseError, ValueError, IndexError) as error:
        raise Rejected("bad_address", f"{text!r} is not an e-mail address", hint="correct it in the directory") from error
    if not (read.username and domain and read.username.isascii() and read.username.isprintable() and " " not in read.username):
        raise Rejected("bad_address", f"{text!r} is not an e-mail address that every mail server takes", hint="correct it in the directory")
    return Address(username=read.username, domain=domain)


CHANNEL = Channel("email", "E-mail (SMTP)", FIELDS, send=send, addressed=True, wrong_address=_wrong_address)
