"""What a story measures: its feeds and samples as the series that watches look at."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tocsin.engine import logged, watch
from tocsin.engine.program import Program
from tocsin.engine.times import parse
from tocsin.plan.scenarios.story import Story, labels_of


def horizon(story: Story) -> datetime:
    """Return the last instant that a story speaks of."""
    return max([story.start, *(act.at for act in story.acts), *(expectation.at for expectation in story.expectations)])


def series(program: Program, story: Story) -> Mapping[str, watch.Series]:
    """Return every sample of the story by signal, with the baselines given."""
    first = min([story.start, *(act.at for act in story.acts)])
    found: dict[str, dict[tuple[datetime, watch.Labels], watch.Sample]] = {name: {} for name in program.signals}
    for feed in story.feeds:
        at = feed.since or story.start - ((story.start - first) // feed.every) * feed.every
        until = feed.until or horizon(story) + feed.every
        while at < until:
            found[feed.signal][at, feed.labels] = watch.Sample(at, feed.value, feed.over, feed.labels)
            at += feed.every
    for act in story.acts:
        if act.what == "sample":
            for name, written in act.body["sample"].items():
                for one in written if isinstance(written, list) else [written]:
                    sample = _sample(act.at, one)
                    found[name][sample.at, sample.labels] = sample
    for name, sample in _logged(program, story):
        known = found[name].get((sample.at, sample.labels))
        found[name][sample.at, sample.labels] = replace(sample, value=sample.value + known.value) if known else sample
    return {name: watch.series(samples.values(), story.baseline.get(name)) for name, samples in found.items()}


def _logged(program: Program, story: Story) -> Iterator[tuple[str, watch.Sample]]:
    """Yield what the entries of the story amount to, as they are in the end; where it says itself what watches turned, that is all there is."""
    logs = {log for signal in program.signals.values() for log in signal.logs}
    entries: dict[str, tuple[str, dict[str, str], datetime]] = {}
    for act in story.acts if all(act.what != "observe" for act in story.acts) else ():
        record = str(act.body.get("record", "")) if act.what == "record" and not act.refused else ""
        if record in logs:
            number = sum(1 for known, _fields, _at in entries.values() if known == record) + 1
            name = str(act.body.get("entry") or f"{record}-{number}")
            fields = {field: _spelled(program, record, field, words, story) for field, words in (act.body.get("with") or {}).items()}
            _record, known, at = entries.get(name, (record, {}, act.at))
            entries[name] = record, {**known, **fields}, at
    for record, fields, at in entries.values():
        yield from logged.counted(program, record, fields, at)


def _spelled(program: Program, record: str, name: str, words: object, story: Story) -> str:
    field = next((field for field in program.records[record].fields if field.id == name), None)
    return story.time(str(words)).isoformat() if field and field.type == "time" else str(words)


def _sample(at: datetime, written: Mapping[str, Any] | object) -> watch.Sample:
    if isinstance(written, Mapping):
        over = parse(str(written["over"])).exact if "over" in written else timedelta()
        return watch.Sample(at, Decimal(str(written["value"])), over, labels_of(written))
    return watch.Sample(at, Decimal(str(written)))
