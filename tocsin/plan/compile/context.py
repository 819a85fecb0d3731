"""What every part of the compiler shares: texts, citations, names, expressions, limits, effects and ladders."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, TypedDict, TypeVar

from tocsin.engine.expressions import Expression
from tocsin.engine.program import Cases, Defaults, Effect, Effects, FromFact, Ladder, Limit, Roles, Rung, Signal, Text
from tocsin.engine.times import Span
from tocsin.plan.constants import Misfit, constant
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Path
from tocsin.plan.forms.duties import EffectForm, RungForm
from tocsin.plan.forms.leaves import Cases as CasesForm
from tocsin.plan.forms.leaves import Formula, Offset, Ref, RuleForm, Words
from tocsin.plan.forms.leaves import FromFact as FromFactForm
from tocsin.plan.forms.plan import PlanForm
from tocsin.plan.watches import Watches

S = TypeVar("S")
R = TypeVar("R")

# Effects that name their targets alike, in the order in which a line is carried out: what is known and marked before who is told of it.
_NAMED = ("mark", "open", "draft", "send", "tell", "alert", "call", "file")


class Common(TypedDict):
    """The keys that every rule of the Program has."""

    id: str
    title: Text
    cite: tuple[str, ...]
    assumed: tuple[str, ...]
    acknowledges: tuple[str, ...]
    was: str


class Context:
    """The draft being compiled, with the watches found so far."""

    def __init__(self, draft: Draft, form: PlanForm, signals: Mapping[str, Signal]) -> None:
        self.draft = draft
        self.form = form
        self.signals = signals
        self.watches = Watches()
        self.defaults = Defaults()

    def text(self, words: Words | None) -> Text:
        """Return a text by locale; what was said without one is in the plan's language."""
        return {locale or self.form.language: text for locale, text in words.by_locale.items()} if words else {}

    def common(self, identifier: str, rule: RuleForm, *, within: RuleForm | None = None, title: Text | None = None) -> Common:
        """Return the common keys of a rule; its citation is inherited from the thing it stands in, its title falls back to `title`."""
        cite = rule.cite or (within.cite if within else [])
        return {
            "id": identifier,
            "title": self.text(rule.title) or self.text(rule.says) or title or {self.form.language: identifier.replace("_", " ")},
            "cite": tuple(cite),
            "assumed": tuple(rule.assumed),
            "acknowledges": tuple(rule.acknowledges),
            "was": rule.was or "",
        }

    def title_of(self, kind: str, identifier: str) -> Text:
        """Return how people call a rule of the plan, looked up in the form; empty if it says nothing of itself."""
        collections: dict[str, Mapping[str, RuleForm]] = {
            "message": self.form.messages,
            "record": self.form.records,
            "decision": self.form.decisions,
            "condition": self.form.conditions,
            "moment": self.form.moments,
            "situation": self.form.situations,
            "obligation": self.form.obligations | {k: v for each in self.form.situations.values() for k, v in each.obligations.items()},
            "fact": self.form.facts | {k: v for each in self.form.situations.values() for k, v in each.facts.items()},
        }
        rule = collections[kind].get(identifier)
        if rule is None:
            return {}
        said: Words | None = getattr(rule, "do", None) or getattr(rule, "ask", None)
        return self.text(rule.title) or self.text(rule.says) or self.text(said)

    def expression(self, formula: Formula | None, record: str = "") -> Expression | None:
        """Return an expression with its watches taken out."""
        return self.must(formula, record) if formula is not None else None

    def must(self, formula: Formula, record: str = "") -> Expression:
        """Return an expression that is there, with its watches taken out."""
        tree = self.draft.expression(formula, record).tree
        assert tree is not None
        return self.watches.extract(tree, self.signals)

    def reading(self, formula: Formula | None) -> Expression | None:
        """Return what a figure shows as it stands: whoever shows it reads the signals in it."""
        return self.draft.expression(formula).tree if formula is not None else None

    def moment(self, ref: Ref | None, path: Path = ()) -> str:
        """Return the full name of a moment; empty for none."""
        return self.draft.names.moment(ref.name, path) if ref else ""

    def moments(self, refs: Iterable[Ref] | None, path: Path = ()) -> tuple[str, ...]:
        """Return the full names of moments."""
        return tuple(self.moment(ref, path) for ref in refs or ())

    def limit(self, form: Span | CasesForm[Span] | FromFactForm | None) -> Limit | None:
        """Return a limit in one of its three forms."""
        match form:
            case FromFactForm():
                return FromFact(form.from_.name)
            case CasesForm():
                return self.cases(form, lambda span: span)
            case _:
                return form

    def cases(self, form: CasesForm[S], compiled: Callable[[S], R]) -> Cases[R]:
        """Return the cases of a value, each compiled."""
        otherwise = compiled(form.otherwise) if form.otherwise is not None else None
        return Cases(form.by.name, {case: compiled(value) for case, value in form.cases.items()}, otherwise)

    def roles(self, form: list[Ref] | CasesForm[list[Ref]]) -> Roles:
        """Return whom a rule means."""
        return self.cases(form, names) if isinstance(form, CasesForm) else names(form)

    def effects(self, forms: Iterable[EffectForm], path: Path, record: str = "") -> Effects:
        """Return the effects of a list of lines; a line with several verbs is several effects."""
        return tuple(effect for form in forms for effect in self._line(form, path, record))

    def _line(self, form: EffectForm, path: Path, record: str) -> Iterable[Effect]:
        when, cite = self.expression(form.when, record), tuple(form.cite)
        for fact, value in form.set.items():
            yield Effect("set", (fact,), self._constant(fact, value), when, cite)
        if form.apply:
            yield Effect("apply", (form.apply,), "", when, cite)
        for verb in _NAMED:
            targets = tuple(self._target(verb, each, path) for each in getattr(form, verb))
            if targets:
                yield Effect(verb, targets, "", when, cite)  # type: ignore[arg-type]
        for role, how in form.assign.items():
            yield Effect("assign", (role,), how, when, cite)
        if form.propose:
            yield Effect("propose", (form.propose.name,), form.to or "", when, cite)

    def _target(self, verb: str, target: Ref | str, path: Path) -> str:
        if isinstance(target, str):
            return target
        return self.moment(target, path) if verb == "mark" else target.name

    def _constant(self, fact: str, value: Any) -> str:
        found = constant(self.draft.names.types[fact], value)
        assert not isinstance(found, Misfit)
        if isinstance(found, bool):
            return "yes" if found else "no"
        return str(found) if isinstance(found, Decimal) else str(value)

    def ladder(self, form: list[RungForm] | CasesForm[list[RungForm]], path: Path) -> Ladder:
        """Return a ladder. Neighbouring lines at the same time are one rung."""
        if isinstance(form, CasesForm):
            return self.cases(form, lambda rungs: self._rungs(rungs, path))
        return self._rungs(form, path)

    def _rungs(self, forms: list[RungForm], path: Path) -> tuple[Rung, ...]:
        rungs: list[Rung] = []
        for (rise, again), lines in groupby(forms, key=lambda each: (each.after or Offset(Fraction(0), before=False), each.again)):
            rungs.append(Rung(self.effects(lines, path), rise.after, rise.before, again))
        return tuple(rungs)

    def late(self, form: list[RungForm] | CasesForm[list[RungForm]] | None, path: Path) -> Ladder:
        """Return the ladder of a rule, or the plan's usual one."""
        return self.ladder(form, path) if form is not None else self.defaults.late


def names(refs: Iterable[Ref]) -> tuple[str, ...]:
    """Return the plain names of references."""
    return tuple(ref.name for ref in refs)


def name(ref: Ref | None) -> str:
    """Return the plain name of a reference; empty for none."""
    return ref.name if ref else ""
