"""Commands that the desk has handled, counted by what came of them."""

from tocsin.kit import numbers

_commands = numbers.counter("tocsin_commands_total", "Commands handled by the desk", ["command", "outcome"])


def command(kind: type, outcome: str, times: int = 1) -> None:
    """Count a command that ended so, or as many."""
    _commands.labels(kind.__name__, outcome).inc(times)
