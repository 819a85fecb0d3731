"""A plan between reading and compiling: the tree with its places, the form as far as it fits, the names, and whatever was wrong so far."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from tocsin.engine.expressions import Expression
from tocsin.engine.program import Program
from tocsin.engine.times import Span
from tocsin.plan import cells, conditions, document, like
from tocsin.plan.cells import Space, TooMany
from tocsin.plan.cells.terms import Terms
from tocsin.plan.complaints import complaint
from tocsin.plan.document import Document, Plain
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula, Ref, Words
from tocsin.plan.forms.plan import PlanForm
from tocsin.plan.names import Names, Type, bodies, collect
from tocsin.plan.sentences import Sentence

if TYPE_CHECKING:
    from tocsin.plan.people import Directory

L = TypeVar("L")

_ROUNDS = 6
CELLS_OF_ALL_MAX = 2_000_000
"""How many cells the checks of one plan may look at together."""


@dataclass(frozen=True, slots=True)
class FormError:
    """One complaint of the form: `kind` is pydantic's word or a code of ours."""

    path: Path
    kind: str
    message: Sentence
    hint: Sentence


@dataclass(slots=True)
class Draft:
    """What checks look at. `form` leaves out what does not fit, so that the rest can be checked at once; it is None where too little does."""

    document: Document
    data: dict[str, Plain]
    form: PlanForm | None
    form_errors: tuple[FormError, ...]
    like_faults: tuple[Fault, ...]
    names: Names
    _parts: tuple[tuple[Path, object], ...]
    _damaged: frozenset[Path]
    _of_kind: dict[type, tuple[tuple[Path, Any], ...]] = field(default_factory=dict)
    _parsed: dict[tuple[str, str], conditions.Parsed] = field(default_factory=dict)
    cells_seen: int = 0
    directory: "Directory | None" = None
    """Who is in the organisation, where that is known."""
    before: Program | None = None
    """The version in force that this one is to follow, where there is one."""
    beside: Mapping[str, Program] = field(default_factory=dict)
    """The other plans at hand, by id: those that one incident may run by as well, and those that a role set is laid over."""

    def expression(self, formula: Formula, record: str = "") -> conditions.Parsed:
        """Return the tree of an expression; `record` is the one whose entry is in hand."""
        key = (formula.text, record)
        if key not in self._parsed:
            entry: Mapping[str, Type] = self.names.entries.get(record, {}) if record else {}
            self._parsed[key] = conditions.parse(formula.text, self.names, entry)
        return self._parsed[key]

    def tree(self, formula: Formula | None) -> Expression | None:
        """Return the tree of an expression that is whole; None where there is none, or something is wrong with it."""
        parsed = self.expression(formula) if formula else None
        return parsed.tree if parsed and not parsed.problems else None

    def cells(self, trees: Iterable[Expression], *, unknown: bool = False) -> Space | TooMany:
        """Return the cells that `trees` cut, or how many they would be. What all checks of a plan look at together is bounded."""
        found = cells.space(trees, self.terms, unknown=unknown, at_most=min(cells.CELLS_MAX, CELLS_OF_ALL_MAX - self.cells_seen))
        self.cells_seen += found.work if isinstance(found, Space) else 0
        return found

    @property
    def terms(self) -> Terms:
        """Return what the names of the plan mean where its cells are counted."""
        return Terms(self.names.types)

    def damaged(self, path: Path) -> bool:
        """Return whether something of the rule at `path` did not fit, so that what it lacks may only have been cut out."""
        return path in self._damaged

    def walk(self, kind: type[L]) -> Iterator[tuple[Path, L]]:
        """Return every part of the form that is of this kind, with its path, in the order of the form."""
        if kind not in self._of_kind:
            self._of_kind[kind] = tuple((path, part) for path, part in self._parts if isinstance(part, kind))
        return iter(self._of_kind[kind])


def load() -> None:
    """Build the form of plans, which is otherwise built when the first one is read."""
    PlanForm.model_rebuild()


def read(source: str | bytes) -> Draft:
    """Return the draft of a plan. Pure; never raises."""
    found = document.read(source)
    if found.root is None:
        return Draft(found, {}, None, (), (), collect({}), (), frozenset())
    likeness = like.resolve(found.root)
    data = document.plain(likeness.root)
    assert isinstance(data, dict)
    form, errors = _fit(document.plain(likeness.root))
    broken = [*(error.path for error in errors), *(fault.path for fault in likeness.faults)]
    damaged = frozenset(path[:length] for path in broken for length in range(1, len(path) + 1))
    return Draft(replace(found, root=likeness.root), data, form, errors, likeness.faults, collect(data), tuple(_walk(form, ())), damaged)


def _fit(data: Plain) -> tuple[PlanForm | None, tuple[FormError, ...]]:
    """Return the form, and the errors of the whole: what does not fit is cut out and the rest tried again."""
    errors: tuple[FormError, ...] = ()
    called = bodies(data)
    for _ in range(_ROUNDS):
        try:
            return PlanForm.model_validate(data, context=called), errors
        except ValidationError as error:
            found = tuple(_form_error(details) for details in error.errors(include_url=False))
            errors = errors or found
            if not _cut(data, [each.path for each in found]):
                break
    return None, errors


def _form_error(details: Mapping[str, Any]) -> FormError:
    message, hint = complaint(details)
    return FormError(tuple(details["loc"]), details["type"], message, hint)


def _cut(data: Plain, paths: list[Path]) -> bool:
    """Remove the deepest part of `data` that each path leads to; whether every path led somewhere below the top."""
    cuts: dict[tuple[int, str | int], Any] = {}
    for path in paths:
        node, holder, key = data, None, None
        for step in path:
            if (isinstance(node, dict) and step in node) or (isinstance(node, list) and isinstance(step, int) and step < len(node)):
                holder, key = node, step
                node = node[step]  # type: ignore[index]
        if holder is None or key is None:
            return False
        cuts[id(holder), key] = holder
    # Later items of a list first, so that the places of the earlier ones stay.
    for (_, key), holder in sorted(cuts.items(), key=lambda cut: cut[0][1] if isinstance(cut[0][1], int) else -1, reverse=True):
        del holder[key]
    return True


def _walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    """Yield every part of a form that has a type of its own: forms, cases, references, formulas, texts, spans."""
    if isinstance(value, BaseModel):
        yield path, value
        for name, info in type(value).model_fields.items():
            yield from _walk(getattr(value, name), (*path, info.alias or name))
        for name, extra in (value.model_extra or {}).items():
            yield from _walk(extra, (*path, name))
    elif isinstance(value, Ref | Formula | Words | Span):
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, (*path, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index))
