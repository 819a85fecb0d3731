"""What the plan suggests is looked up once for a panel, however many forms of it ask for something that the plan has an opinion on."""

from pathlib import Path

import pytest

from tests.web.room import in_force, under
from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import states
from tocsin.incidents.models import Head, Incident
from tocsin.plan import shipped
from tocsin.web.room.panels import PANELS

pytestmark = pytest.mark.django_db


def test_a_panel_loads_the_incident_at_most_once_for_all_that_it_suggests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = under(world, in_force(world, Path(shipped.sources()["pass24-critical-incidents"])), "Nothing opens")
    load, loaded = states.load, list[Incident]()

    def counting(incident: Incident, head: Head) -> t.State:
        loaded.append(incident)
        return load(incident, head)

    monkeypatch.setattr("tocsin.web.rows.states.load", counting)
    counted = {}
    for panel in PANELS.keys() - {"invitation"}:  # that is for whoever sees no more than a part
        loaded.clear()
        assert room.get(world.ana, f"panels/{panel}").status_code == 200
        counted[panel] = len(loaded)
    assert counted["facts"] == 1
    assert max(counted.values()) == 1
