"""Figures: what is measured and shown, perhaps against a target."""

from dataclasses import dataclass
from decimal import Decimal

from tocsin.engine.expressions import Expression
from tocsin.engine.program.rule import Cases, FromFact, Rule
from tocsin.engine.times import Span

Goal = Span | Decimal | bool | Cases[Span | Decimal | bool] | FromFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Rule):
    """
    How long it took `begins` to `ends`; or a `value`, a `count`, or the change from `before` to `after` in per cent. Green or red against
    its `target`, which is the most it may be (the least, where `at_least`); never breached (CLK-11).

    A value with `begins` and `at` is read once, that long after. `also_from` shows the same end from another beginning; `against` in per
    cent of another value, `similar` against earlier incidents of the plan. `needs` must be true before it means anything. A count `per`
    month, quarter or year is added up over all incidents of the plan, beside the period before.
    """

    begins: str = ""
    ends: str = ""
    also_from: str = ""
    value: Expression | None = None
    count: tuple[str, ...] = ()
    before: Expression | None = None
    after: Expression | None = None
    needs: Expression | None = None
    target: Goal | None = None
    at_least: bool = False
    at: Span | None = None
    levels: tuple[str, ...] = ()
    against: Expression | None = None
    similar: bool = False
    per: tuple[str, ...] = ()
    unit: str = ""
