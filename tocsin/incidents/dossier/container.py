"""
The form of the file: a page for people, the record as lines of JSON, and a signed seal that leaves no byte out.

    <!doctype html> … the readable page …
    <script type="application/x-ndjson" id="tocsin-record">
    {"manifest":{…}}          one line of canonical JSON for each thing
    </script>
    <script type="application/json" id="tocsin-seal">
    {"format":…,"key":…,"lines":[["manifest","<sha256>"],…],"page":"<sha256>","signature":"…"}
    </script>
    </body>
    </html>

The signature is over the seal's own canonical JSON without the signature. The seal names every line, so what was taken out can be named too.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tocsin.incidents import canonical, chain

FORMAT: Final = "tocsin-dossier-1"
PAGE_END: Final = "</body>\n</html>\n"
_RECORD: Final = b'<script type="application/x-ndjson" id="tocsin-record">\n'
_SEAL: Final = b'\n</script>\n<script type="application/json" id="tocsin-seal">\n'
_END: Final = b"\n</script>\n" + PAGE_END.encode()


class NotADossier(ValueError):  # noqa: N818 - it says what the file is
    """The file does not have the form of a dossier. The message says where that form ends."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record. `label` is unique in the file: `manifest`, `entry 17`, `seal 17 /words`, `person per_…`."""

    label: str
    content: dict[str, Any]

    def bytes(self) -> bytes:
        """Return the line as it stands in the file, where no `<` may end the script early."""
        return canonical.dump(self.content).replace("<", "\\u003c").encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file taken apart; nothing is proved yet. Page, lines and seal are bytes as they stand."""

    page: bytes
    lines: tuple[bytes, ...]
    seal: bytes


def close(page: str, lines: Iterable[Line], key: Ed25519PrivateKey) -> bytes:
    """Return the file. `page` is a whole HTML document that ends with `PAGE_END`."""
    if not page.endswith(PAGE_END):
        raise ValueError("the page has no proper end")
    start = page.removesuffix(PAGE_END).encode()
    if _RECORD in start:
        raise ValueError("the page contains what begins the record")
    labelled = [(line.label, line.bytes()) for line in lines]
    seal: dict[str, Any] = {
        "format": FORMAT,
        "key": chain.public_text(key.public_key()),
        "lines": [[label, digest(content)] for label, content in labelled],
        "page": digest(start),
    }
    signed = canonical.dump({**seal, "signature": key.sign(canonical.dump(seal).encode()).hex()})
    return start + _RECORD + b"\n".join(content for _, content in labelled) + _SEAL + signed.encode() + _END


def open_file(content: bytes) -> Opened:
    """
    Return the parts of a dossier.

    :raises NotADossier: it does not begin its record, has no seal, or goes on after its end.
    """
    page, begun, rest = content.partition(_RECORD)
    if not begun:
        raise NotADossier("nothing in this file begins the record")
    if not rest.endswith(_END):
        raise NotADossier("the file does not end as a dossier does")
    record, sealed, seal = rest.removesuffix(_END).rpartition(_SEAL)
    if not sealed:
        raise NotADossier("nothing in this file begins the seal")
    return Opened(page, tuple(record.split(b"\n")), seal)


def digest(content: bytes) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()
