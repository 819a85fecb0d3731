"""Small plans written in a test: two signals, a clerk who leads, a way to close, and what the test adds."""

from functools import cache

from tocsin.engine.program import Program
from tocsin.plan.read import read

BASE = """
tocsin: 1
id: small
kind: plan
version: "1.0"
language: en
timezone: Europe/Warsaw
title: {en: Small}
document: {cite: O 0, owner: clerk, status: in_force}
signals:
  load: {title: {en: Load}, cite: O 1, unit: "%", kind: gauge, better: down}
  heat: {title: {en: Heat}, cite: O 1, unit: "%", kind: gauge, better: down}
roles:
  clerk: {cite: O 2, title: {en: Clerk}, held_by: {person: clerk}, commander: true}
ROLES
decisions:
  close: {cite: O 5, title: {en: Close}, who: [clerk], marks: closed}
"""


@cache
def written(body: str, roles: str = "") -> Program:
    """Return the small plan with `body` at its end, and more `roles`, each line as it stands under `roles:`."""
    result = read((BASE.replace("ROLES", roles) + body).encode(), "plan.yaml")
    assert result.program is not None, result
    return result.program
