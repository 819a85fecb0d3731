"""
Metrics as text: Prometheus' exposition format, and OpenMetrics.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (0.0.4) and OpenMetrics 1.0, both read by Prometheus' own client.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final

from prometheus_client import Metric, parser
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.samples import Sample

from tocsin.ingest.metrics import EPOCH, LABELS_MAX, Fault, Point, Unreadable, whole
from tocsin.plan.sentences import say

OPENMETRICS: Final = "application/openmetrics-text"
FAULTS_MAX: Final = 20


def read(text: str, content_type: str) -> list[Point]:
    """
    Return every sample of `text`: OpenMetrics if its content type says so, else Prometheus' own format, where each line is read by itself.

    :raises Unreadable: any of it cannot be read.
    """
    if content_type.partition(";")[0].strip().lower() == OPENMETRICS:
        return list(_read(openmetrics.text_string_to_metric_families, text))
    points: list[Point] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                points += _read(parser.text_string_to_metric_families, line + "\n")
            except Unreadable as error:
                faults.append(Fault(number, error.faults[0].problem))
    if faults:
        raise Unreadable(tuple(faults[:FAULTS_MAX]))
    return points


def _read(families: Callable[[str], Iterable[Metric]], text: str) -> Iterator[Point]:
    try:
        for family in families(text):
            yield from (_point(sample) for sample in family.samples)
    except (
        ValueError,
        IndexError,
        KeyError,
        AttributeError,
        TypeError,
        OverflowError,
    ) as error:  # how the client says that it cannot read it
        raise whole(say("this cannot be read: {why}", why=str(error) or type(error).__name__)) from error


def _point(sample: Sample) -> Point:
    if len(sample.labels) > LABELS_MAX:
        raise ValueError(f"a series has at most {LABELS_MAX} labels")
    at = None if sample.timestamp is None else EPOCH + timedelta(seconds=float(sample.timestamp))
    return Point(sample.name, sample.labels, at, float(sample.value))
