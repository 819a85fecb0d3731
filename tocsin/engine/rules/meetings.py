"""What a decision is about, and who decided it together: the entry of a record, the attendance of a group (ACT-05, ROL-25, X-63)."""

from tocsin.engine import terms as t
from tocsin.engine.program import Decision
from tocsin.engine.turn import Turn


def subject(turn: Turn, decision: Decision, command: t.Decide) -> t.Refused | None:
    """Return why `command` is not about an entry that `decision` can be about, or None."""
    if not decision.about:
        return t.Refused("E104", f"{decision.id} is not about an entry", hint="leave the entry out") if command.entry else None
    if not command.entry:
        return t.Refused("E202", f"{decision.id} is about one entry of {decision.about}", hint="say which", details=(decision.about,))
    number = command.entry.removeprefix(f"{decision.about}-")
    known = turn.state.counters.get(f"entries:{decision.about}", 0)
    if not number.isdecimal() or not 1 <= int(number) <= known or command.entry != f"{decision.about}-{int(number)}":
        return t.Refused("E103", f"{decision.about} has no entry {command.entry}", hint="enter it first")
    return None


def attended(turn: Turn, decision: Decision, command: t.Decide) -> t.Refused | None:
    """Return why the attendance is not that of a group which decides together, or None."""
    if not decision.together:
        return t.Refused("E104", f"{decision.id} is taken alone", hint="leave the attendance out") if command.attendance else None
    if not command.attendance:
        return t.Refused("E202", f"{decision.id} is taken together: nobody is named as present", hint="say who attended, and how")
    ways = turn.program.groups[decision.together].attendance
    strange = tuple(sorted({way for way in command.attendance.values() if way not in ways}))
    if strange:
        return t.Refused("E104", f"one attends {', '.join(ways)}, not {', '.join(strange)}", hint="choose one of these", details=strange)
    return None
