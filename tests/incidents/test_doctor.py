"""The doctor: state and rows are what the journal gives, and whatever is not is named and made again."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import models

from tests.incidents import deeds
from tests.incidents.cast import Cast, wait
from tocsin.engine import terms as t
from tocsin.incidents import commands, doctor, journal, states
from tocsin.incidents.models import ClockRow, Entry, Head, Incident, Seal, TimelineRow
from tocsin.kit import clock


def problems(incident: Incident, *, mend: bool = False) -> list[str]:
    return [f"{complaint.part} {complaint.place}".strip() for complaint in doctor.examine(incident.pk, mend=mend)]


@pytest.mark.row("I9")
def test_the_rows_and_the_state_of_a_whole_incident_are_what_its_journal_gives(cast: Cast) -> None:
    incident = deeds.whole(cast)
    empty = [model.__name__ for model in doctor.row_models() if not model._default_manager.filter(incident=incident).exists()]
    assert empty == ["RegisterRow", "FiledRow", "SituationRow"]  # the small plan has none of these, and registers are of no incident
    assert problems(incident) == []
    assert states.fold(incident) == states.load(Incident.objects.get(pk=incident.pk), Head.objects.get(pk=incident.pk))


def test_one_edited_byte_of_the_state_is_not_believed_and_is_mended(cast: Cast) -> None:
    incident = cast.declare()
    sound = Incident.objects.get(pk=incident.pk).state
    Incident.objects.filter(pk=incident.pk).update(state=sound.replace("silent", "salent", 1))

    assert problems(incident) == ["state"]
    cast.done(incident, t.Note(words="the desk folds the journal instead"))
    assert '"words":"The line is silent"' in Incident.objects.get(pk=incident.pk).state

    Incident.objects.filter(pk=incident.pk).update(state="")
    assert problems(incident, mend=True) == ["state"]
    assert problems(incident) == []


def test_one_edited_row_a_missing_one_and_an_invented_one_are_named_and_mended(cast: Cast) -> None:
    incident = deeds.whole(cast)
    clocks = ClockRow.objects.filter(incident=incident)
    clocks.filter(clock="look").update(status="waived")
    clocks.filter(clock="summary").delete()
    TimelineRow.objects.create(
        organisation=cast.organisation, incident=incident, seq=4711, at=clock.now(), happened_at=clock.now(), by="per_x", kind="Noted"
    )

    named = ["rows ClockRow look/1", "rows ClockRow summary/1", "rows TimelineRow 4711"]
    assert problems(incident) == named
    assert problems(incident, mend=True) == named
    assert problems(incident) == []
    assert clocks.get(clock="look").status == "met"


def test_deleted_rows_come_back_from_the_journal_as_they_were(cast: Cast) -> None:
    incident = deeds.whole(cast)
    before = {model: plain(model, incident) for model in doctor.row_models()}
    for model in before:
        model._default_manager.filter(incident=incident).delete()
    doctor.examine(incident.pk, mend=True)
    assert {model: plain(model, incident) for model in doctor.row_models()} == before


def plain(model: type[models.Model], incident: Incident) -> list[dict[str, Any]]:
    rows = model._default_manager.filter(incident=incident).values()
    return sorted(({name: value for name, value in row.items() if name != "id"} for row in rows), key=str)


def test_an_incident_whose_snapshot_is_gone_still_falls_due(cast: Cast) -> None:
    incident = cast.declare()
    Incident.objects.filter(pk=incident.pk).update(state="", state_hash="", state_seq=0)
    wait(timedelta(minutes=31))
    assert ClockRow.objects.get(incident=incident, clock="look").status == "breached"


@pytest.mark.row("I9", "REG-12")
@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (lambda entries, seals: entries.filter(seq=3).update(body='{"at":"2020-01-01T00:00:00.000000Z"}'), "journal entry 3"),
        (lambda entries, seals: entries.filter(seq=3).update(version=2), "journal entry 3"),
        (lambda entries, seals: entries.filter(seq=3).delete(), "journal entry 3"),
        (lambda entries, seals: entries.latest("seq").delete(), "head entry"),
        (lambda entries, seals: seals.filter(seq=1, path="/words").update(text="Nothing is wrong"), "journal entry 1 /words"),
    ],
)
def test_an_altered_journal_is_named_and_never_touched(cast: Cast, tamper: Any, named: str) -> None:
    incident = cast.declare()
    cast.done(incident, t.Note(words="one more"))
    tamper(Entry.objects.filter(incident=incident), Seal.objects.filter(incident=incident))
    before = list(Entry.objects.filter(incident=incident).order_by("seq").values())

    complaints = doctor.examine(incident.pk, mend=True)
    assert f"{complaints[0].part} {complaints[0].place}".startswith(named)
    assert not any(complaint.mendable for complaint in complaints)
    assert list(Entry.objects.filter(incident=incident).order_by("seq").values()) == before


def test_two_texts_of_one_entry_that_changed_places_are_named_and_no_row_is_mended_by_them(cast: Cast) -> None:
    incident = deeds.whole(cast)
    seq = next(s.seq for s in Seal.objects.filter(incident=incident) if Seal.objects.filter(incident=incident, seq=s.seq).count() > 1)
    one, other = Seal.objects.filter(incident=incident, seq=seq)[:2]
    places = one.path, other.path
    Seal.objects.filter(pk=one.pk).update(path="elsewhere")
    Seal.objects.filter(pk=other.pk).update(path=places[0])
    Seal.objects.filter(pk=one.pk).update(path=places[1])
    complaints = doctor.examine(incident.pk, mend=True)
    assert {complaint.problem for complaint in complaints} == {"the text is not the one that was sealed"}
    assert not any(complaint.mendable for complaint in complaints)


def test_a_head_signed_by_another_installation_is_named(cast: Cast) -> None:
    incident = cast.declare()
    head = Head.objects.get(pk=incident.pk)
    Head.objects.filter(pk=incident.pk).update(signature="00" + head.signature[2:])
    (complaint,) = doctor.examine(incident.pk)
    assert (complaint.part, complaint.problem) == ("head", "the signature is not this installation's")


def test_an_erased_text_breaks_nothing(cast: Cast) -> None:
    incident = cast.declare()
    done = cast.done(incident, t.Note(words="Call Mr Smith on 555"))
    Seal.objects.filter(incident=incident, seq=done.seq).delete()
    assert problems(incident, mend=True) == [f"rows TimelineRow {done.seq}"]
    assert problems(incident) == []
    assert TimelineRow.objects.get(incident=incident, seq=done.seq).data == {"words": "⟦erased⟧"}
    assert [written.seq for written in journal.read(incident)][-1] == done.seq


def test_the_command_says_what_it_found_and_what_it_mended(cast: Cast) -> None:
    incident = cast.declare()
    sound = CliRunner().invoke(commands.doctor)
    assert (sound.exit_code, sound.output) == (0, "Every incident is as its journal says.\n")
    ClockRow.objects.filter(incident=incident).update(status="met")
    found = CliRunner().invoke(commands.doctor)
    assert (found.exit_code, found.output) == (1, "wrong: INC-1 rows ClockRow look/1: differs in status\n")
    mended = CliRunner().invoke(commands.doctor, ["--mend"])
    assert (mended.exit_code, mended.output) == (0, "mended: INC-1 rows ClockRow look/1: differs in status\n")
