"""What the body of an act says: words, fields, and when it happened that is entered only now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.plan.scenarios.story import Story


def text(body: Mapping[str, Any], key: str) -> str:
    """Return the words under a key; none where it is left out."""
    return str(body.get(key) or "")


def texts(body: Mapping[str, Any]) -> dict[str, str]:
    """Return every value as words, a list as one line."""
    return {str(key): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in body.items()}


def when(body: Mapping[str, Any], story: Story) -> datetime | None:
    """Return when it happened that is entered only now."""
    return story.time(text(body, "happened_at")) if "happened_at" in body else None
