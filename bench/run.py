"""`make bench`: every bound of speed, as a ratio within one run wherever there is something to be beside."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from bench import clocks, delivery, desk, engine, lane, onpostgresql, pages, standing, sustained
from bench.figures import Failed, Report
from bench.scale import QUICK, Scale


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is measured, and runs alone as well."""

    measure: Callable[[Scale, Report], None]
    words: str


PARTS = {
    "lane": Part(
        lane.measure, "alerts singly, in tens and in hundreds, beside Alertmanager, Alerta and the bare disk; another organisation"
    ),
    "sustained": Part(sustained.measure, "hundreds settled for a minute, with the lag, beside Alertmanager and a bare upsert"),
    "postgresql": Part(onpostgresql.measure, "the lane on PostgreSQL, and settling beside a bare unnest upsert"),
    "standing": Part(standing.measure, "what a resend costs beside a new alert; memory and a start with 100,000 open alerts"),
    "pages": Part(pages.measure, "a filtered page of 50 out of few and many open alerts, beside Alertmanager"),
    "delivery": Part(delivery.evenly, "from an alert to the first webhook at 200 alerts/s, beside Alertmanager"),
    "storm": Part(delivery.storm, "10,000 alerts at once that each notify, beside Alertmanager"),
    "desk": Part(desk.measure, "a note through the desk, idle and beside each case of the lane"),
    "clocks": Part(clocks.measure, "a million clocks that wait on PostgreSQL, and how late those are that fall due"),
    "engine": Part(engine.say, "the engine beside folding its own events"),
}


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended too
    scale = _scale(arguments)
    report = Report()
    report.keep("scale", asdict(scale))
    for name in arguments.parts or PARTS:
        report.say(f"\n{name}: {PARTS[name].words}")
        try:
            PARTS[name].measure(scale, report)
        except (Failed, OSError, subprocess.CalledProcessError) as failure:
            report.fail(name, failure)
        if arguments.json:
            report.write(Path(arguments.json))
    report.end()
    sys.exit(bool(report.failed))


def _scale(arguments: argparse.Namespace) -> Scale:
    given = {one.name: getattr(arguments, one.name) for one in fields(Scale)}
    begun = asdict(QUICK if arguments.quick else Scale())
    return Scale(**begun | {name: value for name, value in given.items() if value is not None})


def _arguments() -> argparse.Namespace:
    listed = "\n".join(f"  {name:12}{part.words}" for name, part in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"Rows are checked against acknowledgements; ratios count, not figures. docs/bench.md says how to read them.\n\n{listed}",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure; everything if nothing is named")
    parser.add_argument("--quick", action="store_true", help="only see that the machinery works")
    parser.add_argument("--json", default="", metavar="FILE", help="also write every figure and bound into this file")
    for one in fields(Scale):
        words = f"{one.metadata['words']} ({one.default:g})"
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=type(one.default), metavar="N", help=words)
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}")
    return arguments
