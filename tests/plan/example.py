"""A plan small enough to read in a test, and a way to change one thing in it."""

from tocsin.plan.read import Result, read

PLAN = """\
tocsin: 1
id: example
version: "1"
language: en
timezone: Europe/Warsaw
title: {en: Example, ru: Пример, pl: Przykład, zh: 示例}
document: {cite: §0, owner: lead, status: in_force}
defaults: {remind: 2/3, late: [{tell: [commander, next_up]}]}
facts:
  size: {cite: §1, type: choice, of: [small, large], ask: {en: How large, ru: Какой, pl: Jak duży, zh: 多大}}
  hit: {cite: §1, type: yes_no, default: "no"}
  limit: {cite: §1, type: duration, classes: [2h, 6h]}
signals:
  complaints: {cite: §1, kind: count, window: 60m, baseline: {of: mean, over: 30d}}
  availability: {cite: §1, kind: gauge, better: up, baseline: {of: mean, over: 30d}}
conditions:
  stable: {cite: §2, measure: availability.now >= 99.9 && complaints.excess < 10.0, hold: 30m}
levels:
  high: {cite: §3, title: {en: High, ru: Высокий, pl: Wysoki, zh: 高}}
  low: {cite: §3, title: {en: Low, ru: Низкий, pl: Niski, zh: 低}}
roles:
  lead: {cite: §4, held_by: {person: boss}, commander: true}
  helper: {cite: §4, held_by: nobody, deputies: [lead]}
moments:
  judged: {cite: §5}
decisions:
  judge: {cite: §5, who: [lead], asks: [size], marks: judged}
  set_level:
    cite: §5
    who: [lead]
    sets: level
    options: {level: levels, decline: {needs_reason: true, marks: closed, then: [{when: holds("stable"), tell: lead}]}}
    marks: [decided, activated]
obligations:
  call: {cite: §6, owes: helper, do: {en: Call, ru: Позвонить, pl: Zadzwonić, zh: 致电}, within: 30m, of: judged}
  report: {cite: §6, owes: helper, send: note, every: 1h, from: activated, until: restored, late: [lead, helper]}
messages:
  note:
    cite: §7
    audience: team
    to: [helper]
    channels: {all: [email]}
    fields: {what: {}}
    text: {en: "{{ what }}", ru: "{{ what }}", pl: "{{ what }}", zh: "{{ what }}"}
records:
  loans: {cite: §8, fields: [item, returned], open_until: returned}
"""


def example(old: str = "", new: str = "", *, more: str = "") -> Result:
    """Read the example with `old` (which must be in it) replaced, and `more` at its end."""
    assert old in PLAN
    return read((PLAN.replace(old, new, 1) if old else PLAN) + more, "example.yaml")


def messages(result: Result) -> list[str]:
    """Return what the findings say, hints included."""
    return [f"{finding.code} {finding.message} — {finding.hint}" for finding in result.findings]
