"""What the tests of pages share."""

from tests.accounts.conftest import house

__all__ = ["house"]
