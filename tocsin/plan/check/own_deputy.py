"""L64: a deputy who is the holder: the role that stands in falls to the same post, so that nobody stands in."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.people import seat_name
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such deputy."""
    roles = draft.form.roles if draft.form else {}
    for name, role in roles.items():
        post = seat_name(draft, name)
        for index, deputy in enumerate(role.deputies):
            if deputy.name in roles and seat_name(draft, deputy.name) == post:
                said = say(
                    "{deputy} stands in for {role}, and both fall to {post}: nobody stands in", deputy=deputy.name, role=name, post=post
                )
                yield Fault(("roles", name, "deputies", index), said, say("name a deputy who is somebody else"))


CHECK = Check("L64", "own-deputy", "warning", find)
