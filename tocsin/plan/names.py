"""What a plan's names mean: every id by kind, and the type of everything an expression may speak of. Taken leniently, before the form is checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tocsin.engine.collections import COLLECTIONS, FIELDS, PARTIES
from tocsin.engine.measured import SLOTS
from tocsin.engine.role_names import plain
from tocsin.engine.rules.moments import PHASES
from tocsin.engine.texts import OF_INCIDENT, PERSONAL
from tocsin.plan.builtin import DERIVED, MOMENTS, UNSURE
from tocsin.plan.document import Plain
from tocsin.plan.findings import Path

TypeName = Literal["bool", "decimal", "int", "string", "duration", "time", "list", "any"]

EVERYBODY = ("system", "everyone", "departments", "commander", "next_up", "anyone")
OWNERS = ("system", "each", "commander")

_TOP = {
    "facts": "fact",
    "signals": "signal",
    "conditions": "condition",
    "levels": "level",
    "moments": "moment",
    "triggers": "trigger",
    "roles": "role",
    "decisions": "decision",
    "situations": "situation",
    "obligations": "obligation",
    "messages": "message",
    "records": "record",
    "figures": "figure",
    "checklists": "checklist",
    "resources": "resource",
    "readiness": "standing duty",
}
_TYPES: dict[str, TypeName] = {
    "choice": "string",
    "yes_no": "bool",
    "yes_no_unsure": "string",
    "number": "decimal",
    "duration": "duration",
    "time": "time",
    "text": "string",
}
LATER = frozenset({"kind"})
"""Names of the language that this version does not know yet."""


@dataclass(frozen=True, slots=True)
class Type:
    """The type of an expression; a choice knows its values."""

    name: TypeName
    of: tuple[str, ...] = ()


ANY = Type("any")


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """What expressions must know of a signal."""

    has_baseline: bool
    computed: bool
    better: bool


@dataclass(slots=True)
class Names:
    """Every id of the plan by kind, each with the place of its first definition; `twice` are the later ones."""

    ids: dict[str, dict[str, Path]] = field(default_factory=dict)
    twice: list[tuple[str, str, Path, Path]] = field(default_factory=list)
    types: dict[str, Type] = field(default_factory=dict)
    signals: dict[str, SignalInfo] = field(default_factory=dict)
    cases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    """What messages say: `<message>.<field>`."""
    entries: dict[str, dict[str, Type]] = field(default_factory=dict)
    """By record or collection: the type of each field, for `entry.<field>`."""
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By decision: what it can be decided as; each makes a moment, `<decision>.<option>`."""
    turns: dict[str, set[str]] = field(default_factory=dict)
    """By record: its fields that are times, and the values of its choices; each makes a moment of the first entry with it."""

    def knows(self, kind: str, name: str) -> bool:
        """Return whether `name` names something of this kind."""
        match kind:
            case "everybody":
                return name in EVERYBODY
            case "owner":
                return name in OWNERS
            case "moment":
                return name in self.ids["moment"] or name in MOMENTS or self.derived(name) is not None
            case "value":
                known = name in self.types or name in self.ids["record"] or name in self.said or name in SLOTS
                return known or self.signal_read(name) or self.knows("moment", name)
            case "case":
                return name in self.cases
            case "phase":
                return name in PHASES
            case "duration":
                return self.types.get(name, ANY).name == "duration"
            case "collection" | "party" | "said" | "people":
                return name in _CLOSED[kind]
            case "tag":
                return name in self.tags
            case _:
                return name in self.ids.get(kind, {})

    def all(self, kind: str) -> Iterable[str]:
        """Return what a name of this kind could have been."""
        known: dict[str, Iterable[str]] = {
            "everybody": EVERYBODY,
            "owner": OWNERS,
            "moment": [*self.ids.get("moment", ()), *MOMENTS],
            "value": [*self.types, *self.said, *(f"{name}.{measure}" for name in self.signals for measure in MEASURES)],
            "case": self.cases,
            "phase": PHASES,
            **_CLOSED,
            "duration": [name for name, type_ in self.types.items() if type_.name == "duration"],
            "tag": self.tags,
        }
        return known.get(kind, self.ids.get(kind, ()))

    def signal_read(self, name: str) -> bool:
        """Return whether `name` reads a signal, such as `complaints.excess`."""
        signal, _, measure = name.rpartition(".")
        return signal in self.signals and measure in MEASURES

    def derived(self, moment: str) -> tuple[str, str, str] | None:
        """Return kind, id and suffix of a moment that a rule has of its own, such as `first_meeting.done`; None if there is no such rule."""
        owner, _, suffix = moment.rpartition(".")
        for kind, suffixes in DERIVED.items():
            if suffix in suffixes and owner in self.ids.get(kind, {}):
                return kind, owner, suffix
        if suffix in self.options.get(owner, ()):
            return "decision", owner, suffix
        if owner in self.ids.get("record", {}) and suffix in self.turns[owner]:
            return "record", owner, suffix
        if owner in self.ids.get("fact", {}) and suffix in self.types.get(owner, ANY).of:
            return "fact", owner, suffix
        return None

    def moment(self, name: str, path: Path) -> str:
        """Return the full name of a moment: inside a situation, `opened` and `closed` are its own. It never closes on its own closing."""
        inside = len(path) > 2 and path[0] == "situations" and (path[2], name) != ("closes", "closed")
        return f"{path[1]}.{name}" if inside and name in ("opened", "closed") else name


