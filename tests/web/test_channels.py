"""The pages of channels: set up, tried out, removed; addresses outside; private networks. Each within one organisation, each audited."""

import re

import pytest
from django.test import Client
from markupsafe import Markup

from tests.comms.sinks import email, webhook
from tests.world import APPROVES, World, member
from tocsin.accounts.models import Access, AuditEntry, Person
from tocsin.comms import delivery, outside, setup
from tocsin.comms.models import Delivery, OutsideAddress
from tocsin.incidents import outcomes
from tocsin.kit import ids

pytestmark = pytest.mark.django_db
HOME = "/o/hotline/channels"
MAIL = {"adapter": "email", "field:host": "mail.example.org", "field:sender": "Duty desk <duty@example.org>"}
CLIENTS = {"party": "hotline-outage/clients", "channel": "email", "locale": "pl"}


@pytest.fixture
def ana(world: World) -> Client:
    return world.browse(world.ana)


@pytest.fixture
def editor(world: World) -> Client:
    return world.browse(member(world.organisation, "Edda", Access.EDITOR, APPROVES))


def page(client: Client, address: str = HOME) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def row(text: str, name: str) -> str:
    """Return the line of the table that shows the channel `name`."""
    (found,) = (each for each in text.split("<tr>") if f'<span class="hash">{name}</span>' in each)
    return found


def deliver() -> None:
    while delivery.run_once(outcomes.still_wanted):
        pass
    outcomes.run_once()


def acts() -> list[str]:
    wanted = ("channel.", "network.", "outside.")
    return [act for act in AuditEntry.objects.order_by("id").values_list("act", flat=True) if act.startswith(wanted)]


def test_every_channel_that_a_plan_names_is_listed_with_what_it_is_set_up_as(ana: Client) -> None:
    text = page(ana)
    for name in ("email", "webhook", "portal", "sms_exchange", "telephone"):
        assert "Not set up" in row(text, name)
    assert "Needs no set-up." in row(text, "inbox")
    ana.post(f"{HOME}/to/email/configuration", MAIL)
    assert "mail.example.org" in row(page(ana), "email")
    assert "Not set up" not in row(page(ana), "email")


def test_secrets_are_shown_as_a_fingerprint_alone(ana: Client) -> None:
    ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:password": "hunter2"})
    first = re.search(r'Password <span class="hash"[^>]*>([0-9a-f]{8})</span>', page(ana))
    ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:password": "hunter3"})
    second = re.search(r'Password <span class="hash"[^>]*>([0-9a-f]{8})</span>', page(ana))
    assert first
    assert second
    assert first[1] != second[1]
    for address in (HOME, f"{HOME}/to/email"):
        assert "hunter" not in page(ana, address)


