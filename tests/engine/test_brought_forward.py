"""A due time is brought forward by whoever owes it or stands above, with a reason; it is never put back."""

from datetime import timedelta

import pytest

from tests.engine.story import Story
from tests.engine.test_answers import begun
from tests.engine.test_promises import due
from tocsin.engine import terms as t


def forward(story: Story, minutes: float, to: float, *, by: str = "eva", what: str = "light", reason: str = "guests come") -> str:
    """Bring something forward; return the code with which it was refused, or nothing."""
    answer = story.do(minutes, by, t.BringForward(obligation=what, due_at=story.at(to), reason=reason))
    return answer.code if isinstance(answer, t.Refused) else ""


def test_a_due_time_is_brought_forward_and_breached_at_the_new_one() -> None:
    story = begun()
    assert due(story, "light") == 10
    assert forward(story, 1, 5) == ""
    assert due(story, "light") == 5
    (moved,) = [event for event in story.of(t.ClockMoved) if event.reason == "by_hand"]
    assert (moved.by, moved.words) == ("eva", "guests come")
    story.do(6, t.SYSTEM, t.Tick())
    assert story.state.clocks["light"].status == "breached"


@pytest.mark.parametrize(("to", "code"), [(11, "E104"), (1, "E104"), (0.5, "E104")])
def test_it_is_never_put_back_nor_moved_into_the_past(to: float, code: str) -> None:
    story = begun()
    assert forward(story, 1, to) == code
    assert due(story, "light") == 10


def test_it_needs_a_reason_a_due_time_and_somebody_who_answers_for_it() -> None:
    story = begun()
    assert forward(story, 1, 5, reason=" ") == "E105"
    assert forward(story, 1, 5, by="dov") == "E101"
    assert forward(story, 1, 5, what="nothing") == "E102"
    story.do(2, "eva", t.Mark(moment="warmed"))
    assert forward(story, 3, 5, what="wash") == "E102"  # owed without a limit


def test_a_longer_limit_does_not_put_back_what_was_brought_forward_and_the_next_occurrence_counts_as_the_plan_says() -> None:
    story = begun()
    assert due(story, "news") == 30
    assert forward(story, 1, 20, what="news") == ""
    story.do(2, "eva", t.StateFacts(facts={"pause": timedelta(hours=1)}))
    assert due(story, "news") == 20
    story.do(15, "eva", t.Send(template="note", fields={"next": "1h"}))
    assert due(story, "news") == 75
