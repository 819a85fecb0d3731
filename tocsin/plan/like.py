"""`like:` takes everything from the named rule of the same kind and replaces the keys given beside it; one step deep."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tocsin.plan.document import Mapping, Node, Scalar
from tocsin.plan.findings import Fault, Path, brief, nearest
from tocsin.plan.sentences import Sentence, quoted, say

_KINDS = (
    "facts",
    "signals",
    "conditions",
    "moments",
    "roles",
    "decisions",
    "situations",
    "obligations",
    "messages",
    "records",
    "figures",
    "readiness",
)
_KINDS_OF_A_SITUATION = ("facts", "obligations")
# What a rule says itself pushes out what it would have taken over and cannot stand beside it.
_VERBS = ("do", "send", "decide", "record", "reach", "ensure")
_INSTEAD = {
    **{verb: {other for other in _VERBS if other != verb} for verb in _VERBS},
    **{key: {"every", "from"} for key in ("within", "of")},
    **{key: {"within", "of"} for key in ("every", "from")},
}
_NEVER_TAKEN = {"like", "was"}


@dataclass(frozen=True, slots=True)
class Likeness:
    """The tree with every `like` carried out, and what was wrong with them."""

    root: Mapping
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Rules:
    """The rules of one kind, wherever they stand: those of situations with those of the plan."""

    by_id: dict[str, Mapping] = field(default_factory=dict)
    places: list[tuple[Path, Mapping, str]] = field(default_factory=list)


def resolve(root: Mapping) -> Likeness:
    """Return the tree without `like`; `root` stays as it is. The nodes taken over keep their own places. Pure."""
    root = _apart(root)
    faults: list[Fault] = []
    rules = {kind: _Rules() for kind in _KINDS}
    for kind, path, parent in _collections(root):
        for name, node in parent.entries.items():
            if isinstance(node, Mapping):
                rules[kind].by_id.setdefault(name, node)
                rules[kind].places.append(((*path, name), parent, name))
    merged: list[tuple[Mapping, str, Mapping]] = []
    for kind, found in rules.items():
        for path, parent, name in found.places:
            node = parent.entries[name]
            like = node.entries.get("like") if isinstance(node, Mapping) else None
            if isinstance(node, Mapping) and like is not None:
                base = _base(like, found.by_id)
                if isinstance(base, Sentence):
                    faults.append(
                        Fault(
                            (*path, "like"),
                            say("{said} ({kind})", said=base, kind=quoted(kind)),
                            _hint(like, found.by_id),
                            start=like.start,
                        )
                    )
                merged.append((parent, name, _merge(base if isinstance(base, Mapping) else None, node)))
    for parent, name, node in merged:
        parent.entries[name] = node
    return Likeness(root, tuple(faults))


def _apart(root: Mapping) -> Mapping:
    """Return the tree with collections of its own: in them others take the place of rules."""
    own = _with_own_collections(root, _KINDS)
    situations = own.entries.get("situations")
    if isinstance(situations, Mapping):
        for name, situation in situations.entries.items():
            if isinstance(situation, Mapping):
                situations.entries[name] = _with_own_collections(situation, _KINDS_OF_A_SITUATION)
    return own


def _with_own_collections(node: Mapping, kinds: Iterable[str]) -> Mapping:
    own = replace(node, entries=dict(node.entries))
    for kind in kinds:
        collection = own.entries.get(kind)
        if isinstance(collection, Mapping):
            own.entries[kind] = replace(collection, entries=dict(collection.entries))
    return own


def _collections(root: Mapping) -> Iterator[tuple[str, Path, Mapping]]:
    for kind in _KINDS:
        node = root.entries.get(kind)
        if isinstance(node, Mapping):
            yield kind, (kind,), node
    situations = root.entries.get("situations")
    for name, situation in situations.entries.items() if isinstance(situations, Mapping) else ():
        for kind in _KINDS_OF_A_SITUATION:
            node = situation.entries.get(kind) if isinstance(situation, Mapping) else None
            if isinstance(node, Mapping):
                yield kind, ("situations", name, kind), node


def _base(like: Node, by_id: dict[str, Mapping]) -> Mapping | Sentence:
    """Return the rule that is taken over, or what is wrong."""
    name = like.text if isinstance(like, Scalar) else ""
    base = by_id.get(name)
    if base is None:
        return say("there is no rule {name} of this kind", name=brief(name))
    return say("{name} itself says like", name=brief(name)) if "like" in base.entries else base


def _hint(like: Node, by_id: dict[str, Mapping]) -> Sentence:
    name = like.text if isinstance(like, Scalar) else ""
    return say("name the first one") if name in by_id else nearest(name, by_id) or say("name a rule of the same kind")


def _merge(base: Mapping | None, own: Mapping) -> Mapping:
    taken = base.entries if base else {}
    pushed_out = {key for said in own.entries for key in _INSTEAD.get(said, ())}
    result = Mapping(own.start)
    for source, keys, skipped in ((taken, base.keys if base else {}, _NEVER_TAKEN | pushed_out), (own.entries, own.keys, {"like"})):
        for key, value in source.items():
            if key not in skipped:
                result.entries[key], result.keys[key] = value, keys[key]
    return result
