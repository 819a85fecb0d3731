"""What a plan says that its document does not: the keys that rules list under `assumed`."""

from collections.abc import Iterator
from typing import Any

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Path
from tocsin.plan.forms.leaves import Form


def assumed(draft: Draft) -> Iterator[tuple[Path, str, Any]]:
    """Yield each assumed key with the path of its rule and the value that the rule gives it, in the order of the plan."""
    for path, part in draft.walk(Form):
        keys = {info.alias or name: name for name, info in type(part).model_fields.items()}
        for key in getattr(part, "assumed", ()):
            if key in keys and getattr(part, keys[key]):
                yield path, key, getattr(part, keys[key])
