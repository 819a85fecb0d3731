"""Settling looks only at what may have changed; what happens is what happens when everything is looked at."""

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import settings

from tests.engine import test_properties as properties
from tests.engine.story import Story
from tests.engine.sweep import EVERYTHING, sweeping
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.decide import decide, go_on, in_hand
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.engine.reads import ANYTHING, Order, obligation_of, touched, whole_of
from tocsin.engine.turn import Turn
from tocsin.plan import shipped
from tocsin.plan.scenarios import story
from tocsin.plan.scenarios.play import Step, makers, play, steps
from tocsin.plan.scenarios.replay import program_for

STORIES = [
    (name, file)
    for name, source in shipped.sources().items()
    for file in story.shipped(source.parent / "scenarios")  # type: ignore[arg-type]
]
BESIDE = Path(__file__).parent.parent / "plan" / "beside"
STORIES += [
    ("beside", file) for file in story.shipped(BESIDE) if file.read_text().startswith("#") and "tocsin_scenario" in file.read_text()
]
OWN = {"clocks_of", "at"}
"""Fields that follow others."""
WHOLE = {"clocks": obligation_of, "clocks_of": obligation_of, "edges": whole_of, "firings": whole_of}
"""Fields whose entries are named by what they are parts of."""
FOLLOWING = {"open_fields", "open_since"}
"""Fields that follow the open entries of their record."""


@dataclass(frozen=True)
class Told:
    """A story, what happens in it in order, and what comes of that."""

    program: Program
    story: story.Story
    steps: list[Step]
    events: list[t.AnyEvent]


@pytest.fixture(scope="module", params=STORIES, ids=lambda each: f"{each[0]}-{each[1].stem}")
def told(request):
    """Return a story as it is played; the tests that ask for it look at it one after the other."""
    file = request.param[1]
    program = program_for(file)
    written = story.load(file, program)
    along = steps(program, written)
    return Told(program, written, along, play(program, written, along=along).events)


class AnyIncidentTwice(properties.AnyIncident):
    """Any command, decided both ways."""

    def send(self, command, person):
        state, actor = self.state, t.Actor(person)
        stamped = type(command)(**{name: getattr(command, name) for name in command.__dataclass_fields__} | {"by": actor, "at": self.at})
        with sweeping():
            wanted = decide(properties.PROGRAM, state, stamped)
        assert decide(properties.PROGRAM, state, stamped) == wanted
        super().send(command, person)


TestAnyIncidentTwice = AnyIncidentTwice.TestCase
TestAnyIncidentTwice.settings = settings(properties.TestAnyIncident.settings, max_examples=15)


def test_an_incident_kept_in_hand_goes_on_as_one_that_is_read_anew(told):
    program = told.program
    turn = in_hand(program, t.State())
    for step in told.steps:
        while step.down_since is None and turn.state.incident and (due := next_due(program, turn.state)) and due <= step.at:
            assert turn.agenda.first(program, turn.state).at == due
            agree(turn, t.Tick(at=max(due, turn.state.at), by=t.Actor(t.SYSTEM)))
        for make in makers(step):
            command = make(program, told.story, turn.state)
            if command:
                agree(turn, command)


def agree(turn, command):
    before = turn.state
    wanted = decide(turn.program, before, command)
    assert go_on(turn, command) == wanted
    after = before if isinstance(wanted, t.Refused) else reduce(evolve, wanted, before)
    assert turn.state == after


# ------------------------------------------------------------------ nobody says too little


def test_an_event_touches_everything_it_changes(told):
    state = t.State()
    for event in told.events:
        after = evolve(state, event)
        names = touched(event)
        assert ANYTHING in names or changed(state, after) <= set(names), type(event).__name__
        state = after


def changed(before, after):
    found = set()
    for field in fields(t.State):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name in OWN or old == new:
            continue
        if isinstance(new, dict):
            entries = {entry for entry in {*old, *new} if old.get(entry) != new.get(entry)}
            found |= {(field.name, WHOLE.get(field.name, str)(entry)) for entry in entries}
        else:
            found.add((field.name, ""))
    return found


