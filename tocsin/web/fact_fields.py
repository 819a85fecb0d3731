"""Facts in forms: how one is asked, and how what was typed is read. What cannot be read is said by name, all at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Text
from tocsin.engine.terms import Refused
from tocsin.engine.times import Span
from tocsin.incidents.facts import value
from tocsin.web import languages, plan_words, times
from tocsin.web.jinja import words
from tocsin.web.languages import gettext as _

NOTHING: Mapping[str, Value] = {}
UNSAID = ""
"""What a form posts for a fact that nobody answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact as a form asks it. `options` are value, words and whether it is the present one; empty for a plain input."""

    fact: Fact
    label: Text
    options: tuple[tuple[str, Markup, bool], ...]
    typed: str
    kind: str
    hint: str
    suggested: Markup
    """What the plan suggests to whoever answers; empty where it has nothing to say, or where that is the answer already."""

    @property
    def field(self) -> str:
        return f"fact:{self.fact.id}"


def asked(facts: Iterable[Fact], values: Mapping[str, Value], suggested: Mapping[str, Value] = NOTHING) -> list[Asked]:
    """Return `facts` as a form asks them, with what is known filled in, and what is suggested beside it."""
    return [_asked(fact, values.get(fact.id), suggested.get(fact.id)) for fact in facts]


def _asked(fact: Fact, value: Value | None, suggested: Value | None) -> Asked:
    typed = "" if value is None else write(value)
    kinds = {"number": "number", "time": "datetime-local"}
    hints = {"duration": _("such as 30m, 2h or 1h30m"), "number": fact.unit}
    return Asked(
        fact=fact,
        label=fact.ask or plan_words.titled(fact),
        options=_options(fact, typed),
        typed=_local(value) if isinstance(value, datetime) else typed,
        kind=kinds.get(fact.type, "text"),
        hint=hints.get(fact.type, ""),
        suggested=plan_words.spelled(fact, suggested) if suggested not in (None, value) else Markup(),
    )


def _options(fact: Fact, typed: str) -> tuple[tuple[str, Markup, bool], ...]:
    match fact.type:
        case "choice":
            chosen = set(typed.split(",")) if typed else set()
            return tuple((value, Markup("{}").format(_spoken(plan_words.option_name(fact, value))), value in chosen) for value in fact.of)
        case "yes_no":
            return (("yes", Markup("{}").format(_("Yes")), typed == "yes"), ("no", Markup("{}").format(_("No")), typed == "no"))
        case "duration" if fact.classes:
            # Beyond the last class one value has to be written down: twice the last limit, and the label says so.
            limits = (*fact.classes, 2 * fact.classes[-1])
            labels = [times.lasting(limit) for limit in fact.classes] + [_("longer, %(span)s") % {"span": times.lasting(limits[-1])}]
            return tuple(
                (write(limit), Markup("{}").format(label), write(limit) == typed) for limit, label in zip(limits, labels, strict=True)
            )
        case _:
            return ()


def _spoken(names: Text) -> Markup:
    """Return the words of an option, in the viewer's language or marked with that of the plan."""
    code = next((code for code in names if languages.known(code) == languages.active().code), "") or next(iter(names), "")
    known = languages.LANGUAGES.get(languages.known(code))
    return Markup('<span lang="{}">{}</span>').format(known.tag if known else code, names.get(code, ""))


def write(value: Value) -> str:
    """Return how a form writes a value; `read` reads it back."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}"
        case timedelta():
            return str(Span(exact=value))
        case datetime():
            return value.isoformat()
        case tuple():
            return ",".join(value)
        case _:
            return value


def _local(value: datetime) -> str:
    return times.local(value).strftime("%Y-%m-%dT%H:%M")


def read(facts: Iterable[Fact], form: Mapping[str, str], many: Mapping[str, list[str]] | None = None) -> Mapping[str, Value] | Refused:
    """
    Return the values that `form` states, by fact id; what was left empty is not among them. All that cannot be read is refused at once.

    `many` holds the fields that were ticked more than once.
    """
    values: dict[str, Value] = {}
    wrong: list[str] = []
    for fact in facts:
        typed = [one.strip() for one in (many or {}).get(f"fact:{fact.id}", [form.get(f"fact:{fact.id}", UNSAID)]) if one.strip()]
        if not typed:
            continue
        try:
            values[fact.id] = _parse(fact, typed)
        except ValueError:
            wrong.append(f"{words(fact.ask or plan_words.titled(fact))}: {', '.join(typed)}")
    if wrong:
        return Refused("E104", _("A value cannot be read."), _("Write it as the field asks."), tuple(wrong))
    return values


def _parse(fact: Fact, typed: list[str]) -> Value:
    """Return what a person typed; how people spell a yes, a number or a time of their own zone is put as programs write it."""
    match fact.type:
        case "choice" if fact.many:
            return value(fact, typed)
        case "yes_no":
            return value(fact, {"yes": True, "no": False}.get(typed[0], typed[0]))
        case "number":
            return value(fact, typed[0].replace(",", "."))
        case "time":
            return value(fact, times.read(typed[0]).isoformat())
        case _:
            return value(fact, typed[0])
