"""Settling looks only at what may have changed; what happens is what happens when everything is looked at."""

from dataclasses import fields, replace
from functools import cache, reduce
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
from tocsin.engine.reads import ANYTHING, Order, obligation_of, touched, whole_of
from tocsin.engine.turn import Turn
from tocsin.plan import shipped
from tocsin.plan.scenarios import story
from tocsin.plan.scenarios.play import makers, play, steps
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
program_of = cache(program_for)
OWN = {"clocks_of", "at"}
"""Fields that follow others."""
WHOLE = {"clocks": obligation_of, "clocks_of": obligation_of, "edges": whole_of, "firings": whole_of}
"""Fields whose entries are named by what they are parts of."""


@pytest.mark.parametrize(("plan", "file"), STORIES, ids=lambda value: getattr(value, "stem", value))
def test_looking_only_at_what_may_have_changed_gives_every_event_in_the_same_order(plan, file):
    program = program_of(file)
    told = story.load(file, program)
    with sweeping():
        wanted = play(program, told).events
    assert played(plan, file) == wanted


@cache
def played(plan, file):
    program = program_of(file)
    return play(program, story.load(file, program)).events


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


@pytest.mark.parametrize(("plan", "file"), STORIES, ids=lambda value: getattr(value, "stem", value))
def test_an_incident_kept_in_hand_goes_on_as_one_that_is_read_anew(plan, file):
    program = program_of(file)
    told = story.load(file, program)
    turn = in_hand(program, t.State())
    for step in steps(program, told):
        while step.down_since is None and turn.state.incident and (due := next_due(program, turn.state)) and due <= step.at:
            assert turn.agenda.first(program, turn.state).at == due
            agree(turn, t.Tick(at=max(due, turn.state.at), by=t.Actor(t.SYSTEM)))
        for make in makers(step):
            command = make(program, told, turn.state)
            if command:
                agree(turn, command)


def agree(turn, command):
    before = turn.state
    wanted = decide(turn.program, before, command)
    assert go_on(turn, command) == wanted
    after = before if isinstance(wanted, t.Refused) else reduce(evolve, wanted, before)
    assert turn.state == after


# ------------------------------------------------------------------ nobody says too little


@pytest.mark.parametrize(("plan", "file"), STORIES, ids=lambda value: getattr(value, "stem", value))
def test_an_event_touches_everything_it_changes(plan, file):
    state = t.State()
    for event in played(plan, file):
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
        self.called, self.name = ("clocks" if field == "clocks_of" else field), WHOLE.get(field, str)

    def note(self, entry):
        if self.field not in ("open_fields", "open_since"):  # these follow the open entries of their record
            self.notes.add((self.called, self.name(entry)))

    def get(self, entry, default=None):
        self.note(entry)
        return super().get(entry, default)

    def __getitem__(self, entry):
        self.note(entry)
        return super().__getitem__(entry)

    def __contains__(self, entry):
        self.note(entry)
        return super().__contains__(entry)


class Watched(t.State):
    """A state that notes what is read of it. Copies made by `evolve` are watched as well."""


def reading(name):
    """Return what reads the field of a watched state; a mapping is wrapped once, as long as it is the same."""

    def read(state):
        value = state.__dict__[name]
        if not isinstance(value, dict):
            state.__dict__["notes"].add((name, ""))
            return value
        seen = state.__dict__["seen"]
        if name not in seen or seen[name].entries is not value:
            seen[name] = Seen(name, value, state.__dict__["notes"])
        return seen[name]

    return property(read)


for each in {field.name for field in fields(t.State)} - OWN | {"clocks_of"}:
    setattr(Watched, each, reading(each))


@pytest.mark.parametrize(("plan", "file"), STORIES, ids=lambda value: getattr(value, "stem", value))
def test_a_rule_reads_nothing_that_it_does_not_name(plan, file, monkeypatch):
    """Until its first event of a visit, which is what decides whether it has something to do."""
    program = program_of(file)
    notes, missing, seen = set(), set(), {}
    visit = {"rule": None}

    def close(order: Order):
        if visit["rule"] is not None:
            always = order.readers.get(ANYTHING, 0)  # whoever names anything is asked each time
            named = {name: order.readers.get(name, 0) | always for name in notes}
            missing.update((visit["rule"][0], name) for name, readers in named.items() if not readers & (1 << visit["rule"][1]))
        visit["rule"] = None

    def stale(turn, noun):
        first, rules = turn.order.rules[noun]
        for index, rule in enumerate(rules):
            turn.state = watched(turn.state, notes, seen)
            notes.clear()
            visit["rule"] = (getattr(rule, "id", noun), first + index)
            yield rule
            close(turn.order)

    emit = Turn.emit

    def emitted(turn, event):
        close(turn.order)
        emit(turn, event)

    monkeypatch.setattr(Turn, "stale", stale)
    monkeypatch.setattr(Turn, "waiting", EVERYTHING, raising=False)
    monkeypatch.setattr(Turn, "emit", emitted)
    play(program, story.load(file, program))
    assert not missing


def watched(state, notes, seen):
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