class Seen(dict):
    """A mapping of the state that notes which entries are asked for."""

    def __init__(self, field, entries, notes):
        super().__init__(entries)
        self.field, self.entries, self.notes = field, entries, notes

    def get(self, entry, default=None):
        self.notes.add((self.field, entry))
        return super().get(entry, default)

    def __getitem__(self, entry):
        self.notes.add((self.field, entry))
        return super().__getitem__(entry)

    def __contains__(self, entry):
        self.notes.add((self.field, entry))
        return super().__contains__(entry)


class Watched(t.State):
    """A state that notes what is read of it. Copies made by `evolve` are watched as well."""


def reading(name):
    """Return what reads the field of a watched state; a mapping is wrapped once, as long as it is the same."""

    def read(state):
        own = state.__dict__
        value = own[name]
        if not isinstance(value, dict):
            own["notes"].add((name, ""))
            return value
        seen = own["seen"].get(name)
        if seen is None or seen.entries is not value:
            seen = own["seen"][name] = Seen(name, value, own["notes"])
        return seen

    return property(read)


for each in {field.name for field in fields(t.State)} - OWN | {"clocks_of"}:
    setattr(Watched, each, reading(each))


def name_of(field, entry):
    """Return by what name a rule says that it reads this entry of a field of the state."""
    return ("clocks" if field == "clocks_of" else field), WHOLE.get(field, str)(entry)


def test_looking_at_everything_finds_nothing_more_and_a_rule_reads_nothing_that_it_does_not_name(told, monkeypatch):
    """A rule names what it reads until its first event of a visit, which is what decides whether it has something to do."""
    notes, missing, seen = set(), set(), {}
    visit = {"place": None}
    named = defaultdict(set)  # by the place of a rule: what it read and named

    def close(order: Order):
        place, visit["place"] = visit["place"], None
        if place is None or notes <= named[place]:
            return
        always = order.readers.get(ANYTHING, 0)  # whoever names anything is asked each time
        for note in notes - named[place]:
            if note[0] in FOLLOWING or (order.readers.get(name_of(*note), 0) | always) & (1 << place):
                named[place].add(note)
            else:
                missing.add((place, note))

    def stale(turn, noun):
        first, rules = turn.order.rules[noun]
        for place, rule in enumerate(rules, first):
            turn.state = watched(turn.state, notes, seen)
            notes.clear()
            visit["place"] = place
            yield rule
            close(turn.order)

    emit = Turn.emit

    def emitted(turn, event):
        close(turn.order)
        emit(turn, event)

    monkeypatch.setattr(Turn, "stale", stale)
    monkeypatch.setattr(Turn, "waiting", EVERYTHING, raising=False)
    monkeypatch.setattr(Turn, "emit", emitted)
    assert play(told.program, told.story, along=told.steps).events == told.events
    assert not missing


def watched(state, notes, seen):
    if isinstance(state, Watched):
        return state
    copy = object.__new__(Watched)
    copy.__dict__.update(state.__dict__, notes=notes, seen=seen)
    return copy


TAKING_PART = "obligations: {say: {cite: O 3, owes: clerk, do: {en: S}, within: 5h, of: reported, for_each: participants, until: closed}}"


@pytest.mark.parametrize("joined", [t.Assign(role="helper", person="pia"), t.HandOver(role="clerk", to="pia")])
def test_who_joins_an_incident_kept_in_hand_is_owed_what_each_participant_is(joined):
    program = written(TAKING_PART, "  helper: {cite: O 2, title: {en: Helper}, held_by: nobody}")
    told = Story(cast={"chi": ("clerk",)}, program=program).declare()
    turn = in_hand(program, told.state)
    for minute, person, command in ((1, "chi", t.Note(words="here")), (2, "chi", joined), (3, "chi", t.Note(words="there"))):
        agree(turn, replace(command, by=t.Actor(person), at=told.at(minute)))
    assert "say[pia]" in turn.state.clocks
