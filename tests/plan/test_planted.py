"""An hour with `plan check`: faults planted in the hotline plan are each named where they stand, once, and nothing else is said."""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from tocsin.plan import document
from tocsin.plan.findings import Finding
from tocsin.plan.read import read
from tocsin.plan.shipped import sources


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault: how it is planted, the finding that must name it, and where."""

    code: str
    path: str
    plant: Callable[[Any], None]


def put(path: str, value: Any) -> Callable[[Any], None]:
    def plant(plan: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            plan = plan[int(step)] if isinstance(plan, list) else plan[step]
        plan[int(last) if isinstance(plan, list) else last] = value

    return plant


def take(path: str) -> Callable[[Any], None]:
    def plant(plan: Any) -> None:
        *way, last = path.split(".")
        for step in way:
            plan = plan[int(step)] if isinstance(plan, list) else plan[step]
        del plan[int(last) if isinstance(plan, list) else last]

    return plant


def both(*plants: Callable[[Any], None]) -> Callable[[Any], None]:
    def plant(plan: Any) -> None:
        for each in plants:
            each(plan)

    return plant


TEXT = dict.fromkeys(("zh", "en", "ru", "pl"), "x")
NOTICE = {"cite": "H 三.4", "title": TEXT, "channels": {"all": ["email"]}, "text": TEXT}
FAULTS = {
    "a role is misspelt": Planted("L04", "obligations.handling.owes", put("obligations.handling.owes", "tech_leadr")),
    "an interval has no unit": Planted("L03", "obligations.site_record.every", put("obligations.site_record.every", 30)),
    "a key is misspelt": Planted("L02", "obligations.site_record.untill", put("obligations.site_record.untill", "restored")),
    "a percentage is a whole number": Planted("L24", "classify.rules.r2.when", put("classify.rules.r2.when", "complaints.excess >= 50")),
    "a signal is misspelt": Planted(
        "L07", "conditions.core_stable.measure", put("conditions.core_stable.measure", "availabilty.now >= 99.9")
    ),
    "a message cites nothing": Planted("L06", "messages.start_notice", take("messages.start_notice.cite")),
    "a case is missing": Planted(
        "L21", "obligations.superior_first.within", put("obligations.superior_first.within", {"by": "severity", "major": "1h"})
    ),
    "nothing marks the moment": Planted(
        "L23",
        "obligations.analysis.of",
        both(put("moments.sealed", {"cite": "H 六.4", "title": TEXT}), put("obligations.analysis.of", "sealed")),
    ),
    "one level has two thresholds": Planted(
        "L50", "classify.rules.r9", put("classify.rules.r9", {"cite": "H 四.2", "level": "l2", "when": "complaints.excess > 40.0"})
    ),
    "a rule lies within another": Planted(
        "L51",
        "classify.rules.r9",
        put("classify.rules.r9", {"cite": "H 四.2", "level": "l3", "when": 'complaints.excess > 35.0 && business == "general"'}),
    ),
    "a rule is never true": Planted(
        "L12", "classify.rules.r8.when", put("classify.rules.r8.when", 'business == "core" && business == "general"')
    ),
    "the table leaves a region out": Planted("L52", "classify.fallback", take("classify.fallback.table.1")),
    "two sentences disagree about a constant": Planted(
        "L53",
        "classify.rules.r5.when",
        both(
            put("classify.rules.r5.when", 'scope == "single_region" && complaints.excess >= 30.0 && recovery > duration("6h")'),
            take("classify.rules.r5.subsumed_by"),
        ),
    ),
    "an approval takes as long as the duty": Planted(
        "L30",
        "obligations.summary.every",
        put("messages.summary.approvals", [{"role": "legal_reviewer", "does": "review", "within": "30m"}]),
    ),
    "reports have no end": Planted("L35", "obligations.effect_review.every", take("obligations.effect_review.until")),
    "nobody decides at a level": Planted("L72", "decisions.set_level.who.l1", put("decisions.set_level.who.l1", [])),
    "the graver level has longer": Planted(
        "L40", "messages.public_statement.approvals.0.within.l1", put("messages.public_statement.approvals.0.within.l1", "40m")
    ),
    "a name is somebody else's": Planted("L17", "roles.cto.aliases.0", put("roles.cto.aliases", ["分管领导"])),
    "a cause is asked for too early": Planted(
        "L81",
        "messages.public_statement.fields.cause",
        both(
            put("messages.public_statement.forbids", []), put("messages.public_statement.fields.cause", {"type": "text", "optional": True})
        ),
    ),
    "a letter to customers is read by nobody": Planted(
        "L82", "messages.letter", put("messages.letter", {**NOTICE, "audience": "customers", "to": ["clients"]})
    ),
    "two speak to the public": Planted(
        "L76",
        "messages.letter.publisher",
        put(
            "messages.letter",
            {
                **NOTICE,
                "audience": "public",
                "to": ["clients"],
                "publisher": "care_leader",
                "approvals": [{"role": "legal_reviewer", "does": "review"}],
            },
        ),
    ),
    "a door's conditions exclude each other": Planted(
        "L54",
        "decisions.terminate.needs",
        both(
            put("conditions.worse", {"cite": "H 六.4", "says": TEXT, "measure": "availability.now < 95.0", "acknowledges": ["L56"]}),
            put("decisions.terminate.needs", ["no_anomaly", "worse"]),
        ),
    ),
    "conditions wait for each other": Planted(
        "L59",
        "conditions.safe",
        both(
            put("conditions.safe", {"cite": "H 六.4", "says": TEXT, "measure": 'holds("calm")'}),
            put("conditions.calm", {"cite": "H 六.4", "says": TEXT, "measure": 'holds("safe")'}),
        ),
    ),
    "a placeholder is misspelt": Planted(
        "L16", "messages.summary.text.en", put("messages.summary.text.en", "{{ progres }} {{ next }} {{ incident.number }}")
    ),
    "a duty is there twice": Planted(
        "L05",
        "situations.warning.obligations.settle",
        put("obligations.settle", {"cite": "H 四.3", "owes": "head_of_command", "do": TEXT, "within": "4h", "of": "reported"}),
    ),
    "a lateness begins the duty anew": Planted(
        "L37", "situations.warning.obligations.settle.late", put("situations.warning.obligations.settle.late", [{"open": "warning"}])
    ),
    "a door nobody can open on a normal day": Planted("L55", "conditions.complaints_low.measure", take("conditions.complaints_low.waive")),
    "a promise that no message makes": Planted(
        "L20",
        "obligations.promised.by",
        put("obligations.promised", {"cite": "H 三.4", "owes": "duty_manager", "do": TEXT, "by": "promise"}),
    ),
    "a report is faster than what it is made of": Planted(
        "L31",
        "obligations.quick.within",
        both(
            put("conditions.judged_first", {"cite": "H 三.1", "says": TEXT, "measure": 'done("first_judgement")'}),
            put(
                "obligations.quick",
                {"cite": "H 三.1", "owes": "duty_manager", "do": TEXT, "needs": ["judged_first"], "within": "2m", "of": "reported"},
            ),
        ),
    ),
    "a trigger fires where the level is reached already": Planted(
        "L57", "triggers.complaint_peak.when", put("triggers.complaint_peak.when", "complaints.excess > 30.0")
    ),
    "an outsider could read when the fund was used": Planted(
        "L80",
        "messages.letter_of_use.text.zh",
        both(
            put(
                "records.secret", {"cite": "H 九.2", "title": TEXT, "fields": {"used": {"type": "time"}}, "visible_to": ["head_of_command"]}
            ),
            put(
                "messages.letter_of_use",
                {
                    **NOTICE,
                    "audience": "customers",
                    "to": ["clients"],
                    "approvals": [{"role": "legal_reviewer", "does": "review"}],
                    "text": dict.fromkeys(TEXT, "{{ secret.used }}"),
                },
            ),
        ),
    ),
    "nobody keeps a register": Planted("L84", "resources.services", take("resources.services.acknowledges")),
    "a report ends before it begins": Planted("L42", "obligations.site_record.until", put("obligations.site_record.until", "reported")),
    "a percentage is a part of one": Planted(
        "L27", "triggers.complaint_peak.when", put("triggers.complaint_peak.when", "complaints.excess > 0.3")
    ),
    "whoever signs first may not decide": Planted(
        "L61", "decisions.terminate.chain.0.role", put("decisions.terminate.chain.0.role", "hr_head")
    ),
    "a condition waits for somebody outside": Planted(
        "L62", "conditions.resources_withdrawn.attest", put("conditions.resources_withdrawn.attest", "regulator")
    ),
    "a fact has no question": Planted(
        "L63",
        "facts.hidden",
        both(
            put("facts.hidden", {"cite": "H 四.1", "type": "yes_no"}),
            put("conditions.no_anomaly.when", "hidden"),
        ),
    ),
    "a deputy is the holder": Planted(
        "L64", "roles.cto.deputies.0", both(put("roles.coo.held_by", {"person": "cto"}), put("roles.cto.deputies", ["coo"]))
    ),
    "a number is only assumed": Planted("L09", "obligations.handling.every", put("obligations.handling.assumed", ["until", "every"])),
}


@cache
def _hotline() -> Any:
    root = document.read(sources()["hotline-outage"].read_bytes()).root
    assert root is not None
    return document.plain(root)


@cache
def _before() -> Counter[tuple[str, str, str]]:
    return Counter((each.code, each.path, each.message) for each in _checked())


def _checked(plants: Iterable[Callable[[Any], None]] = ()) -> list[Finding]:
    plan = copy.deepcopy(_hotline())
    for plant in plants:
        plant(plan)
    return list(read(json.dumps(plan, ensure_ascii=False, default=str), "plan").findings)


def _new(plants: Iterable[Callable[[Any], None]]) -> list[Finding]:
    """Return the findings that were not there before, whatever the severity of those that only became acknowledged."""
    return [each for each in _checked(plants) if not _before()[each.code, each.path, each.message]]


APART = (
    ("a rule lies within another", "two speak to the public", "a door nobody can open on a normal day"),
    ("an interval has no unit", "one level has two thresholds", "a letter to customers is read by nobody"),
)
"""Faults that would be planted in the place of others, or hide behind them."""
SOWINGS = [[name for name in FAULTS if name not in (*APART[0], *APART[1])][part::3] for part in range(3)] + [list(names) for names in APART]


@pytest.mark.row("PLN-06")
@pytest.mark.parametrize("sown", SOWINGS, ids=lambda sown: sown[0])
def test_every_planted_fault_is_named_where_it_stands_and_nothing_else_is_said(sown: list[str]):
    expected = {(FAULTS[name].code, FAULTS[name].path) for name in sown}
    found = _new(FAULTS[name].plant for name in sown)
    loud = [(each.code, each.path) for each in found if each.severity != "note"]
    quiet = {(each.code, each.path) for each in found if each.severity == "note"} & expected
    assert sorted(loud) == sorted(expected - (quiet - set(loud)))
