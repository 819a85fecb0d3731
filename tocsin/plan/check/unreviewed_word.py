"""L82: words that leave the organisation without anybody else having read them."""

from collections.abc import Iterator

from tocsin.plan.audiences import leaves_the_house
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import NOTHING, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield one fault for each audience outside, at its first message that nobody approves; an acknowledged one does not hide the next."""
    by_audience: dict[str, list[Path]] = {}
    for path, message in draft.walk(MessageForm):
        if leaves_the_house(draft, message) and not message.approvals and "L82" not in message.acknowledges:
            by_audience.setdefault(message.audience, []).append(path)
    for audience, paths in by_audience.items():
        more = say(", and {count} more", count=len(paths) - 1) if len(paths) > 1 else NOTHING
        said = say("{name}{more} goes to {audience}, outside, and nobody approves it", name=paths[0][-1], more=more, audience=audience)
        yield Fault(paths[0], said, say("approvals: [{role: …, does: review}], or acknowledge it"), at_key=True)


CHECK = Check("L82", "unreviewed-word", "warning", find)
