"""Who may come in by a key: asked alike by the lane and by what reads back (`asking.py`)."""

from collections.abc import Callable

from django.db import Error

from tocsin.ingest import problems
from tocsin.ingest.keyring import Holder, Keyring, Overloaded
from tocsin.ingest.problems import NotAccepted
from tocsin.ingest.sources import Source


class Porter:
    """Has a keyring, made in the event loop of whoever first comes."""

    def __init__(self, keyring: Callable[[], Keyring]) -> None:
        self._make_keyring = keyring
        self._keyring: Keyring | None = None

    def begin(self) -> None:
        """Be ready for whoever comes first, in the event loop that will ask."""
        self._known().begin()

    def close(self) -> None:
        """Let nothing be left undone that was to be noted of the keys."""
        if self._keyring is not None:
            self._keyring.close()

    def at_hand(self, secret: str, digest: bytes) -> Holder | None:
        """Return whom a key lets in if that need not be looked up."""
        return self._keyring.at_hand(secret, digest) if self._keyring else None

    async def admit(self, source: Source, secret: str) -> Holder:
        """
        Return whom a key lets in to a source.

        :raises NotAccepted: nobody, or nobody can be asked now.
        """
        try:
            holder = await self._known().find(secret)
        except Overloaded as error:
            raise NotAccepted(problems.BUSY) from error
        except Error as error:
            raise NotAccepted(problems.NO_DATABASE) from error
        if holder is None:
            unknown = problems.UNKNOWN_NAME if "/" in secret else problems.UNKNOWN_KEY
            raise NotAccepted(unknown if secret else problems.NO_KEY)
        if not source.opened_by(holder.source):
            raise NotAccepted(problems.OTHER_SOURCE if holder.source else problems.NO_FEED)
        return holder

    def _known(self) -> Keyring:
        if self._keyring is None:
            self._keyring = self._make_keyring()
        return self._keyring
