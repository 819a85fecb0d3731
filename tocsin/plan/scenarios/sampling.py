"""What a story measures: its feeds and samples as the series that watches look at."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tocsin.engine import watch
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
    return {name: watch.series(samples.values(), story.baseline.get(name)) for name, samples in found.items()}


def _sample(at: datetime, written: Mapping[str, Any] | object) -> watch.Sample:
    if isinstance(written, Mapping):
        over = parse(str(written["over"])).exact if "over" in written else timedelta()
        return watch.Sample(at, Decimal(str(written["value"])), over, labels_of(written))
    return watch.Sample(at, Decimal(str(written)))
