"""Moulds that outlive their sitting: whatever they were made of may have changed since, and time has passed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from tests.incidents.cast import Cast
from tests.incidents.test_moulds import PLANS, SYSTEM, declared, told, whole_way
from tocsin.accounts import people
from tocsin.accounts.models import Membership, Organisation, Person, RoleHolder
from tocsin.comms import setup
from tocsin.comms.models import ChannelSetup
from tocsin.incidents import beginnings, desk, doctor, journal, lasting, plans
from tocsin.incidents.models import Incident
from tocsin.kit.memory import Memory

PASSES = timedelta(hours=5, minutes=3, seconds=7, microseconds=11)
"""Between two sittings: from within business hours to beyond them."""


TELLS = """
tocsin: 1
id: tells
kind: plan
version: "1.0"
language: en
timezone: UTC
title: {en: Tell the lead at once}
document: {cite: none, owner: lead, status: in_force, created: 2026-01-01}
roles:
  lead: {cite: none, title: {en: Lead}, held_by: {person: lead}, commander: true}
situations:
  raised: {cite: none, title: {en: Raised}, opens: [{on: reported}], closes: [{by: [lead]}], then: [{alert: [lead]}]}
"""


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Let the small plan's place be taken by one that tells whoever leads."""
    plan, findings = plans.load(cast.organisation.id, TELLS, "tells.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    ana = Person.objects.get(name="Ana")
    people.hold(cast.organisation, ana, plan.plan_id, {"lead": 0}, by=ana)
    return replace(cast, plan=plan)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting.known, "_known", type(lasting.known._known)())


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note of each mould that outlived its sitting whether it could be moved to the next."""
    found: list[bool] = []
    real = lasting.Lasting.moved

    def noted(*arguments: Any) -> Any:
        mould = real(*arguments)
        found.append(mould is not None)
        return mould

    monkeypatch.setattr(lasting.Lasting, "moved", noted)
    return found


def begun(cast: Cast, plan_hash: str = "") -> Incident:
    (pk,) = declared(cast, plan_hash or cast.plan.hash, ("node is down",))
    return Incident.objects.get(pk=pk)


def as_by_itself(cast: Cast, plan_hash: str = "") -> Incident:
    """Let an incident begin, and see that it is as if it had been decided by itself; return it."""
    incident = begun(cast, plan_hash)
    assert repr(tuple(written.event for written in journal.read(incident))) == repr(whole_way(incident))
    assert doctor.examine(incident.pk) == ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beginnings, "_may_repeat", lambda *_: False)
        assert told(incident) == told(begun(cast, plan_hash))
    return incident


@pytest.mark.row("REG-01", "I9")
@pytest.mark.parametrize("name", PLANS)
def test_a_mould_of_an_earlier_sitting_is_as_one_made_now(cast: Cast, clock: ModuleType, name: str) -> None:
    plan, findings = plans.load(cast.organisation.id, PLANS[name], f"{name}.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    for _ in range(3):
        as_by_itself(cast, plan.hash)
        clock.shift(PASSES)


def test_it_lasts_while_nothing_changes_but_the_time(cast: Cast, clock: ModuleType, moves: list[bool]) -> None:
    first = as_by_itself(cast)
    clock.shift(PASSES)
    second = as_by_itself(cast)
    assert moves == [True]
    assert second.declared_at - first.declared_at == PASSES
    with desk.sit() as sitting:
        answer = sitting.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="silent", means="alert"), actor=SYSTEM)
        assert isinstance(answer, desk.Done)
        noted = sitting.handle(answer.incident, desk_report(), actor=SYSTEM)
        assert isinstance(noted, desk.Done)
    assert moves == [True, True]
    assert doctor.examine(answer.incident) == ()


def desk_report() -> Any:
    return beginnings.t.AddReport(key="k", means="alert", words="more")


def _holder(cast: Cast) -> None:
    """Let somebody else hold what Ana held."""
    dov = Person.objects.get(name="Dov")
    RoleHolder.objects.filter(plan=cast.plan.plan_id).update(person=dov)


def _mail(cast: Cast) -> None:
    values = {"host": "mail.example.org", "port": "587", "security": "starttls", "sender": "tocsin@example.org"}
    wrong = setup.configure(cast.organisation, "email", "email", values, by=Person.objects.get(name="Ana"))
    assert not wrong, wrong


CHANGES: dict[str, Callable[[Cast], object]] = {
    "who holds a role": _holder,
    "nobody holds a role": lambda cast: RoleHolder.objects.filter(plan=cast.plan.plan_id).delete(),
    "who is a member": lambda cast: Membership.objects.filter(person__name="Ana").delete(),
    "what somebody may": lambda cast: Membership.objects.filter(person__name="Ana").update(access="guest"),
    "an address": lambda _: Person.objects.filter(name="Ana").update(email="other@example.org"),
    "a language": lambda _: Person.objects.filter(name="Ana").update(language="de"),
    "a name": lambda _: Person.objects.filter(name="Ana").update(name="Anna"),
    "a zone": lambda _: Person.objects.filter(name="Ana").update(timezone="Asia/Almaty"),
    "the organisation's address": lambda cast: Organisation.objects.filter(pk=cast.organisation.pk).update(slug="elsewhere"),
    "a channel": _mail,
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_since_is_seen(cast: Cast, clock: ModuleType, moves: list[bool], what: str) -> None:
    assert told(as_by_itself(cast))
    CHANGES[what](cast)
    clock.shift(PASSES)
    after = as_by_itself(cast)
    assert moves == [False]
    clock.shift(PASSES)
    assert told(as_by_itself(cast)) == told(after)
    assert moves == [False, True], "what was made of the new state lasts in turn"


def test_a_channel_that_is_no_more_is_seen(cast: Cast, clock: ModuleType) -> None:
    _mail(cast)
    as_by_itself(cast)
    ChannelSetup.objects.all().delete()
    clock.shift(PASSES)
    assert {row[2] for row in told(as_by_itself(cast))} == {"inbox"}


def test_another_version_of_the_plan_has_a_mould_of_its_own(cast: Cast, clock: ModuleType, moves: list[bool]) -> None:
    as_by_itself(cast)
    plan, _ = plans.load(cast.organisation.id, PLANS["house"], "house.yaml")
    assert plan is not None
    plans.publish(plan)
    clock.shift(PASSES)
    assert as_by_itself(cast, plan.hash).plan_hash == plan.hash
    assert moves == []


@pytest.mark.parametrize("name", PLANS)
def test_whatever_it_is_made_of_is_looked_up_so_that_it_can_be_looked_up_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plan, _ = plans.load(cast.organisation.id, PLANS[name], f"{name}.yaml")
    assert plan is not None
    plans.publish(plan)
    asked: list[str] = []
    looking = 0
    real_look, real_made = Memory.__call__, beginnings._made

    def look(*arguments: Any) -> Any:
        nonlocal looking
        looking += 1
        try:
            return real_look(*arguments)
        finally:
            looking -= 1

    @contextmanager
    def watched() -> Iterator[None]:
        def watch(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
            if not looking:
                asked.append(sql)
            return execute(sql, values, many, context)

        with connection.execute_wrapper(watch):
            yield

    def made(*arguments: Any) -> Any:
        with watched():
            return real_made(*arguments)

    monkeypatch.setattr(Memory, "__call__", look)
    monkeypatch.setattr(beginnings, "_made", made)
    begun(cast, plan.hash)
    assert asked == []
