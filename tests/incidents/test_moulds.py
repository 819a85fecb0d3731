"""Incidents that begin by a mould, alone or alike in one sitting: nobody can tell them from those that were decided each by itself."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.incidents.cast import SMALL, Cast
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.engine.decide import decide
from tocsin.incidents import desk, doctor, journal, moulds, plans
from tocsin.incidents.models import Breach, Incident, Notice, Seal, TimelineRow
from tocsin.kit import ids
from tocsin.plan import shipped

HERE = Path(__file__).parent
SYSTEM = t.Actor(t.SYSTEM)
WITHOUT_MOULD = ""
"""A declaration without words goes the whole way."""
WORDS = (
    'node "one" is down\n\\ +3',
    "e\u0301: Анна, 陈 \u2028",
    WITHOUT_MOULD,
    "node \x7f'two' <b>is</b> {{ incident.number }} down",
    "INC-1",
)
PLANS = {"small": SMALL, "house": (HERE / "house.yaml").read_text("utf-8")} | {
    name: source.read_text("utf-8") for name, source in sorted(shipped.sources().items())
}


def declared(cast: Cast, plan_hash: str, words: tuple[str, ...] = WORDS) -> list[UUID]:
    """Let incidents begin with these words, in one sitting, as a route lets them."""
    found = []
    with desk.sit() as sitting:
        for each in words:
            said = desk.Declaration(words=each, means="alert")
            answer = sitting.declare(cast.organisation.id, plan_hash, said, actor=SYSTEM)
            assert isinstance(answer, desk.Done), answer
            assert [answer.seq] == [len(answer.events)]
            found.append(answer.incident)
    return found


def whole_way(incident: Incident) -> tuple[t.AnyEvent, ...]:
    """Return what the declaration of an incident causes, decided by itself."""
    first = next(iter(journal.read(incident))).event
    assert isinstance(first, t.Declared)
    names = ("incident", "number", "plan", "plan_hash", "means", "words", "seats", "drill", "beside", "proposed", "reason")
    command = t.Declare(**{name: getattr(first, name) for name in names}, by=SYSTEM, at=first.at)
    events = decide(plans.of(incident), t.State(), command)
    assert not isinstance(events, t.Refused)
    return events


def told(incident: Incident) -> set[tuple[str, ...]]:
    """Return what was told of an incident, without what names it."""
    words = next(iter(journal.read(incident))).event.words  # type: ignore[union-attr]
    rows = Delivery.objects.filter(organisation=incident.organisation, event_id__startswith=ids.typed("inc", incident.pk))
    texts = ("event_id", "about", "channel", "recipient", "address", "locale", "subject", "body", "state", "urgent")
    names = [(ids.typed("inc", incident.pk), "<id>"), (f"incidents/{incident.number}", "<path>"), (f"[{incident.number}]", "<number>")]
    found = set()
    for row in rows:
        said = [str(getattr(row, name)) for name in texts]
        for name, blank in names:
            said = [text.replace(name, blank) for text in said]
        said[7] = "\n<words>\n".join(said[7].rsplit(f"\n{words}\n", 1))
        found.add(tuple(said))
    return found


@pytest.mark.row("REG-01", "I9")
@pytest.mark.parametrize("name", PLANS)
def test_incidents_that_begin_alike_are_as_if_each_were_decided_by_itself(cast: Cast, name: str) -> None:
    plan, findings = plans.load(cast.organisation.id, PLANS[name], f"{name}.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    incidents = [Incident.objects.get(pk=pk) for pk in declared(cast, plan.hash)]
    for incident, words in zip(incidents, WORDS, strict=True):
        events = tuple(written.event for written in journal.read(incident))
        assert repr(events) == repr(whole_way(incident))
        assert events[0].words == words  # type: ignore[union-attr]
        assert doctor.examine(incident.pk) == ()
    alone, whole = (Incident.objects.get(pk=pk) for words in ("alone", WITHOUT_MOULD) for pk in declared(cast, plan.hash, (words,)))
    assert doctor.examine(alone.pk) == ()
    assert [told(one) ^ told(whole) for one in (*incidents, alone)] == [set()] * (len(incidents) + 1)
    notices = list(
        Notice.objects.filter(incident_id__in=[one.pk for one in incidents]).order_by("seq").values_list("incident_id", "topics")
    )
    assert [pk for pk, _ in notices] == [one.pk for one in incidents]
    assert all(topics == notices[0][1] for _, topics in notices)
    salts = list(Seal.objects.filter(incident__in=incidents).values_list("salt", flat=True))
    assert len(set(salts)) == len(salts)


def test_what_begins_by_a_mould_can_be_gone_on_with_in_the_same_sitting(cast: Cast) -> None:
    with desk.sit() as sitting:
        found = []
        for number in range(3):
            said = desk.Declaration(words=f"silent {number}", means="alert")
            answer = sitting.declare(cast.organisation.id, cast.plan.hash, said, actor=SYSTEM)
            assert isinstance(answer, desk.Done)
            found.append(answer)
        noted = sitting.handle(found[-1].incident, t.AddReport(key="k", means="alert", words="more"), actor=SYSTEM)
        assert isinstance(noted, desk.Done)
        assert noted.first == found[-1].seq + 1
    assert [answer.number for answer in found] == ["INC-1", "INC-2", "INC-3"]
    assert all(doctor.examine(answer.incident) == () for answer in found)
    assert Notice.objects.filter(incident_id=found[-1].incident).count() == 1
    assert TimelineRow.objects.filter(incident_id=found[-1].incident).count() == noted.seq
    assert not Breach.objects.exists()


def test_who_declares_in_person_goes_the_whole_way(cast: Cast) -> None:
    with desk.sit() as sitting:
        for _ in range(3):
            answer = sitting.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="silent"), actor=cast.ana)
            assert isinstance(answer, desk.Done)
    assert {next(iter(journal.read(incident))).event.by for incident in Incident.objects.filter(standing="")} == {cast.ana.person}


def test_letters_and_entries_are_not_moulded() -> None:
    at = t.UNSTAMPED
    assert moulds.allows([t.Noted(at=at, by="system", words="w")])
    assert not moulds.allows(
        [t.RecordEntered(at=at, by="system", record="log", entry="log-1", fields={}, open=True, amends=False, happened_at=at)]
    )
