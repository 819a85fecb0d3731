"""The form of a route: what was typed as a rule, and a rule as it is typed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from tocsin.engine.terms import Refused
from tocsin.ingest import matchers
from tocsin.ingest.routing.rules import COUNT_MAX, FLAPS_MAX, NAMES_MAX, SPAN_MAX, Rule
from tocsin.web.languages import gettext as _

SPANS: Final = ("within", "held", "flaps_within")
"""Fields in minutes."""
MINUTES_MAX: Final = int(SPAN_MAX / timedelta(minutes=1))


def read(form: Mapping[str, str]) -> Rule | Refused:
    """Return the rule that was typed; whatever cannot be read is refused at once."""
    wrong: list[str] = []
    wanted, unless = (_matchers(form, name, wrong) for name in ("wanted", "unless"))
    count, flaps = _number(form, "count", 1, COUNT_MAX, wrong), _number(form, "flaps", 0, FLAPS_MAX, wrong)
    within, held, flaps_within = (timedelta(minutes=_number(form, name, 0, MINUTES_MAX, wrong)) for name in SPANS)
    if not wanted and not wrong:
        return Refused("E202", _("A route needs a name, labels and a plan."), _("Write each label as name=value."))
    if flaps == 1 or bool(flaps) != bool(flaps_within):
        wrong.append(_("turns of an alert that flaps: two or more, and within how many minutes"))
    if wrong:
        return Refused("E104", _("A value cannot be read."), _("Write it as the field asks."), tuple(wrong))
    return Rule(
        wanted=wanted,
        group_by=_names(form, "group_by"),
        count=count,
        distinct=form.get("distinct", "").strip(),
        within=within,
        held=held,
        flaps=flaps,
        flaps_within=flaps_within,
        unless=unless,
        equal=_names(form, "equal"),
    )


def typed(rule: Rule) -> dict[str, str]:
    """Return how a rule is typed."""
    return {
        "wanted": matchers.write(rule.wanted),
        "unless": matchers.write(rule.unless),
        "group_by": ", ".join(rule.group_by),
        "equal": ", ".join(rule.equal),
        "distinct": rule.distinct,
        "count": str(rule.count),
        "flaps": str(rule.flaps) if rule.flaps else "",
        **{name: str(int(getattr(rule, name) / timedelta(minutes=1))) if getattr(rule, name) else "" for name in SPANS},
    }


def _matchers(form: Mapping[str, str], name: str, wrong: list[str]) -> tuple[matchers.Matcher, ...]:
    try:
        return matchers.parse(form.get(name, ""))
    except matchers.Unreadable as problem:
        wrong.append(str(problem))
        return ()


def _number(form: Mapping[str, str], name: str, least: int, most: int, wrong: list[str]) -> int:
    written = form.get(name, "").strip()
    if not written:
        return least
    if written.isdecimal() and least <= int(written[:9]) <= most:
        return int(written)
    wrong.append(f"{written}: {least} … {most}")
    return least


def _names(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each for each in form.get(name, "").replace(",", " ").split() if each)[:NAMES_MAX]
