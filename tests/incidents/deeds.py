"""A whole small incident, from declaration to close, with something of everything that leaves a row."""

from datetime import timedelta

from tests.incidents.cast import Cast, wait
from tocsin.engine import terms as t
from tocsin.incidents.models import ChainRow, Incident, MessageRow
from tocsin.kit import clock


def whole(cast: Cast) -> Incident:
    """Live through it and return the incident."""
    incident = cast.declare()
    for step in (begin, say, sign, be_late, hand_over, end):
        clock.shift(timedelta(minutes=1))
        step(cast, incident)
    return incident


def begin(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.AddReport(key="ticket-7", means="ticket", words="Nobody answers"), cast.tom)
    cast.done(incident, t.AddParty(party="shop", name="Corner shop", contact="shop@example.org", reporter=True), cast.tom)
    cast.done(incident, t.AddParty(party="bakery", name="Bakery", about={"key.customer": True}), cast.tom)
    cast.done(incident, t.TellParty(party="shop", words="by telephone"), cast.tom)
    cast.done(incident, t.RemoveParty(party="bakery", reason="It is on another line"), cast.tom)
    cast.done(incident, t.StateFacts(facts={"scope": "everywhere"}, reason="Heard from all regions"))
    cast.done(incident, t.Decide(decision="set_level", option="high"))
    cast.refused(incident, t.Decide(decision="close"))


def say(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.Draft(template="notice", fields={"what": "We are on it"}))
    draft = MessageRow.objects.get(incident=incident)
    cast.done(incident, t.Sign(chain=draft.chain, link="approves", content_hash=draft.text_hash), cast.cleo)
    cast.done(incident, t.Publish(message=draft.message, text_hash=draft.text_hash))
    cast.done(incident, t.ReportDelivery(message=draft.message, channel="inbox", outcome="delivered"), t.Actor(t.SYSTEM))


def sign(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.Decide(decision="repair", reason="The core is broken", evidence=("graph 1",)), cast.tom)
    chain = ChainRow.objects.get(incident=incident, kind="decision").chain
    cast.done(incident, t.SendBack(chain=chain, link="checks", reason="Which core?"), cast.cleo)
    cast.done(incident, t.Decide(decision="repair", reason="Core 2 is broken"), cast.tom)
    chain = ChainRow.objects.get(incident=incident, kind="decision", status="running").chain
    cast.done(incident, t.Sign(chain=chain, link="checks"), cast.cleo)


def be_late(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.Enter(record="summaries", fields={"said": "Rebooting"}))
    wait(timedelta(minutes=35))
    cast.done(incident, t.Fulfil(obligation="look", words="It is the core", happened_at=clock.now() - timedelta(minutes=20)), cast.tom)


def hand_over(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.Assign(role="tech", person=cast.dov.person))
    cast.done(incident, t.Accept(role="tech"), cast.dov)
    cast.done(incident, t.CreateRole(role="scribe", name="Scribe", duty="Write it down", person=cast.tom.person))
    cast.done(incident, t.Accept(role="scribe"), cast.tom)
    cast.done(incident, t.HandOver(role="tech", to=cast.tom.person), cast.dov)


def end(cast: Cast, incident: Incident) -> None:
    cast.done(incident, t.Note(words="Quiet again"))
    cast.done(incident, t.Attest(condition="clean", evidence=("graph 2",)), cast.tom)
    cast.done(incident, t.Decide(decision="close"))
