"""What is counted of a record: each entry is a sample of the signal that comes from it, at the time and on the labels that it says (REG-13). Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from tocsin.engine.entries import values
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Record
from tocsin.engine.watch import Sample

SOURCE: Final = "source"
"""The label that tells what was entered from what was fed."""


def counted(program: Program, record: str, fields: Mapping[str, str], happened_at: datetime) -> Iterator[tuple[str, Sample]]:
    """
    Yield for each signal that comes from `record` the sample that an entry with these fields is.

    It counts at the first time that its fields say, else when it happened. Fields called as labels of the signal are those.
    """
    rule = program.records.get(record)
    for signal in program.signals.values() if rule else ():
        if rule and record in signal.logs:
            labels = {label: fields[label] for label in signal.labels if fields.get(label)}
            yield (
                signal.id,
                Sample(_at(rule, fields) or happened_at, Decimal(1), labels=tuple(sorted((labels | {SOURCE: bare(record)}).items()))),
            )


def _at(record: Record, fields: Mapping[str, str]) -> datetime | None:
    said = values(record, fields)
    return next((value for field in record.fields if isinstance(value := said.get(field.id), datetime)), None)
