"""A process that answers a part of a question: JSON in, JSON out, with a limit on its memory and its processor time."""

import json
import resource
import sys

from tocsin.engine import simulate
from tocsin.engine.settling import EndlessRulesError
from tocsin.engine.simulate.tally import plain
from tocsin.plan.scenarios.story import BadScenarioError
from tocsin.plan.simulation.asked import UnanswerableError, given_of, question

MEMORY_BYTES = 1 << 30


def main() -> None:
    """Answer what is asked on the standard input: `{asked, first, count, cpu_s}`."""
    part = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (part["cpu_s"], part["cpu_s"] + 1))
    answer: dict[str, object]
    try:
        given = given_of(question(part["asked"]))
        answer = {"tally": plain(simulate.run(given, part["asked"]["seed"], part["count"], first=part["first"]))}
    except (UnanswerableError, BadScenarioError, EndlessRulesError) as error:
        answer = {"unanswerable": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