_CLOSED: dict[str, tuple[str, ...]] = {
    "people": ("people",),
    "collection": tuple(COLLECTIONS),
    "party": PARTIES,
    "said": (*OF_INCIDENT, *PERSONAL),
}
"""Names that the engine itself gives, by kind."""
MEASURES = ("now", "mean", "excess", "level", "avg", "min", "max", "sum")


def collect(data: Mapping[str, Plain]) -> Names:
    """Return the names of a plan as it stands, whatever else is wrong with it. Pure; never raises."""
    names = Names({kind: {} for kind in (*_TOP.values(), "group", "department", "list of people")})
    for kind, path, rule in _rules(data):
        identifier = f"{path[1]}.{path[-1]}" if path[0] == "checklists" and len(path) > 2 else str(path[-1])
        first = names.ids[kind].setdefault(identifier, path)
        if first != path:
            names.twice.append((kind, identifier, path, first))
        _learn(names, kind, identifier, rule)
    levels = tuple(names.ids["level"])
    names.types |= {"level": Type("string", levels), "phase": Type("string", PHASES), "proposed.level": Type("string", levels)}
    names.types["nearest.level"] = Type("string", levels)
    names.types["trigger_firing"] = names.types["out_of_turn"] = Type("bool")
    names.types["proposed.by"] = Type("string", ("rule", "fallback", "adjust"))
    names.cases |= {"level": levels, "phase": PHASES}
    parties = _mapping(_mapping(data.get("organisation")).get("parties"))
    marks = _mapping(parties.get("marks"))
    for kind, key in (("mark of parties", "marks"), ("kind of party", "kinds")):
        names.ids[kind] = {name: ("organisation", "parties", key, name) for name in _mapping(parties.get(key))}
    names.types |= {f"parties.{mark}": Type(_TYPES.get(str(kind), "any")) for mark, kind in marks.items()}
    names.types["parties.count"] = Type("int")
    names.entries["people"] = names.entries["newcomers"] = {
        "person": Type("string"),
        "department": Type("string"),
        "newcomer": Type("bool"),
    }
    for collection, fields in FIELDS.items():
        names.entries.setdefault(collection, {name: Type(kind) for name, kind in fields.items()})
    return names


def bodies(data: Plain) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the table of names of a plan: by each title and alias, plain, the kinds and ids of the roles, groups and departments that bear it."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for kind, path, rule in _rules(_mapping(data)):
        keys = _mapping(rule) if kind in ("role", "group", "department") else {}
        for called in (*_words(keys.get("title")), *_words(keys.get("aliases"))):
            found[plain(called)] = (*found.get(plain(called), ()), (kind, str(path[-1])))
    return found


def _words(value: Plain) -> Iterator[str]:
    """Yield every text in what may be one, a list, or either by language."""
    match value:
        case str():
            yield value
        case list():
            yield from (word for each in value for word in _words(each))
        case dict():
            yield from (word for each in value.values() for word in _words(each))


