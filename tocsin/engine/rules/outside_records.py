"""Reports and the records of other systems that they stand for: numbered there, with a link that leads there (REG-10, REG-18)."""

import re
from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.turn import Turn

NUMBER_CHARS_MAX: Final = 100
LINK_CHARS_MAX: Final = 500
_LINK: Final = re.compile(r"https?://[^\s\"'<>\\^`{}|]+")


def wrong(command: t.AddReport) -> t.Refused | None:
    """Return why this is no record of another system, or None."""
    if len(command.number) > NUMBER_CHARS_MAX or not command.number.isprintable():
        return t.Refused(
            "E104", f"a number has at most {NUMBER_CHARS_MAX} characters", hint="write it as it stands there", details=("number",)
        )
    if command.link and not command.number:
        return t.Refused("E202", "a link leads to a record that has a number", hint="say how it is called there", details=("number",))
    if command.link and (len(command.link) > LINK_CHARS_MAX or not _LINK.fullmatch(command.link)):
        hint = f"a whole address of at most {LINK_CHARS_MAX} characters, that begins with https:// or http://"
        return t.Refused("E104", "this is no link", hint=hint, details=("link",))
    return None


def added(turn: Turn, command: t.AddReport) -> t.ReportAdded:
    """Return that it was attached."""
    return t.ReportAdded(
        at=turn.at, by=turn.by, key=command.key, means=command.means, words=command.words, number=command.number, link=command.link
    )
