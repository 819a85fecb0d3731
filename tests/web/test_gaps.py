"""What a text names and nobody has said stands in its draft as a gap, with where to say it; nothing goes outside with one (COM-03)."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World

pytestmark = pytest.mark.django_db

SERVED = """
moments:
  served: {cite: K 5, title: {en: Dinner served}, recorded_by: [chef]}
messages:
  guests: {cite: K 5, title: {en: To the guests}, audience: public, channels: {first: [web_site]}, publisher: chef, acknowledges: [L82],
           fields: {dish: {label: {en: Dish}}}, text: {en: "{{ dish }} at {{ served }}"}}
"""


@pytest.fixture
def room(world: World, tmp_path: Path) -> Room:
    file = tmp_path / "kitchen.yaml"
    file.write_text(Path(__file__).with_name("kitchen.yaml").read_text("utf-8").replace("messages:\n", f"{SERVED.lstrip()}"), "utf-8")
    return under(world, in_force(world, file), "Milk")


def panel(room: Room) -> str:
    return str(room.get(room.world.ana, "panels/messages", htmx=True).content.decode())


@pytest.mark.row("COM-03")
def test_a_draft_shows_its_gap_and_says_what_to_record_and_where(room: Room) -> None:
    ana = room.world.ana
    room.post(ana, "messages", template="guests", **{"field:dish": "Soup"})
    shown = panel(room)
    assert '<span class="slot" data-missing>[—]</span>' in shown
    assert 'not recorded yet: <span lang="en">Dinner served</span>. <a href="#facts">' in shown
    row = room.row("MessageRow", template="guests")
    refused = room.post(ana, f"messages/{row.message}/publication", htmx=True, text_hash=row.text_hash).content.decode()
    assert "The text names what nobody has recorded yet." in refused
    assert '<span lang="en">Dinner served</span> is not recorded yet' in refused
    room.post(ana, "moments/served/instant")
    assert "has been recorded since. Draft it anew." in panel(room)
    room.post(ana, "messages", template="guests", message=row.message, **{"field:dish": "Soup"})
    shown = panel(room)
    assert "[—]" not in shown
    assert "Not ready." not in shown


def test_an_empty_field_is_named_once(room: Room) -> None:
    room.post(room.world.ana, "messages", template="guests")
    room.post(room.world.ana, "moments/served/instant")
    shown = panel(room)
    assert shown.count("Not ready.") == 1
    assert "recorded since" not in shown
