"""From the page to somebody else's server: four behaviours give four states, and each reader outside reads in the own language."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from tests.comms.sinks import email, webhook
from tests.web.room import Room, declare
from tests.world import PLAN, World, load
from tocsin.comms import delivery, setup
from tocsin.comms.models import Delivery
from tocsin.incidents import outcomes
from tocsin.kit.egress import Egress
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
CHANNELS = "channels: {all: [email, webhook]}\n    together: true\n    author: care_leader"
FOUR = CHANNELS.replace("[email, webhook]", "[email, webhook, web_site, chat]")
FIELDS = {"template": "public_statement", "field:scope_text": "the west", "field:next_update": "15:00"}
RUSSIAN, POLISH, CHINESE = "клиентам (the west)", "klienci (the west)", "the west的客户"


@pytest.fixture
def room(world: World) -> Room:
    """Give an incident under the hotline plan whose public statement goes over four channels."""
    source = shipped.sources()[PLAN].read_text("utf-8")
    assert CHANNELS in source
    room = declare(replace(world, plan=load(world.organisation, source.replace(CHANNELS, FOUR))))
    post(room, "networks", network="127.0.0.1/32", reason="the sinks")
    return room


@pytest.fixture
def sinks() -> Iterator[dict[str, email.Sink | webhook.Sink]]:
    """Give a server behind each channel."""
    with email.Sink() as mail, webhook.Sink() as hook, webhook.Sink() as site, webhook.Sink() as chat:
        yield {"email": mail, "webhook": hook, "web_site": site, "chat": chat}


def post(room: Room, path: str, **form: str) -> None:
    answer = room.world.browse(room.world.ana).post(f"/o/hotline/channels/{path}", form)
    assert answer.status_code == 303, answer.content.decode()


def set_up(room: Room, sinks: dict[str, email.Sink | webhook.Sink]) -> None:
    for name, sink in sinks.items():
        adapter = "email" if isinstance(sink, email.Sink) else "webhook"
        post(room, f"to/{name}/configuration", adapter=adapter, **{f"field:{field}": value for field, value in sink.fields.items()})


def reach(room: Room, channel: str, address: str, locale: str) -> None:
    post(room, "outside", party=f"{PLAN}/clients", channel=channel, address=address, locale=locale)


def publish(room: Room, *, altered: bool = False) -> None:
    """Draft, approve and publish the statement through the pages; `altered`: by one character after the approval."""
    ana, bea = room.world.ana, room.world.bea
    assert room.post(ana, "messages", **FIELDS).status_code == 303
    row = room.row("MessageRow")
    signature = {"link": "review", "content_hash": row.text_hash}
    assert room.post(bea, f"chains/message:{row.message}/signature", **signature).status_code == 303
    if altered:
        text = {"text:en": row.texts["en"] + "."}
        assert room.post(ana, "messages", message=row.message, **FIELDS, **text).status_code == 303
    for text_hash in {row.text_hash, room.row("MessageRow").text_hash} if altered else {row.text_hash}:
        answer = room.post(ana, f"messages/{row.message}/publication", text_hash=text_hash)
        assert answer.status_code == (409 if altered else 303)


def impatient(organisation_id: UUID) -> Egress:
    """Return the organisation's door, which waits long enough for a busy machine, and not for whoever hangs."""
    return replace(setup.door(organisation_id), deadline_s=1.5)


def deliver() -> None:
    while delivery.run_once(outcomes.still_wanted, door=impatient):
        pass
    outcomes.run_once()


def states(room: Room) -> dict[str, list[str]]:
    """Return the words of delivery on the room page, by channel."""
    panel = room.get(room.world.ana, "panels/messages").content.decode()
    table = panel[panel.index('<table class="table table--cards mt-2">') :]
    rows = table[: table.index("</table>")].split("<tr><td>")[1:]
    return {line[: line.index("<")]: [part[: part.index('"')] for part in line.split('data-delivery="')[1:]] for line in rows}


def test_four_behaviours_of_the_other_side_are_four_states_on_the_room_page(
    room: Room, sinks: dict[str, email.Sink | webhook.Sink]
) -> None:
    set_up(room, sinks)
    reach(room, "email", "klient@example.net", "pl")
    for name, behaviour in (("email", "accepts"), ("webhook", "rejects"), ("web_site", "hangs"), ("chat", "contradicts")):
        sinks[name].behaviour = behaviour
    publish(room)
    assert set(map(tuple, states(room).values())) == {("waiting",)}
    deliver()
    assert states(room) == {"E-mail": ["delivered"], "Webhook": ["refused"], "Web site": ["unanswered"], "Chat": ["contradicted"]}
    page = room.page(room.world.ana)
    for words in ("Delivered", "Refused by the receiver", "No answer, tries again", "Accepted with an error", "channel_is_archived"):
        assert words in page
    room.speak(room.world.ana, "ru")
    assert "Считайте, что не доставлено." in room.page(room.world.ana)


@pytest.mark.row("COM-16")
def test_a_text_changed_by_one_character_after_its_approval_goes_nowhere(room: Room, sinks: dict[str, email.Sink | webhook.Sink]) -> None:
    set_up(room, sinks)
    reach(room, "email", "klient@example.net", "pl")
    publish(room, altered=True)
    deliver()
    assert not any(sink.contents for sink in sinks.values())
    assert not Delivery.objects.filter(about__contains=":message:public_statement").exists()


@pytest.mark.row("LNG-03")
def test_each_reader_outside_gets_the_statement_in_the_own_language(room: Room, sinks: dict[str, email.Sink | webhook.Sink]) -> None:
    set_up(room, sinks)
    for channel, address, locale in (("email", "a@example.net", "pl"), ("email", "b@example.net", "ru"), ("webhook", "portal", "ru")):
        reach(room, channel, address, locale)
    publish(room)
    deliver()
    mail, hook, site = sinks["email"], sinks["webhook"], sinks["web_site"]
    got = dict(zip(mail.recipients, (body for _subject, body in mail.texts), strict=True))
    assert POLISH in got["a@example.net"]
    assert RUSSIAN in got["b@example.net"]
    ((_, posted),) = hook.texts
    assert RUSSIAN in posted
    ((_, shown),) = site.texts
    assert CHINESE in shown  # nobody is named there: the plan's own language


def test_a_role_outside_without_an_address_is_seen_to_be_missed(room: Room, sinks: dict[str, email.Sink | webhook.Sink]) -> None:
    set_up(room, sinks)
    publish(room)
    deliver()
    assert states(room)["E-mail"] == ["no_address"]


def test_what_is_not_set_up_ends_as_such_and_says_what_to_do(room: Room) -> None:
    publish(room)
    assert set(map(tuple, states(room).values())) == {("no_channel",)}
    assert "Set the channel up, or send by hand and record it." in room.page(room.world.ana)
