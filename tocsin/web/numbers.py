"""Numbers as people read them."""

from decimal import Decimal

from markupsafe import Markup


def rounded(value: Decimal | None) -> Markup:
    """Return a value to two places, without needless zeros; a dash for one that is not known."""
    return Markup("{}").format("–" if value is None else f"{round(value, 2).normalize():f}")
