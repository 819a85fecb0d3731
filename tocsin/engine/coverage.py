"""Coverage: until when the entries of a record follow one another without a gap, as shifts do (REC-06). Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.entries import values
from tocsin.engine.program import Program, Record

Stretch = tuple[datetime, datetime]
"""From and until when."""


def stretches(program: Program, state: t.State, record: str) -> Iterator[Stretch]:
    """Yield the stretch of each open entry of a record that says both its times: the first two of its fields that are times."""
    rule = program.records[record]
    begins, ends = _times(rule)
    for entry in state.open_entries.get(record, ()):
        said = values(rule, state.open_fields.get(entry, {}))
        begin, end = said.get(begins), said.get(ends)
        if isinstance(begin, datetime) and isinstance(end, datetime):
            yield begin, end


def _times(record: Record) -> tuple[str, str]:
    first, second, *_ = [field.id for field in record.fields if field.type == "time"]
    return first, second


def until(found: Iterable[Stretch], at: datetime) -> datetime:
    """Return until when there is no gap from `at` on; `at` itself where nothing covers it."""
    end = at
    for begin, finish in sorted(found):
        if begin <= end < finish:
            end = finish
    return end
