"""Response times learned from what incidents say."""

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.simulate.learning import taken


@pytest.mark.row("PLN-12")
def test_what_a_role_owed_once_teaches_how_long_it_takes() -> None:
    story = Story().declare()
    scope = {"scope": "single_region", "effect": "interrupted"}
    story.do(4, "lin", t.Decide(decision="assess", facts=scope))
    assert taken(story.events)["tech_leader"] == [240.0]
    assert "duty_manager" not in taken(story.events), "what is still open teaches nothing"
