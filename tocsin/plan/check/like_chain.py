"""L13: `like` of a rule that itself says `like`, or that is not there."""

from collections.abc import Iterable

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault


def find(draft: Draft) -> Iterable[Fault]:
    """Return what was wrong when the likenesses were carried out."""
    return draft.like_faults


CHECK = Check("L13", "like-chain", "error", find)
