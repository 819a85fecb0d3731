"""Python's collector of rings of objects: it looks through what stays no more, and rarely where much is made and dropped at once."""

import gc
from typing import Final

_RARELY: Final = (50_000, 20, 50)


def keep_what_is_loaded() -> None:
    """
    Let the collector look no more through what there is by now: it stays.

    Each look through all of it would stop everybody who waits for an answer for a tenth of a second, and a fork would copy it.
    """
    gc.collect()
    gc.freeze()


def look_rarely() -> None:
    """Let this process look for rings rarely: a turn makes thousands of objects and drops them all, and looking took a sixth of its time."""
    gc.set_threshold(*_RARELY)
