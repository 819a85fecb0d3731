"""The way back from the outbox: what no longer matters is not sent late, and each outcome is reported once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.comms.sinks import webhook
from tests.incidents import deeds
from tests.incidents.cast import SMALL, Cast, wait
from tocsin.comms import delivery, outbox, setup
from tocsin.comms.models import Delivery, InboxItem
from tocsin.engine import terms as t
from tocsin.incidents import about, desk, journal, outcomes, plans
from tocsin.incidents.models import DeliveryRow, Incident, MessageRow
from tocsin.kit import clock


def told(incident: Incident, cause: str) -> bool:
    return outcomes.still_wanted(about.told(incident.pk, cause))


@pytest.mark.row("I7")
def test_a_telling_about_a_clock_is_wanted_while_the_clock_runs(cast: Cast) -> None:
    incident = cast.declare()
    wait(timedelta(minutes=31))
    causes = ("owed:look", "remind:look", "breached:look")
    assert all(told(incident, cause) for cause in causes)
    cast.done(incident, t.Fulfil(obligation="look"), cast.tom)
    assert not any(told(incident, cause) for cause in causes)


@pytest.mark.row("I7")
def test_a_request_to_take_a_role_is_wanted_until_it_is_taken(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.Assign(role="tech", person=cast.dov.person))
    assert told(incident, "assigned:tech")
    cast.done(incident, t.Accept(role="tech"), cast.dov)
    assert not told(incident, "assigned:tech")


@pytest.mark.row("I7")
def test_nothing_but_messages_is_wanted_once_the_incident_is_over(cast: Cast) -> None:
    incident = cast.declare()
    assert told(incident, "proposed:high")
    deeds.end(cast, incident)
    assert not told(incident, "proposed:high")
    assert outcomes.still_wanted(about.message(incident.pk, "notice-1"))


TRACKED = """records:
  measures:
    cite: S 9
    title: {en: Measures}
    fields: {owner: {type: person}, due: {type: time}, evidence: {}}
    open_until: evidence
    tracked: {by: owner, due: due}
"""


@pytest.mark.row("PIR-08")
def test_whoever_owes_a_measure_hears_of_its_clock_after_the_incident_is_closed(cast: Cast) -> None:
    plan, findings = plans.load(cast.organisation.id, SMALL.replace("records:\n", TRACKED), "tracked.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    cast = replace(cast, plan=plan)
    incident = cast.declare()
    due = clock.now() + timedelta(days=9)
    cast.done(incident, t.Enter(record="measures", fields={"owner": cast.tom.person, "due": due.isoformat()}))
    deeds.end(cast, incident)
    wait(timedelta(days=9, minutes=1))
    assert told(incident, "breached:measures[measures-1]")
    cast.done(incident, t.Enter(record="measures", entry="measures-1", fields={"evidence": "seen"}), cast.tom)
    assert not told(incident, "breached:measures[measures-1]")


@pytest.mark.row("I6", "I7")
def test_what_is_no_longer_wanted_ends_as_cancelled(cast: Cast) -> None:
    assert setup.configure(cast.organisation, "email", "webhook", {"url": "http://127.0.0.1:9/", "secret": webhook.SECRET}, by=None) == ()
    incident = cast.declare()
    wait(timedelta(minutes=31))
    cast.done(incident, t.Fulfil(obligation="look"), cast.tom)
    while delivery.run_once(outcomes.still_wanted):
        pass
    tellings = Delivery.objects.filter(about__startswith=about.told(incident.pk, ""))
    states = dict(tellings.filter(channel="email").values_list("about", "state"))
    assert states == {about.told(incident.pk, "remind:look"): "cancelled", about.told(incident.pk, "breached:look"): "cancelled"}
    assert {row.state for row in tellings.filter(channel="inbox")} == {"sent"}, "what lies in the inbox came there with what it is about"
    assert outbox.finished() == []


@pytest.mark.row("I6")
def test_what_is_told_inside_is_in_the_inbox_with_its_cause_and_once(cast: Cast) -> None:
    cast.declare()
    with transaction.atomic():
        wait(timedelta(minutes=31))
        assert InboxItem.objects.exists()
        transaction.set_rollback(True)
    assert not InboxItem.objects.exists()
    wait(timedelta(0))
    told = Delivery.objects.filter(channel="inbox")
    assert (
        InboxItem.objects.count()
        == told.count()
        == told.exclude(reference="").exclude(finished_at=None).exclude(reported_at=None).count()
        > 0
    )
    assert not delivery.run_once(outcomes.still_wanted)


@pytest.mark.row("COM-17")
def test_the_outcome_of_a_message_comes_back_as_one_event_for_each_channel(cast: Cast) -> None:
    incident = cast.declare()
    draft = published(cast, incident)
    assert DeliveryRow.objects.get(incident=incident).outcome == "waiting"
    while delivery.run_once(outcomes.still_wanted):
        pass
    sent = Delivery.objects.filter(about=about.message(incident.pk, draft.message))
    assert {row.recipient: row.body for row in sent} == {
        cast.ana.person: "INC-1: We are on it",
        cast.tom.person: "INC-1 — We are on it",  # in his own language
    }
    while outcomes.run_once():
        pass
    reported = [written.event for written in journal.read(incident) if isinstance(written.event, t.DeliveryReported)]
    assert [(event.message, event.channel, event.outcome, event.by) for event in reported] == [
        (draft.message, "inbox", "delivered", "system")
    ]
    assert DeliveryRow.objects.get(incident=incident).outcome == "delivered"


@pytest.mark.row("I7")
def test_a_receipt_that_faults_keeps_no_other_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = [published(cast, cast.declare()) for _ in range(2)]
    while delivery.run_once(outcomes.still_wanted):
        pass
    handle = desk.Desk.handle

    def faulty(sitting: desk.Desk, incident: UUID, *arguments: Any, **more: Any) -> desk.Answer:
        if incident == drafts[0].incident_id:
            raise KeyError("a fault of ours")
        return handle(sitting, incident, *arguments, **more)

    with monkeypatch.context() as broken:
        broken.setattr(desk.Desk, "handle", faulty)
        with pytest.raises(ExceptionGroup, match="could not be reported"):
            outcomes.run_once()
    assert [DeliveryRow.objects.get(incident=draft.incident_id).outcome for draft in drafts] == ["waiting", "delivered"]
    outcomes.run_once()
    assert DeliveryRow.objects.get(incident=drafts[0].incident_id).outcome == "delivered"


def published(cast: Cast, incident: Incident) -> MessageRow:
    """Draft, approve and publish a notice."""
    cast.done(incident, t.Draft(template="notice", fields={"what": "We are on it"}))
    draft = MessageRow.objects.get(incident=incident)
    cast.done(incident, t.Sign(chain=draft.chain, link="approves", content_hash=draft.text_hash), cast.cleo)
    cast.done(incident, t.Publish(message=draft.message, text_hash=draft.text_hash))
    return draft


def test_what_comms_is_told_can_be_read_again(cast: Cast) -> None:
    incident = cast.declare()
    assert about.read(about.told(incident.pk, "breached:a:b")) == about.About(incident.pk, "told", "breached:a:b")
    assert about.read(about.message(incident.pk, "notice-1")) == about.About(incident.pk, "message", "notice-1")
