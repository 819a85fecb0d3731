"""The findings, one file each, found by folder: a file has one `CHECK`. The catalogue is in the documentation of the plan language."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Severity


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of the catalogue. `find` yields its faults in a draft; it never raises, whatever the draft."""

    code: str
    name: str
    severity: Severity
    find: Callable[[Draft], Iterable[Fault]]


def registry() -> tuple[Check, ...]:
    """Return every check of this folder, by code."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    checks: list[Check] = [module.CHECK for module in modules]
    return tuple(sorted(checks, key=lambda check: check.code))
