"""A process that counts some runs of a simulation, with a limit on its memory and its processor time. It is handed what its parent has read."""

import json
import pickle
import resource
import sys

from tocsin.engine import simulate
from tocsin.engine.settling import EndlessRulesError
from tocsin.engine.simulate.tally import plain

MEMORY_BYTES = 1 << 30


def main() -> None:
    """Count what is asked on the standard input, and print the counts."""
    given, seed, first, count, cpu_s = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started this one
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    answer: dict[str, object]
    try:
        answer = {"tally": plain(simulate.run(given, seed, count, first=first))}
    except EndlessRulesError as error:
        answer = {"unanswerable": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
