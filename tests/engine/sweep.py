"""The slow way, as an oracle: every rule of every noun looked at in every round."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tocsin.engine.turn import Turn

EVERYTHING = property(lambda turn: turn.order.all, lambda turn, rules: None)
"""In place of the rules that wait to be looked at: all of them, always."""


@contextmanager
def sweeping() -> Iterator[None]:
    """Let settling look at every rule in every round."""

    def every(turn, noun):
        yield from turn.order.rules[noun][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turn, "stale", every)
        patch.setattr(Turn, "waiting", EVERYTHING, raising=False)
        yield
