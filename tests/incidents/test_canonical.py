"""What the journal keeps of an event is exact, has one spelling, and says nothing of what was sealed."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings

from tests.incidents import golden, made
from tocsin.engine import terms as t
from tocsin.incidents import canonical, sealing
from tocsin.incidents.outlines import outline
from tocsin.incidents.sealing import Sealed
from tocsin.incidents.shapes import Malformed, Pen, shape

AT = datetime(2026, 10, 12, 9, 12, 4, tzinfo=UTC)


def still(text: str) -> Sealed:
    """Seal `text` with a salt that is the same every time."""
    return Sealed(b"\x07" * 32, text)


def texts(encoded: canonical.Encoded) -> dict[str, str]:
    return {place: sealed.text for place, sealed in encoded.sealed.items()}


def again(event: t.AnyEvent) -> t.AnyEvent:
    encoded = canonical.encode(event)
    return canonical.decode(encoded.type, encoded.version, encoded.body, texts(encoded))


def backwards(value: Any) -> Any:
    """Return the same event with every mapping in it the other way round."""
    if isinstance(value, Mapping):
        return {key: backwards(item) for key, item in reversed(value.items())}
    if isinstance(value, tuple):
        return tuple(map(backwards, value))
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{field.name: backwards(getattr(value, field.name)) for field in fields(value)})
    return value


@pytest.mark.row("I9")
@settings(max_examples=400, deadline=None)
@given(made.EVENTS)
def test_an_event_comes_back_exactly_as_it_was(event):
    assert repr(again(event)) == repr(in_order(event))
    assert again(event) == event


@settings(max_examples=400, deadline=None)
@given(made.EVENTS)
def test_an_event_settles_into_what_is_read_again(event):
    for one in (event, backwards(event)):
        assert repr(canonical.settled(one)) == repr(again(one))


def test_an_event_that_is_settled_is_not_made_again():
    fields = {"a": "x", "b": "y"}
    event = t.RecordEntered(at=AT, by="per_1", record="log", entry="log-1", fields=fields, open=True, amends=False, happened_at=AT)
    assert canonical.settled(event) is event


def test_texts_settle_in_one_spelling_and_keys_in_order():
    event = t.RoleCreated(at=AT.astimezone(timezone(timedelta(hours=3))), by="per_1", role="r", name="e\u0301", duty="e\u0301")
    settled = canonical.settled(event)
    assert repr(settled) == repr(again(event))
    assert repr(settled) != repr(event)


def test_what_could_not_be_read_again_is_not_settled():
    for wrong in ({"at": AT.replace(tzinfo=None)}, {"words": 7}, {"by": None}):
        with pytest.raises((ValueError, TypeError, AttributeError)):
            canonical.settled(replace(t.Noted(at=AT, by="per_1", words="w"), **wrong))


def in_order(value: Any) -> Any:
    """Return the same event with every mapping in the order in which a canonical text has it."""
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, tuple):
        return tuple(map(in_order, value))
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{field.name: in_order(getattr(value, field.name)) for field in fields(value)})
    return value


@settings(max_examples=200, deadline=None)
@given(made.EVENTS)
def test_an_event_has_one_spelling(event):
    body = canonical.encode(event, still).body
    assert canonical.encode(backwards(event), still).body == body
    assert canonical.dump(json.loads(body)) == body


@settings(max_examples=200, deadline=None)
@given(made.EVENTS)
def test_no_sealed_text_stands_in_the_body(event):
    encoded = canonical.encode(event, still)
    body = json.loads(encoded.body)
    for place, sealed in encoded.sealed.items():
        assert canonical.commitment_at(body, place) == sealed.commitment
    assert canonical.encode(covered(event), still).body == canonical.encode(again(covered(event)), still).body


def test_a_text_is_spelled_as_any_other_writer_of_json_spells_it():
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    tree = {"b": every, "a": [True, None, 2**70, -1], "ß": {}, "\U0001f6a8": "", "\uffff": ""}
    assert canonical.dump(tree) == json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def covered(event: t.AnyEvent) -> t.AnyEvent:
    """Return the event as it reads once every sealed text is erased."""
    encoded = canonical.encode(event, still)
    return canonical.decode(encoded.type, encoded.version, encoded.body, {})


@pytest.mark.parametrize("kind", get_args(t.AnyEvent), ids=lambda kind: kind.__name__)
@settings(max_examples=12, deadline=None)
@given(data=made.st.data())
def test_every_type_of_event_is_kept(kind, data):
    event = data.draw(made.of(kind))
    assert again(event) == event


def test_every_field_of_free_words_is_sealed():
    event = t.Attested(at=AT, by="per_1", condition="restored", entry="", evidence=("Ana called", ""))
    encoded = canonical.encode(event)
    assert "Ana" not in encoded.body
    assert texts(encoded) == {"/evidence/0": "Ana called"}


def test_an_empty_text_needs_no_seal():
    encoded = canonical.encode(t.Noted(at=AT, by="per_1", words=""))
    assert encoded.sealed == {}
    assert json.loads(encoded.body)["words"] == ""


def test_the_same_words_look_different_each_time():
    event = t.Noted(at=AT, by="per_1", words="the pump failed")
    assert canonical.encode(event).body != canonical.encode(event).body


def test_an_erased_text_reads_as_erased_and_the_rest_remains():
    event = t.MessageDrafted(
        at=AT,
        by="per_1",
        message="m1",
        template="client",
        fields={},
        texts={"en": "Hello", "ru": "Привет"},
        text_hash="",
        ready=True,
        chain="",
        promised={},
    )
    encoded = canonical.encode(event)
    kept = {place: text for place, text in texts(encoded).items() if place != "/texts/ru"}
    assert canonical.decode(encoded.type, encoded.version, encoded.body, kept) == replace(
        event, texts={"en": "Hello", "ru": sealing.ERASED}
    )


def test_values_keep_their_kind():
    for value, spelled in (
        (Decimal("70.0"), {"number": "70.0"}),
        (timedelta(hours=2), {"seconds": "7200"}),
        (-timedelta(microseconds=1), {"seconds": "-0.000001"}),
        (AT, {"instant": "2026-10-12T09:12:04.000000Z"}),
        ("calls", "calls"),
        (True, True),
        (("calls", "web"), ["calls", "web"]),
        (None, None),
    ):
        event = t.FactStated(at=AT, by="per_1", fact="f", value=value, words="", source="person", reason="", grave=False)
        assert json.loads(canonical.encode(event).body)["value"] == spelled
        assert again(event) == event


def test_instants_are_written_in_utc():
    there = AT.astimezone(timezone(timedelta(hours=3)))
    assert canonical.encode(t.PhaseEntered(at=there, by="x", phase="p")) == canonical.encode(t.PhaseEntered(at=AT, by="x", phase="p"))


def test_open_text_is_composed_and_sealed_text_is_left_alone():
    event = t.FactStated(at=AT, by="x", fact="cafe\u0301", value=None, words="cafe\u0301", source="person", reason="", grave=False)
    encoded = canonical.encode(event)
    assert json.loads(encoded.body)["fact"] == "caf\u00e9"
    assert texts(encoded)["/words"] == "cafe\u0301"


@pytest.mark.parametrize(
    "event",
    [
        t.FactStated(at=AT, by="x", fact="f", value=Decimal("NaN"), words="", source="person", reason="", grave=False),
        t.PhaseEntered(at=AT.replace(tzinfo=None), by="x", phase="p"),
        t.DecisionMade(at=AT, by="x", decision="", option="", role="", reason="", evidence=(), seen={"e\u0301": "a", "\u00e9": "b"}),
    ],
    ids=["not a number", "no zone", "two names that are one"],
)  # fmt: skip
def test_what_has_no_exact_form_is_never_written(event):
    with pytest.raises(ValueError, match=r"finite|zone|same"):
        canonical.encode(event)


def test_an_event_of_a_later_release_is_unknown():
    body = canonical.encode(t.PhaseEntered(at=AT, by="x", phase="p")).body
    with pytest.raises(canonical.UnknownEvent, match="PhaseLeft in version 1"):
        canonical.decode("PhaseLeft", 1, body, {})
    with pytest.raises(canonical.UnknownEvent, match="PhaseEntered in version 2"):
        canonical.decode("PhaseEntered", 2, body, {})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"at":"2026-10-12T09:12:04.000000Z","by":"x"}',
        '{"at":"2026-10-12T09:12:04.000000Z","by":"x","phase":"p","more":1}',
        '{"at":"2026-10-12T09:12:04Z","by":"x","phase":"p"}',
        '{"at":"2026-13-12T09:12:04.000000Z","by":"x","phase":"p"}',
        '{"at":"2026-10-12T09:12:04.000000Z","by":"x","phase":1.5}',
        '{"at":"2026-10-12T09:12:04.000000Z","by":"x","phase":"p","phase":"q"}',
    ],
)
def test_a_body_that_is_not_of_its_type_is_unknown_and_never_guessed(body):
    with pytest.raises(canonical.UnknownEvent):
        canonical.decode("PhaseEntered", 1, body, {})


def test_an_old_event_is_brought_up_one_version_at_a_time():
    def rename(tree: dict[str, Any]) -> dict[str, Any]:
        return {"words" if name == "text" else name: part for name, part in tree.items()}

    def wrap(tree: dict[str, Any]) -> dict[str, Any]:
        return {**tree, "by": f"per_{tree['by']}"}

    steps = {("Noted", 1): rename, ("Noted", 2): wrap}
    sealed = still("the pump failed")
    body = canonical.dump({"at": "2026-10-12T09:12:04.000000Z", "by": "1", "text": {"sealed": sealed.commitment}})

    assert canonical.version_of("Noted", steps) == 3
    assert canonical.decode("Noted", 1, body, {"/text": sealed.text}, steps) == t.Noted(at=AT, by="per_1", words="the pump failed")
    assert canonical.decode("Noted", 1, body, {}, steps) == t.Noted(at=AT, by="per_1", words=sealing.ERASED)


def test_the_steps_of_every_event_are_without_a_gap():
    for kind in {kind for kind, _ in canonical.STEPS}:
        versions = sorted(version for name, version in canonical.STEPS if name == kind)
        assert versions == list(range(1, len(versions) + 1))
        assert kind in canonical.KINDS


def test_bytes_once_written_read_the_same_in_every_release():
    for line in golden.lines():
        sealed = {place: text for place, (_salt, text) in line["sealed"].items()}
        event = canonical.decode(line["type"], line["version"], line["body"], sealed)
        if line["version"] == canonical.version_of(line["type"]):
            salts = {text: bytes.fromhex(salt) for salt, text in line["sealed"].values()}
            assert canonical.encode(event, lambda text, salts=salts: Sealed(salts[text], text)).body == line["body"]


def test_a_field_that_changes_comes_with_a_step():
    """Every type and version of event has a line among the golden ones, with exactly the fields of today or a step towards them."""
    lines = {(line["type"], line["version"]): line for line in golden.lines()}
    for kind, event in canonical.KINDS.items():
        line = lines[kind, canonical.version_of(kind)]
        assert set(json.loads(line["body"])) == set(get_type_hints(event)), kind


@settings(max_examples=60, deadline=None)
@given(made.STATES)
def test_a_state_comes_back_exactly_as_it_was(state):
    text = canonical.dump_state(state)
    assert repr(canonical.load_state(text)) == repr(state)
    assert canonical.dump_state(canonical.load_state(text)) == text


@settings(max_examples=20, deadline=None)
@given(made.STATES)
def test_a_state_is_read_as_earlier_releases_wrote_it(state):
    tree = shape(t.State).write(state, Pen(sealed=lambda _place, text: text), "")
    assert repr(canonical.load_state(json.dumps(tree))) == repr(state)


def test_a_state_of_other_fields_is_refused():
    text = json.loads(canonical.dump_state(t.State(level="one")))
    with pytest.raises(ValueError, match="other fields"):
        canonical.load_state(json.dumps({**text, "fields": "0" * 16}))


@pytest.mark.parametrize("text", ["", "{}", "null", '{"level":1}'])
def test_a_state_that_was_damaged_is_refused(text):
    with pytest.raises(ValueError, match=r"missing|expected|Expecting"):
        canonical.load_state(text)


def test_everything_wrong_with_a_tree_is_said_at_once():
    text = (
        canonical.dump_state(t.State(level="one", drill=True)).replace('"level":"one"', '"level":7').replace('"drill":true', '"drill":"no"')
    )
    with pytest.raises(Malformed) as caught:
        canonical.load_state(text)
    assert {fault.place for fault in caught.value.faults} == {"/level", "/drill"}


def test_of_which_fields_states_consist_is_said_alike_in_every_process() -> None:
    assert " at 0x" not in outline(t.State)
