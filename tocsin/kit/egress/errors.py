"""The two ways in which the outside can fail."""


class Unreachable(Exception):  # noqa: N818 - the house's word for "try again"
    """
    Nobody answered, or the answer was "later": try again, with the same key.

    `retry_after_s` is what the other side asked for. `in_doubt`: it may have taken what we sent and only its answer is lost.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.in_doubt = in_doubt


class Rejected(Exception):  # noqa: N818 - the house's word for "give up and tell a person"
    """
    The other side said no, or we do: trying again will not help, tell a person. `code` is stable.

    `refused` they said no · `contradicted` they said yes and an error in one answer · `closed_address`, `bad_url`, `bad_request` we said no.
    """

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint
