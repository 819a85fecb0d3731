"""What a dossier holds, what it leaves out, and that it tells the same whenever it is asked."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import chain, desk, journal, sealing
from tocsin.incidents.dossier import contents as parts
from tocsin.incidents.dossier import sheet as sheets
from tocsin.incidents.dossier.contents import Confidential
from tocsin.incidents.models import ClockRow, Incident, Seal

AT = datetime(2026, 10, 12, tzinfo=UTC)
WORDS, NOTE = "客户服务热线中断", "Ana Example called from +7 900 000-00-00"


@pytest.fixture
def incident(world: World, clock) -> Incident:
    """An hour of an incident: declared, noted, one obligation fulfilled, others missed."""
    done = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words=WORDS), actor=world.actor(world.ana))
    assert isinstance(done, desk.Done)
    clock.shift(timedelta(minutes=1))
    desk.handle(done.incident, t.Note(words=NOTE), actor=world.actor(world.chi))
    clock.shift(timedelta(minutes=64))
    desk.handle(done.incident, t.Tick(), actor=t.Actor(t.SYSTEM))
    return Incident.objects.get(pk=done.incident)


def gathered(incident: Incident, confidential: Confidential = Confidential.MARKED) -> parts.Contents:
    return parts.gather(incident, confidential)


@pytest.mark.row("AUD-03")
def test_a_dossier_holds_every_entry_byte_for_byte(incident):
    lines = [line.content["entry"] for line in gathered(incident).lines if "entry" in line.content]
    stored = list(incident.entries.order_by("seq").values_list("seq", "type", "version", "body", "hash"))
    assert [tuple(line.values()) for line in lines] == stored
    assert [line["seq"] for line in lines] == list(range(1, len(stored) + 1))


@pytest.mark.row("AUD-03")
def test_confidential_texts_and_names_are_there_by_choice_only(incident, world):
    shown = json.dumps([line.content for line in gathered(incident).lines], ensure_ascii=False)
    hidden = json.dumps([line.content for line in gathered(incident, Confidential.LEFT_OUT).lines], ensure_ascii=False)
    for secret in (WORDS, NOTE, world.chi.name):
        assert secret in shown
        assert secret not in hidden
    assert '"salt"' not in hidden


def test_what_is_left_out_of_the_record_is_left_out_of_the_sheet(incident):
    sheet = sheets.lay_out(gathered(incident, Confidential.LEFT_OUT))
    assert sheet.board.words == sealing.ERASED
    assert NOTE not in repr([said.row.data for said in sheet.record])


def test_an_erased_text_stays_erased_and_the_chain_still_verifies(incident):
    Seal.objects.filter(incident=incident, text=NOTE).delete()
    contents = gathered(incident)
    (fate,) = [line.content["seal"] for line in contents.lines if line.content.get("seal", {}).get("erased")]
    assert fate["place"] == "/words"
    assert sealing.ERASED in [text for kept in contents.kept for text in kept.texts.values()]


def test_the_sheet_says_how_each_obligation_came_out(incident):
    sheet = sheets.lay_out(gathered(incident))
    outcomes = {owed.row.obligation: owed.outcome for owed in sheet.owed}
    assert set(outcomes.values()) == {"missed", "open"}
    assert sheet.total == sheet.count("missed") == len(sheet.breaches)
    for owed in sheet.owed:
        if owed.outcome == "missed":
            assert owed.proof
            assert isinstance(owed.proof.event, t.ClockBreached)
            assert owed.proof.hash == incident.entries.get(seq=owed.proof.seq).hash


def test_the_sheet_is_the_projection_that_pages_read(incident):
    sheet = sheets.lay_out(gathered(incident))
    for row in (*sheet.breaches, *(said.row for said in sheet.record), *(owed.row for owed in sheet.owed)):
        names = [field.attname for field in row._meta.concrete_fields if field.attname not in {"id", "organisation_id", "incident_id"}]
        keys = {name: getattr(row, name) for name in ("seq", "clock", "generation", "occurrence") if name in names}
        stored = type(row)._default_manager.get(incident=incident, **keys)
        assert {name: getattr(row, name) for name in names} == {name: getattr(stored, name) for name in names}


@pytest.mark.parametrize(
    ("allowed_s", "used_s", "bar"),
    [(100, 50, (90, 45.0, 0)), (100, 100, (90, 90.0, 0)), (100, 125, (80.0, 80.0, 20.0)), (100, -5, (90, 0.0, 0))],
    ids=["half", "exactly", "late", "before"],
)
def test_the_bar_shows_how_much_of_the_time_was_used(allowed_s, used_s, bar):
    due_at, met_at = AT + timedelta(seconds=allowed_s), AT + timedelta(seconds=used_s)
    drawn = sheets.bar(ClockRow(recurring=False, anchored_at=AT, due_at=due_at, met_at=met_at))
    assert drawn
    assert (drawn.allowed, drawn.used, drawn.late) == bar


def test_an_incident_is_found_by_number_within_its_organisation_only(incident, world):
    assert parts.find(incident.number, world.organisation.id) == incident
    assert parts.find(incident.number, world.organisation.slug) == incident
    with pytest.raises(Incident.DoesNotExist):
        parts.find(incident.number, world.elsewhere.id)
    with pytest.raises(Incident.DoesNotExist):
        parts.find("inc_" + incident.id.hex, world.elsewhere.slug)


def test_the_manifest_names_plan_head_and_key(incident, world):
    contents = gathered(incident)
    file = parts.make(contents, "<html><body>" + "</body>\n</html>\n", "en").decode()
    manifest = json.loads(next(line for line in file.splitlines() if line.startswith('{"manifest"')))["manifest"]
    assert manifest["plan"]["hash"] == world.plan.hash
    assert manifest["head"]["seq"] == manifest["entries"] == incident.entries.count()
    assert manifest["key"] == chain.public_text(journal.signing_key().public_key())
