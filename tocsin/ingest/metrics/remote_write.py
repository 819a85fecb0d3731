"""
Prometheus remote-write 1.0: a protobuf `WriteRequest` in one snappy block. Exemplars, histograms and metadata are passed over.

Source: https://prometheus.io/docs/specs/prw/remote_write_spec/ and `prompb/{remote,types}.proto` of Prometheus.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import cramjam
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto
from google.protobuf.message import DecodeError

from tocsin.ingest.metrics import EPOCH, LABELS_MAX, Point, TooLarge, whole
from tocsin.plan.sentences import say

UNPACKED_MAX: Final = 8 * 1024 * 1024
SAMPLES_MAX: Final = 50_000
"""A sender's default is 2,000 samples in one request, some 400 KiB."""

NAME: Final = "__name__"
_ONE, _MANY = FieldDescriptorProto.LABEL_OPTIONAL, FieldDescriptorProto.LABEL_REPEATED
_FIELDS: Final = {
    "Label": (("name", 1, FieldDescriptorProto.TYPE_STRING, _ONE, ""), ("value", 2, FieldDescriptorProto.TYPE_STRING, _ONE, "")),
    "Sample": (("value", 1, FieldDescriptorProto.TYPE_DOUBLE, _ONE, ""), ("timestamp", 2, FieldDescriptorProto.TYPE_INT64, _ONE, "")),
    "TimeSeries": (
        ("labels", 1, FieldDescriptorProto.TYPE_MESSAGE, _MANY, ".prometheus.Label"),
        ("samples", 2, FieldDescriptorProto.TYPE_MESSAGE, _MANY, ".prometheus.Sample"),
    ),
    "WriteRequest": (("timeseries", 1, FieldDescriptorProto.TYPE_MESSAGE, _MANY, ".prometheus.TimeSeries"),),
}


def read(body: bytes) -> Iterator[Point]:
    """
    Yield every sample of a request.

    :raises Unreadable: it is no such request.
    :raises TooLarge: it would become too large when it is unpacked; it is not. Or it holds too many samples.
    """
    request = WriteRequest()
    try:
        request.ParseFromString(_unpacked(body))
    except DecodeError as error:
        raise whole(say("this is no WriteRequest: {why}", why=str(error))) from error
    if sum(len(series.samples) for series in request.timeseries) > SAMPLES_MAX:
        raise TooLarge
    for number, series in enumerate(request.timeseries):
        labels = {label.name: label.value for label in series.labels}
        if len(labels) > LABELS_MAX or len(labels) < len(series.labels) or NAME not in labels:
            raise whole(say("series {number}: it needs a name, and each of at most {most} labels once", number=number, most=LABELS_MAX))
        name = labels.pop(NAME)
        for sample in series.samples:
            yield Point(name, labels, _instant(sample.timestamp), sample.value)


def _unpacked(body: bytes) -> bytes:
    """Return the block unpacked. How large it becomes stands at its beginning: a small one that becomes huge is not unpacked."""
    try:
        if cramjam.snappy.decompress_raw_len(body) > UNPACKED_MAX:
            raise TooLarge
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as error:
        raise whole(say("this is no snappy block: {why}", why=str(error))) from error


def _instant(ms: int) -> datetime:
    try:
        return EPOCH + timedelta(milliseconds=ms)
    except OverflowError as error:
        raise whole(say("{ms} is no time in milliseconds", ms=ms)) from error


def _request() -> Any:
    """Return the class of a `WriteRequest`, made of the fields that are read here; all others are passed over."""
    file = descriptor_pb2.FileDescriptorProto(name="tocsin/remote_write.proto", package="prometheus", syntax="proto3")
    for name, fields in _FIELDS.items():
        kind = file.message_type.add(name=name)
        for field, number, type_, label, of in fields:
            kind.field.add(name=field, number=number, type=type_, label=label, type_name=of or None)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("prometheus.WriteRequest"))


WriteRequest: Final = _request()
"""The message class."""
