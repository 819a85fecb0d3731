"""Work streams: what a role owes that has one holder for each of them is owed once in each open one (ROL-12)."""

from tocsin.engine import terms as t
from tocsin.engine.program import Program


def has(program: Program, role: str) -> bool:
    """Return whether `role` has one holder for each work stream."""
    return role in program.roles and program.roles[role].streams


def divided(program: Program, state: t.State, owes: str) -> list[tuple[str, str]]:
    """Return each open work stream with the seat that owes in it; nothing where the role has no streams, or none is open."""
    if not has(program, owes):
        return []
    return [(stream, f"{owes}[{stream}]") for stream, known in state.streams.items() if known.open]
