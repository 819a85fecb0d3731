"""A plan with duties towards the parties outside, small enough to read beside its tests."""

from functools import cache

from tests.engine.story import Story
from tocsin.engine.program import Program
from tocsin.plan.read import read

PLAN = """\
tocsin: 1
id: outage
version: "1"
language: en
timezone: UTC
title: Outage
document: {cite: §0, owner: lead, status: in_force}
organisation: {cite: §1, parties: {kinds: {guest: Guest, owner: Owner}, marks: {key.customer: yes_no, hit: number}}}
roles:
  lead: {cite: §2, title: Lead, held_by: {person: lead}, commander: true}
  voice: {cite: §2, title: Voice, held_by: {person: voice}}
moments:
  changed: {cite: §3, title: Changed, repeats: true, recorded_by: [lead]}
  restored: {cite: §3, recorded_by: [lead]}
  wide: {cite: §3, title: Wide, when: 'parties.count >= 2 || parties.hit >= 50.0'}
  pressing: {cite: §3, title: Pressing, when: 'parties.key.customer'}
obligations:
  tell: {cite: §4, for_each: affected_parties, owes: voice, send: notice, within: 15m, of: reported}
  update: {cite: §4, for_each: affected_parties, owes: voice, send: news, every: 60m, from: entry.notified, until: restored}
  on_change: {cite: §4, for_each: affected_parties, owes: voice, send: news, within: 15m, of: changed}
  thank: {cite: §4, for_each: affected_parties, where: entry.reporter, owes: voice, send: thanks, within: 30m, of: restored}
  read: {cite: §4, for_each: participants, owes: entry.person, do: Read the plan, within: 1d, of: reported}
  answer: {cite: §4, for_each: questions, owes: lead, do: Answer it, within: 2h, of: reported}
  sum_up: {cite: §4, owes: voice, send: news, within: 4h, of: reported}
  done_with: {cite: §4, owes: lead, do: Close the list, from: reported, when: 'done("tell")'}
messages:
  notice:
    cite: §5
    title: Notice
    audience: client
    to: [affected_parties]
    channels: {first: [email]}
    publisher: voice
    fields: {who: {from: party.name}, number: {from: incident.number}, by: {from: sender.name}, what: {type: text}}
    text: "{{ who }}: {{ number }}, {{ what }}. {{ by }}"
  news:
    cite: §5
    title: News
    audience: client
    to: [affected_parties]
    channels: {first: [email]}
    publisher: voice
    text: "{{ incident.number }} goes on, {{ party.name }}"
  thanks: {cite: §5, title: Thanks, audience: client, to: [reporters], channels: {first: [email]}, publisher: voice, text: Thank you}
records:
  questions: {cite: §6, title: Questions, fields: [asked, answered], open_until: answered}
"""
CAST = {"lea": ("lead",), "vic": ("voice",)}


@cache
def program() -> Program:
    """Return the plan, compiled."""
    result = read(PLAN, "outage.yaml")
    assert result.program is not None, [str(finding) for finding in result.findings]
    return result.program


def story() -> Story:
    """Return an incident that Lea declared at minute 0."""
    return Story(cast=CAST, program=program()).declare(person="lea")
