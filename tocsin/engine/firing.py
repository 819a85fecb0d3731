"""Which triggers fire: by which edges they have fired that have not turned since."""

from tocsin.engine import terms as t


def firing(state: t.State) -> frozenset[str]:
    """Return the watches by whose edges a trigger has fired and that still stand."""
    return frozenset(one.watch for one in state.firings.values() if _stands(state.edges.get(one.watch), one))


def _stands(edge: t.Edge | None, fired: t.Firing) -> bool:
    return edge is not None and edge.value is True and fired.since >= edge.since
