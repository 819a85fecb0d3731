"""
Samples as a sheet of comma-separated values, as spreadsheets write it: a line of names, then a sample on each line.

The columns `signal` and `value` are needed; `at` and `over_s` may be there, and every other column is a label. A sheet is taken as a whole
or not at all. Cells are values and labels: nothing in them is a formula here, and pages escape what they show.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.incidents.measurable import Measurable
from tocsin.incidents.samples import Given
from tocsin.ingest.metrics import Fault, TooLarge, Unreadable, whole
from tocsin.kit.texts import storable
from tocsin.plan.sentences import Sentence, say

SIGNAL, VALUE, AT, OVER = "signal", "value", "at", "over_s"
LINES_MAX: Final = 20_000
FAULTS_MAX: Final = 50
"""After so many wrong lines nobody reads on."""

LABEL_MAX: Final = 100
OVER_MAX: Final = timedelta(days=1)
STEP: Final = Decimal("0.000001")


class Wrong(Exception):  # noqa: N818 - it says how the line is
    """What is wrong with a line."""

    def __init__(self, problem: Sentence) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Reading:
    """How cells are read: what may be measured, now, the zone of times without an offset, and whether a comma divides a number."""

    known: Measurable
    now: datetime
    zone: str
    comma: bool


def read(body: bytes, known: Measurable, now: datetime, zone: str = "") -> list[Given]:
    """
    Return the samples of a sheet. A time without an offset is one of `zone`; without a zone it is a fault.

    :raises Unreadable: any of it cannot be taken; every wrong line is named.
    :raises TooLarge: it has more than `LINES_MAX` lines.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise whole(say("this is no UTF-8 text: save the sheet as CSV UTF-8")) from error
    if not storable(text):
        raise whole(say("a text must not contain NUL"))
    first = text.partition("\n")[0]
    between = max(";\t,", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    return _taken(rows, _Reading(known, now, zone, between == ";"))


def _taken(rows: Iterator[list[str]], how: _Reading) -> list[Given]:
    found: list[Given] = []
    faults: list[Fault] = []
    lines = _lines(rows)
    columns = _columns(next(lines, (0, []))[1])
    for line, cells in lines:
        if line > LINES_MAX + 1:
            raise TooLarge
        try:
            found.append(_sample(dict(zip(columns, cells, strict=False)), len(cells) - len(columns), how))
        except Wrong as wrong:
            faults.append(Fault(line, wrong.problem))
        if len(faults) == FAULTS_MAX:
            break
    if faults:
        raise Unreadable(tuple(faults))
    if not found:
        raise whole(say("there is no sample in it"))
    return found


def _lines(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not empty, with its number."""
    number = 0
    try:
        for number, cells in enumerate(rows, start=1):
            if any(cell.strip() for cell in cells):
                yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise Unreadable((Fault(number + 1, say("this is no line of a sheet: {why}", why=str(error))),)) from error


def _columns(names: Sequence[str]) -> Sequence[str]:
    missing = [name for name in (SIGNAL, VALUE) if name not in names]
    if missing:
        raise Unreadable((Fault(1, say("the first line names the columns; these are missing: {names}", names=missing)),))
    if len(set(names)) < len(names) or not all(names):
        raise Unreadable((Fault(1, say("each column has a name, and no two the same")),))
    return names


def _sample(cells: Mapping[str, str], beyond: int, how: _Reading) -> Given:
    if beyond > 0:
        raise Wrong(say("there are more cells than columns"))
    signal = cells.get(SIGNAL, "")
    labels = tuple(sorted((name, cell) for name, cell in cells.items() if name not in (SIGNAL, VALUE, AT, OVER) and cell))
    if any(len(cell) > LABEL_MAX for _, cell in labels):
        raise Wrong(say("a label is no longer than {most} characters", most=LABEL_MAX))
    one = Given(signal, _at(cells.get(AT, ""), how), _value(cells.get(VALUE, ""), how), _over(cells.get(OVER, ""), signal, how), labels)
    for _part, problem in how.known.faults(one, how.now):
        raise Wrong(problem)
    return one


def _value(cell: str, how: _Reading) -> Decimal:
    try:
        value = Decimal(cell.replace(",", ".") if how.comma else cell)
        if not value.is_finite():
            raise InvalidOperation
        return value.quantize(STEP)
    except InvalidOperation as error:
        raise Wrong(say("{cell} is no number", cell=cell or '""')) from error


def _at(cell: str, how: _Reading) -> datetime:
    if not cell:
        return how.now
    try:
        at = datetime.fromisoformat(cell)
        if at.tzinfo is None and not how.zone:
            raise Wrong(say("{cell} needs an offset such as Z or +03:00", cell=cell))
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(how.zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Wrong(say("{cell} is no time: write it as 2026-11-27T14:05:00+03:00", cell=cell)) from error


def _over(cell: str, signal: str, how: _Reading) -> timedelta:
    if not cell:
        return how.known.over.get(signal, timedelta())
    if not cell.isdecimal() or timedelta(seconds=int(cell[:9])) > OVER_MAX:
        raise Wrong(say("{cell} is no count of seconds up to a day", cell=cell))
    return timedelta(seconds=int(cell))
