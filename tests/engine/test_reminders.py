"""When an owner is reminded: at a part of the limit, or so many days or hours before it ends."""

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

SLOW = "obligations: {slow: {cite: O 3, owes: clerk, do: {en: S}, within: 5d, of: reported, until: closed, remind: %s}}"
DAY = 24 * 60


@pytest.mark.row("CLK-03")
@pytest.mark.parametrize(("remind", "day"), [("1d", 4), ("24h", 4), ("1d12h", 3.5), ("30d", 0)])
def test_a_reminder_comes_days_before_the_due_time(remind, day):
    story = Story(cast={"chi": ("clerk",)}, program=written(SLOW % remind)).declare()
    assert story.clock("slow").remind_at == story.at(day * DAY)
    story.tick(4 * DAY + 1)
    assert [event.clock for event in story.of(t.ClockReminded)] == ["slow"]
