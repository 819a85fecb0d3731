"""The slow way, as an oracle: every rule of every noun looked at in every round."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tocsin.engine.turn import Turn


@contextmanager
def sweeping() -> Iterator[None]:
    """Let settling look at every rule in every round."""

    def every(turn, noun):
        turn.waiting = 0
        yield from turn.order.rules[noun][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turn, "stale", every)
        patch.setattr(Turn, "has_stale", lambda turn, rules: True)
        yield
