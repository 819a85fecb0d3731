"""Work on many things of which none may keep another back."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError

T = TypeVar("T")
_log = structlog.get_logger(__name__)


def each(items: Iterable[T], act: Callable[[T], object], what: str, failed: Callable[[T, Exception], object] | None = None) -> None:
    """
    Act on every item, whatever becomes of the others; `failed` hears of each fault. A lost database or file ends it at once.

    What the database refuses of one item, such as a text too long for its column, is that item's fault.

    :raises ExceptionGroup: the faults, after all items, under the words of `what`.
    """
    faults: list[Exception] = []
    for item in items:
        fault = _fault(partial(act, item))
        if fault is not None:
            faults.append(fault)
            if failed is not None:
                failed(item, fault)
    if faults:
        raise ExceptionGroup(what, faults)


def together(whole: Callable[[], T], one_by_one: Callable[[], T], what: str) -> T:
    """
    Return what `whole` does for many things in one transaction; if that ends in a fault, which is the fault of some of them, what `one_by_one`
    does for each alone. A lost database or file ends it at once.
    """
    done: list[T] = []
    fault = _fault(lambda: done.append(whole()))
    if fault is None:
        return done[0]
    _log.warning("together.fault", what=what, fault=f"{type(fault).__name__}: {fault}")
    return one_by_one()


def _fault(act: Callable[[], object]) -> Exception | None:
    """Return the fault in which `act` ends, if it does: one of the catch points."""
    try:
        act()
    except (OperationalError, InterfaceError, OSError):
        raise
    except Exception as fault:  # noqa: BLE001 - whoever asks raises it to a loop, which shows it, or lets each thing show its own
        return fault
    return None
