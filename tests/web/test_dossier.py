"""The dossier as a page, as a file, and from the command line; it is proved wherever it comes from."""

import random
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.incidents import deeds
from tests.incidents.cast import cast, morning
from tests.world import World, member
from tocsin import cli
from tocsin.accounts.models import AuditEntry
from tocsin.engine import terms as t
from tocsin.engine.program import Fact
from tocsin.incidents import chain, desk, journal
from tocsin.incidents.dossier import contents as parts
from tocsin.incidents.dossier.contents import Confidential
from tocsin.incidents.dossier.verify import verify
from tocsin.incidents.models import Entry, Incident
from tocsin.web import dossier, laid_before, languages

__all__ = ["cast", "morning"]

WORDS = "Silence <script>alert(1)</script></body> 客户"


@pytest.fixture
def number(world: World, clock) -> str:
    done = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words=WORDS), actor=world.actor(world.ana))
    assert isinstance(done, desk.Done)
    clock.shift(timedelta(minutes=20))
    desk.handle(done.incident, t.Tick(), actor=t.Actor(t.SYSTEM))
    return done.number


def key() -> str:
    return chain.public_text(journal.signing_key().public_key())


def fetch(world: World, number: str, part: str = "/file", **query: str) -> str:
    answer = world.browse(world.chi).get(f"/o/{world.organisation.slug}/incidents/{number}/dossier{part}", query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.row("AUD-03")
@pytest.mark.parametrize("language", list(languages.LANGUAGES))
def test_a_downloaded_dossier_is_proved_offline(world, number, language):
    content = fetch(world, number, language=language)
    assert f'<html lang="{languages.LANGUAGES[language].tag}">' in content
    assert verify(content.encode(), key=key()).holds


def test_words_of_a_person_are_words_in_every_part_of_the_file(world, number):
    content = fetch(world, number)
    assert "<script>alert" not in content
    assert "&lt;script&gt;alert(1)" in content
    assert content.count("<script") == 2


def test_the_file_needs_nothing_beside_it(world, number):
    content = fetch(world, number)
    assert "default-src &#39;none&#39;" in content or "default-src 'none'" in content
    assert not re.search(r'(?:src|href)="', content.partition("</style>")[2].replace('href="#', ""))
    assert "@page" in content


@pytest.mark.row("AUD-03")
def test_left_out_means_left_out_of_the_readable_part_too(world, number):
    content = fetch(world, number, confidential="left_out")
    assert "Silence" not in content
    assert world.ana.name not in content.partition("</style>")[2]
    assert verify(content.encode(), key=key()).holds


@pytest.mark.row("ACT-05")
def test_who_attended_a_meeting_and_how_stands_in_the_dossier_even_who_did_nothing_else(world, number):
    guest = member(world.organisation, "Gus")
    attended = {world.actor(guest).person: "telephone", world.actor(world.ana).person: "in_person"}
    choice = t.Decide(decision="decide_in_meeting", option="start", attendance=attended)
    done = desk.handle(Incident.objects.get(number=number).pk, choice, actor=world.actor(world.ana))
    assert isinstance(done, desk.Done), done

    def present(**query: str) -> str:
        return fetch(world, number, **query).partition("Present:")[2].partition("</p>")[0]

    assert "Gus</span> (by telephone)" in present()
    assert "Ana</span> (in person)" in present()
    assert "(by telephone)" in present(confidential="left_out")
    assert "Gus" not in present(confidential="left_out")


def test_an_export_is_written_down(world, number):
    fetch(world, number, confidential="left_out")
    entry = AuditEntry.objects.filter(act="dossier.exported").get()
    assert (entry.person, entry.subject, entry.detail) == (world.chi, number, {"confidential": "left_out"})


def test_the_page_shows_what_the_file_would_hold(world, number):
    page = fetch(world, number, "")
    assert "&lt;script&gt;alert(1)" in page
    assert Entry.objects.order_by("-seq").first().hash in page


@pytest.mark.row("I8")
def test_a_stranger_finds_nothing(world, number):
    for part in ("", "/file"):
        assert world.browse(world.dov).get(f"/o/{world.organisation.slug}/incidents/{number}/dossier{part}").status_code == 404
        assert world.browse(world.dov).get(f"/o/{world.elsewhere.slug}/incidents/{number}/dossier{part}").status_code == 404


def test_what_lay_before_a_decision_is_read_in_the_words_of_the_reader(world, clock):
    facts = {"scope": "multiple_regions", "effect": "interrupted", "recovery": timedelta(hours=2)}
    declared = desk.declare(
        world.organisation.id, world.plan.hash, desk.Declaration(words=WORDS, facts=facts), actor=world.actor(world.ana)
    )
    decides = t.Decide(decision="set_level", option="l2", reason="two provinces")
    assert isinstance(desk.handle(declared.incident, decides, actor=world.actor(world.ana)), desk.Done)
    content = dossier.file(parts.gather(Incident.objects.get(pk=declared.incident), Confidential.MARKED), "zh").decode()
    sheet = re.sub(r"<[^>]+>", "", content[: content.index("<script")])
    assert re.search(r"预计多久恢复：2\s*小时", sheet)
    assert "2:00:00" not in sheet


@pytest.mark.parametrize(
    ("fact", "kept", "known"),
    [
        (Fact(id="a", title={}, cite=(), type="duration"), "1 day, 2:00:00", timedelta(days=1, hours=2)),
        (Fact(id="a", title={}, cite=(), type="duration"), "unknown", None),
        (Fact(id="a", title={}, cite=(), type="choice", of=("x", "y"), many=True), "('x', 'y')", ("x", "y")),
        (Fact(id="a", title={}, cite=(), type="choice", of=("x", "y"), many=True), "('x',)", ("x",)),
        (Fact(id="a", title={}, cite=(), type="yes_no"), "False", False),
        (Fact(id="a", title={}, cite=(), type="text"), "as it was said", "as it was said"),
    ],
)
def test_what_was_kept_in_words_is_what_it_was(fact, kept, known):
    assert laid_before.known(fact, kept) == known


@pytest.mark.row("AUD-03", "AUD-01")
def test_a_whole_incident_is_read_proved_and_guarded_in_every_part(cast, morning):
    """Everything that can happen stands in the readable part; five hundred bytes anywhere are flipped, and none goes unseen."""
    incident = deeds.whole(cast)
    content = dossier.file(parts.gather(incident, Confidential.MARKED), "en")
    for words in (
        "Nobody answers",
        "We are on it",
        "Core 2 is broken",
        "Which core?",
        "Rebooting",
        "Scribe",
        "Quiet again",
        "graph 2",
        "Cleo",
    ):
        assert words in content.decode()
    chance = random.Random(7)
    for offset in chance.sample(range(len(content)), 500):
        flipped = bytes([content[offset] ^ 1 << chance.randrange(8)])
        assert verify(content[:offset] + flipped + content[offset + 1 :], key=key()).flaws, offset


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(cli.main, arguments)
    return answer.exit_code, answer.output


@pytest.mark.row("AUD-03")
def test_from_the_command_line_a_dossier_is_exported_and_proved(world, number, tmp_path):
    file = tmp_path / "dossier.html"
    code, said = run("dossier", number, "--out", str(file))
    assert (code, key() in said) == (0, True)
    code, said = run("verify", str(file), "--key", key().upper())
    assert code == 0
    assert f"{number}: nothing was altered." in said
    assert "whose key that is" not in said
    assert "whose key that is" in run("verify", str(file))[1]


def test_what_was_altered_is_named_and_the_exit_code_says_so(world, number, tmp_path):
    file = tmp_path / "dossier.html"
    run("dossier", number, "--out", str(file))
    sound = file.read_bytes()
    file.write_bytes(sound.replace(b'"seq":7,"type":"', b'"seq":7,"type":"X'))
    code, said = run("verify", str(file), "--key", key())
    assert code == 1
    assert "entry 7: was altered" in said
    assert "entry 7: does not follow" in said
    file.write_bytes(sound)
    code, said = run("verify", str(file), "--key", "ab" * 32)
    assert (code, "foreign key" in said) == (3, True)
    assert run("verify", str(file), "--anchor", "ab" * 32)[0] == 1
    assert run("verify", str(file), "--key", "short")[0] == 2


def test_an_incident_that_is_not_there_is_one_sentence(world, tmp_path):
    code, said = run("dossier", "INC-9", "--out", str(tmp_path / "x"))
    assert (code, said) == (1, "Error: There is no incident INC-9.\n")


def test_a_number_that_two_organisations_have_is_asked_for(world, number, tmp_path):
    desk.declare(world.elsewhere.id, world.plan.hash, desk.Declaration(words="Other"), actor=t.Actor(t.SYSTEM))
    code, said = run("dossier", number, "--out", str(tmp_path / "x"))
    assert (code, "--organisation" in said) == (1, True)
    assert run("dossier", number, "--out", str(tmp_path / "x"), "--organisation", world.organisation.slug)[0] == 0


def test_proving_needs_neither_django_nor_data(tmp_path):
    """The file may be proved on a machine on which nothing of ours was ever set up."""
    program = "import sys, tocsin.incidents.dossier.verify; print([name for name in sys.modules if name.startswith('django')])"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert out.stdout == "[]\n"
    assert list(tmp_path.iterdir()) == []
