"""Work on many things of which none may keep another back."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

T = TypeVar("T")


def each(items: Iterable[T], act: Callable[[T], object], what: str, failed: Callable[[T, Exception], object] | None = None) -> None:
    """
    Act on every item, whatever becomes of the others; `failed` hears of each fault. A lost database or file ends it at once.

    What the database refuses of one item, such as a text too long for its column, is that item's fault.

    :raises ExceptionGroup: the faults, after all items, under the words of `what`.
    """
    faults: list[Exception] = []
    for item in items:
        try:
            act(item)
        except (OperationalError, InterfaceError, OSError):
            raise
        except Exception as fault:  # noqa: BLE001 - one of the catch points: whoever calls raises the faults to its loop, which shows them
            faults.append(fault)
            if failed is not None:
                failed(item, fault)
    if faults:
        raise ExceptionGroup(what, faults)
