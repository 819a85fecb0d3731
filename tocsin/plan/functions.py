"""The functions of the expression language: what each asks of the record, and how it is written."""

from collections.abc import Mapping
from typing import Final

from tocsin.plan.names import TypeName

# What the one argument of a function names; the answer of the record that it gives.
ASKS: Final[Mapping[str, tuple[str, TypeName]]] = {
    "happened": ("moment", "bool"),
    "done": ("obligation", "bool"),
    "holds": ("condition", "bool"),
    "is_open": ("situation", "bool"),
    "all_begun": ("tag", "bool"),
    "missed": ("obligation", "int"),
    "overdue": ("obligation", "bool"),
    "held": ("role", "bool"),
    "sent": ("message", "int"),
    "share_done": ("tag", "decimal"),
    "lead_time": ("tag", "duration"),
    "mean_time": ("tag", "duration"),
}
FUNCTIONS: Final = (
    *ASKS,
    "answered",
    "at_least",
    "covered",
    "ratio",
    "least",
    "most",
    "silent",
    "worse_than_mean",
    "duration",
    "timestamp",
)

USAGE: Final = {
    **{function: f'{function}("{kind}")' for function, (kind, _) in ASKS.items()},
    "at_least": "at_least(2, a, b, c)",
    "answered": 'answered(["fact"])',
    "covered": 'covered("schedule", "90d")',
    "silent": 'silent("signal"), or silent() for any',
    "ratio": "ratio(a, b)",
    "least": "least(a, b)",
    "most": "most(a, b)",
    "worse_than_mean": "worse_than_mean(10.0)",
    "duration": 'duration("6h")',
    "timestamp": 'timestamp("2025-06-03T09:00:00+08:00")',
}