def _rules(data: Mapping[str, Plain]) -> Iterator[tuple[str, Path, Plain]]:
    for key, kind in _TOP.items():
        for identifier, rule in _mapping(data.get(key)).items():
            yield kind, (key, identifier), rule
    for key, kind in (("groups", "group"), ("departments", "department"), ("lists", "list of people")):
        for identifier, rule in _mapping(_mapping(data.get("organisation")).get(key)).items():
            yield kind, ("organisation", key, identifier), rule
    for checklist, inner in _mapping(data.get("checklists")).items():
        for identifier, rule in _mapping(_mapping(inner).get("items")).items():
            yield "condition", ("checklists", checklist, "items", identifier), rule
    for situation, inner in _mapping(data.get("situations")).items():
        for key in ("facts", "obligations"):
            for identifier, rule in _mapping(_mapping(inner).get(key)).items():
                yield _TOP[key], ("situations", situation, key, identifier), rule


def _learn(names: Names, kind: str, identifier: str, rule: Plain) -> None:
    keys = _mapping(rule)
    match kind:
        case "fact":
            _learn_fact(names, identifier, keys)
        case "signal":
            baseline = keys.get("baseline") is not None
            names.signals[identifier] = SignalInfo(baseline, keys.get("kind") == "computed", keys.get("better") is not None)
        case "decision":
            offered = _mapping(keys.get("options"))
            some = [str(level) for level in _listing(offered.get("level"))]
            levels = some or list(names.ids["level"]) if "level" in offered else []
            names.options[identifier] = (*(option for option in offered if option != "level"), *levels)
        case "message":
            names.said |= {f"{identifier}.{slot}" for slot in _mapping(keys.get("fields"))}
        case "record":
            _learn_record(names, identifier, keys)
        case "resource":
            names.entries[identifier] = {"id": Type("string"), **_entry(keys)}
    if kind in ("record", "obligation") and isinstance(tag := keys.get("tag"), str):
        names.tags.add(tag)


def _learn_fact(names: Names, identifier: str, keys: Mapping[str, Plain]) -> None:
    unsure = keys.get("type") == "yes_no_unsure"
    of = tuple(UNSURE) if unsure else tuple(str(value) for value in _listing(keys.get("of")))
    type_ = Type(_TYPES.get(str(keys.get("type")), "any"), of)
    names.types[identifier] = Type("list", of) if keys.get("many") is True else type_
    match keys.get("type"):
        case "choice" | "yes_no_unsure":
            names.types[f"{identifier}.rose"] = Type("bool")
            names.cases[identifier] = of
        case "yes_no":
            names.cases[identifier] = ("yes", "no")
        case "duration":
            names.types |= {f"{identifier}.{when}": Type("duration") for when in ("now", "at_decision")}
            names.types |= {f"{identifier}.{when}": Type("int") for when in ("class_now", "class_at_decision")}


def _learn_record(names: Names, identifier: str, keys: Mapping[str, Plain]) -> None:
    names.types[f"{identifier}.open"] = names.types[f"{identifier}.count"] = Type("int")
    fields = names.entries[identifier] = _entry(keys)
    turns = {value for type_ in fields.values() for value in type_.of}
    names.turns[identifier] = turns | {name for name, type_ in fields.items() if type_.name == "time"}
    sums = [name for name, type_ in fields.items() if type_.name == "decimal"]
    names.types |= {f"{identifier}.{name}.total": Type("decimal") for name in sums}
    if len(sums) == 1:
        names.types[f"{identifier}.total"] = Type("decimal")


def _entry(keys: Mapping[str, Plain]) -> dict[str, Type]:
    choice = _mapping(keys.get("choice"))
    fields = keys.get("fields")
    forms = (
        {str(name): {} for name in fields}
        if isinstance(fields, list)
        else {name: _mapping(form) for name, form in _mapping(fields).items()}
    )
    return {name: _field(form, choice.get(name)) for name, form in forms.items()}


def _field(form: Mapping[str, Plain], choice: Plain) -> Type:
    of = tuple(str(value) for value in _listing(choice or form.get("of")))
    if of:
        return Type("list" if form.get("many") is True else "string", of)
    return Type(_TYPES.get(str(form.get("type", "text")), "string"))


def _mapping(value: Plain) -> dict[str, Plain]:
    return value if isinstance(value, dict) else {}


def _listing(value: Plain) -> Iterable[Plain]:
    return value if isinstance(value, list | dict) else ()
