"""The small cast, for tests beside the desk."""

from tests.incidents.cast import cast, morning

__all__ = ["cast", "morning"]