def test_everything_that_is_wrong_stands_at_its_field_and_what_was_typed_stays(ana: Client, world: World) -> None:
    typed = {**MAIL, "field:port": "99999", "field:sender": "nobody"}
    answer = ana.post(f"{HOME}/to/email/configuration", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count('aria-invalid="true"') == 2
    assert 'value="99999"' in text
    assert setup.shown(world.organisation.id) == ()


def test_examples_are_words_even_where_they_look_like_markup(ana: Client) -> None:
    assert 'placeholder="Duty desk &lt;duty@example.org&gt;"' in page(ana, f"{HOME}/to/email")


def test_a_kept_password_is_not_sent_to_another_server(ana: Client, world: World) -> None:
    ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:password": "hunter2"})
    answer = ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:host": "mail.elsewhere.example"})
    assert answer.status_code == 422
    assert "Enter it again: it would go to another place." in answer.content.decode()
    assert ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:security": "none"}).status_code == 422
    assert ana.post(f"{HOME}/to/email/configuration", {**MAIL, "field:username": "duty"}).status_code == 303
    ready = setup.ready(world.organisation.id, "email")
    assert ready
    assert (ready.values["host"], ready.values["password"]) == ("mail.example.org", "hunter2")


def test_a_signing_secret_is_proposed_until_one_is_kept(ana: Client, world: World) -> None:
    proposed = [re.search(r'value="(whsec_[^"]+)"', page(ana, f"{HOME}/to/webhook")) for _ in range(2)]
    assert proposed[0]
    assert proposed[1]
    assert proposed[0][1] != proposed[1][1]
    form = {"adapter": "webhook", "field:url": "ftp://nowhere", "field:secret": proposed[0][1]}
    assert proposed[0][1] in ana.post(f"{HOME}/to/webhook/configuration", form).content.decode()
    assert ana.post(f"{HOME}/to/webhook/configuration", form | {"field:url": "https://hooks.example.org/"}).status_code == 303
    assert "whsec_" not in page(ana, f"{HOME}/to/webhook").replace('placeholder="whsec_…"', "")


def test_a_channel_that_no_plan_names_is_not_there(ana: Client) -> None:
    assert ana.get(f"{HOME}/to/pigeon").status_code == 404
    assert ana.post(f"{HOME}/to/pigeon/configuration", MAIL).status_code == 404
    assert ana.post(f"{HOME}/to/email/configuration", {"adapter": "pigeon"}).status_code == 404


def test_a_set_up_is_removed(ana: Client, world: World) -> None:
    ana.post(f"{HOME}/to/email/configuration", MAIL)
    assert ana.post(f"{HOME}/to/email/removal").status_code == 303
    assert setup.ready(world.organisation.id, "email") is None


@pytest.mark.parametrize("behaviour", ["accepts", "rejects", "contradicts"])
def test_a_test_goes_the_way_of_every_message_and_its_end_stands_on_the_page(
    ana: Client, world: World, mail_sink: email.Sink, behaviour: str
) -> None:
    mail_sink.behaviour = behaviour
    setup.open_network(world.organisation, "127.0.0.1/32", None, "the sink", by=None)
    ana.post(f"{HOME}/to/email/configuration", {"adapter": "email"} | {f"field:{name}": value for name, value in mail_sink.fields.items()})
    assert ana.post(f"{HOME}/to/email/trial").status_code == 303
    assert 'data-delivery="waiting"' in page(ana, f"{HOME}/to/email")
    deliver()
    shown = {"accepts": "delivered", "rejects": "refused", "contradicts": "contradicted"}[behaviour]
    assert f'data-delivery="{shown}"' in page(ana, f"{HOME}/to/email")
    assert mail_sink.recipients == ["ana@example.org"]
    assert Delivery.objects.get().reported_at is not None


def test_a_test_of_what_is_not_set_up_says_so(ana: Client) -> None:
    ana.post(f"{HOME}/to/portal/trial")
    assert 'data-delivery="no_channel"' in page(ana, f"{HOME}/to/portal")


def test_only_the_own_tests_are_shown(ana: Client, editor: Client) -> None:
    ana.post(f"{HOME}/to/portal/trial")
    assert "data-delivery" not in page(editor, f"{HOME}/to/portal")


def test_a_private_network_is_opened_by_an_owner_for_a_reason_and_closed_again(ana: Client, editor: Client, world: World) -> None:
    wanted = {"network": "10.1.4.25/32", "port": "25", "reason": "the relay"}
    assert editor.post(f"{HOME}/networks", wanted).status_code == 403
    assert ana.post(f"{HOME}/networks", {**wanted, "reason": " "}).status_code == 422
    assert ana.post(f"{HOME}/networks", {**wanted, "port": "0"}).status_code == 422
    assert ana.post(f"{HOME}/networks", {**wanted, "network": "0.0.0.0/0"}).status_code == 422
    assert setup.open_networks(world.organisation.id) == ()
    assert ana.post(f"{HOME}/networks", wanted).status_code == 303
    assert "10.1.4.25/32" in page(editor)
    assert 'name="reason"' not in page(editor)
    assert editor.post(f"{HOME}/networks/closing", {"network": "10.1.4.25/32"}).status_code == 403
    assert ana.post(f"{HOME}/networks/closing", {"network": "10.1.4.25/32"}).status_code == 303
    assert setup.open_networks(world.organisation.id) == ()


def test_an_address_outside_is_entered_checked_and_struck_out(ana: Client, world: World) -> None:
    assert "such messages end as “no address”" in page(ana)
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": ""}).status_code == 422
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": "no address"}).status_code == 422
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": "k@example.net", "channel": "pigeon"}).status_code == 404
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": "k@example.net", "party": "hotline-outage/care_leader"}).status_code == 404
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": "k@example.net"}).status_code == 303
    assert ana.post(f"{HOME}/outside", {**CLIENTS, "address": "k@example.net", "locale": "ru"}).status_code == 303
    (entered,) = outside.addresses(world.organisation.id, "hotline-outage", ["clients"])
    assert (entered.address, entered.locale) == ("k@example.net", "ru")
    assert "k@example.net" in page(ana)
    ana.post(f"{HOME}/outside/{ids.typed('adr', entered.id)}/removal")
    assert not OutsideAddress.objects.exists()


@pytest.mark.row("I8")
def test_nothing_of_another_organisation_is_shown_or_struck_out(ana: Client, world: World, web_sink: webhook.Sink) -> None:
    there = world.elsewhere
    setup.configure(there, "email", "email", {"host": "mail.elsewhere.example", "sender": "x@elsewhere.example"}, by=None)
    setup.open_network(there, "10.9.0.0/16", None, "theirs", by=None)
    outside.enter(there, "hotline-outage", "clients", "email", address="them@example.net", locale="en", by=None)
    text = page(ana)
    for theirs in ("mail.elsewhere.example", "10.9.0.0/16", "them@example.net"):
        assert theirs not in text
    row = OutsideAddress.objects.get()
    ana.post(f"{HOME}/outside/{ids.typed('adr', row.id)}/removal")
    ana.post(f"{HOME}/networks/closing", {"network": "10.9.0.0/16"})
    ana.post(f"{HOME}/to/email/removal")
    assert OutsideAddress.objects.exists()
    assert len(setup.open_networks(there.id)) == 1
    assert setup.ready(there.id, "email") is not None


def test_every_change_is_audited_with_who_did_it(ana: Client, world: World) -> None:
    before = len(acts())
    ana.post(f"{HOME}/to/email/configuration", MAIL)
    ana.post(f"{HOME}/to/email/removal")
    ana.post(f"{HOME}/networks", {"network": "10.1.0.0/16", "reason": "the relay"})
    ana.post(f"{HOME}/networks/closing", {"network": "10.1.0.0/16"})
    ana.post(f"{HOME}/outside", {**CLIENTS, "address": "k@example.net"})
    ana.post(f"{HOME}/outside/{ids.typed('adr', OutsideAddress.objects.get().id)}/removal")
    assert acts()[before:] == [
        "channel.set_up",
        "channel.removed",
        "network.opened",
        "network.closed",
        "outside.entered",
        "outside.struck",
    ]
    assert set(AuditEntry.objects.filter(act__in=acts()[before:]).values_list("person", flat=True)) == {world.ana.pk}
    audit = Markup(page(ana, "/o/hotline/audit")).striptags()
    assert "entered an address outside for Customers hit" in audit
    assert "Channel: E-mail" in audit


@pytest.mark.parametrize("path", ["", "/to/email"])
def test_a_member_does_not_set_channels_up(world: World, path: str) -> None:
    assert world.browse(world.chi).get(HOME + path).status_code == 403
    assert world.browse(world.chi).post(f"{HOME}/to/email/configuration", MAIL).status_code == 403
    assert setup.shown(world.organisation.id) == ()


def test_a_form_that_is_not_ours_changes_nothing(world: World) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(world.ana)
    for path, form in (("to/email/configuration", MAIL), ("networks", {"network": "10.0.0.0/8", "reason": "x"}), ("to/email/trial", {})):
        assert forged.post(f"{HOME}/{path}", form).status_code == 403
    assert setup.shown(world.organisation.id) == ()
    assert setup.open_networks(world.organisation.id) == ()


@pytest.mark.row("LNG-01")
def test_the_page_speaks_the_readers_language(ana: Client, world: World) -> None:
    Person.objects.filter(pk=world.ana.pk).update(language="ru")
    text = page(ana)
    assert "Открытые сети" in text
    assert "Не настроен" in row(text, "portal")
