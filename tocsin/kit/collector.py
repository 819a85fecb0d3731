"""Python's collector of rings of objects: it looks through what stays no more, and rarely where much is made and dropped at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_RARELY: Final = (50_000, 20, 50)


@contextmanager
def loading() -> Iterator[None]:
    """
    Let the collector look through nothing while a block loads modules, and never through what is there by its end: that stays.

    Looking took a sixth of a start. Later each look through all of it would stop everybody who waits for an answer for a tenth of a second, and a
    fork would copy it. What modules leave behind in rings (5 MB of 110) stays too: to find it once costs a quarter of a second.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def look_rarely() -> None:
    """Let this process look for rings rarely: a turn makes thousands of objects and drops them all, and looking took a sixth of its time."""
    gc.set_threshold(*_RARELY)
