"""Who is of a name for whom alone something is kept."""

import pytest

from tests.engine.story import hotline
from tocsin.incidents.readers import Eyes


@pytest.mark.row("AUD-05")
@pytest.mark.parametrize(
    ("mine", "kept_for", "sees"),
    [
        ("liaison[it]", ["liaison"], True),
        ("liaison[it]", ["liaison[hr]"], False),
        ("tech_leader", ["anyone"], True),
        ("tech_leader", [], True),
        ("tech_leader", ["liaison"], False),
    ],
)
def test_who_holds_a_part_of_a_role_is_among_those_for_whom_it_is_kept(mine, kept_for, sees):
    assert Eyes(hotline(), frozenset({mine})).are_of(kept_for) is sees
