"""
The way of a plan's next version: a text that is written, a version that is proposed, the findings its owner takes note of, the approval.

Only the plan's owner puts a version in force (PLN-06, PLN-14): whoever the directory finds for the role that the document names as its owner,
or a deputy; where nobody is found, an owner of the organisation.
"""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from tocsin.accounts import directory
from tocsin.accounts.models import Access, Membership
from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.incidents import plans
from tocsin.incidents.models import Acknowledgement, Plan, PlanText
from tocsin.kit import clock, ids
from tocsin.kit.memory import Recent
from tocsin.plan import read
from tocsin.plan.findings import Finding
from tocsin.plan.people import Directory

PATH_CHARS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Text:
    """A text being written, as it stands: `revision` 0 if nobody has saved anything yet and it is the version in force."""

    plan_id: str
    source: str
    revision: int
    saved: PlanText | None = None


def text(organisation_id: UUID, plan_id: str) -> Text | None:
    """Return the text of the plan's next version, which begins as the version in force (or the latest); None if there is no such plan."""
    saved = PlanText.objects.filter(organisation_id=organisation_id, plan_id=plan_id).first()
    if saved is not None:
        return Text(plan_id, saved.source, saved.revision, saved)
    base = _base(organisation_id, plan_id)
    return Text(plan_id, base.source, 0) if base is not None else None


def save(organisation_id: UUID, plan_id: str, source: str, revision: int, by: str) -> PlanText | Refused:
    """Keep `source` as it stands, errors and all. Refused if somebody saved after `revision` was read: nobody's words are overwritten."""
    with transaction.atomic():
        saved = PlanText.objects.select_for_update().filter(organisation_id=organisation_id, plan_id=plan_id).first()
        if (saved.revision if saved else 0) != revision:
            return Refused(
                "E304", "somebody else has saved this text meanwhile", hint="copy what you wrote, load the page again, and put it in"
            )
        if saved is None:
            base = _base(organisation_id, plan_id)
            return PlanText.objects.create(
                organisation_id=organisation_id, plan_id=plan_id, source=source, based_on=base.hash if base else "", saved_by=by
            )
        saved.source, saved.revision, saved.saved_at, saved.saved_by = source, revision + 1, clock.now(), by
        saved.save()
        return saved


def discard(organisation_id: UUID, plan_id: str) -> None:
    """Drop the text being written; the versions stay."""
    PlanText.objects.filter(organisation_id=organisation_id, plan_id=plan_id).delete()


def propose(saved: PlanText, by: str) -> Plan | Refused:
    """Make the text a version that its owner can approve. It must be without errors, of this plan, and bear a version of its own."""
    result = read.read(saved.source, f"{saved.plan_id}.yaml")
    if result.program is None:
        return Refused("E104", "the text has errors", hint="mend what is found, then propose it")
    refused = _fits(saved, result.program)
    if refused:
        return refused
    with transaction.atomic():
        plan, _ = plans.load(saved.organisation_id, saved.source, f"{saved.plan_id}.yaml", by)
        assert plan is not None
        discard(saved.organisation_id, saved.plan_id)
    return plan


def _fits(saved: PlanText, program: Program) -> Refused | None:
    if program.id != saved.plan_id:
        return Refused("E104", f"the text calls itself {program.id}", hint=f"set id: {saved.plan_id}, or load it as a plan of its own")
    versions = Plan.objects.filter(organisation_id=saved.organisation_id, plan_id=saved.plan_id)
    if versions.filter(hash=program.hash).exists():
        return Refused("E102", "nothing has changed against a version that is there", hint="change something, or discard the text")
    if versions.filter(version=program.version).exists():
        return Refused(
            "E104", f"there is a version {program.version} already", hint="a version never changes; give this one a number of its own"
        )
    return None


# ------------------------------------------------------------------ findings and approval


def checked(organisation_id: UUID, plan_id: str, source: str, directory: Directory | None = None, *, follows: bool = True) -> read.Result:
    """
    Return what reading a text says beside the other plans in force; and beside the version in force, if the text `follows` it.

    A long plan takes half a second, so what was found is remembered by everything that it depends on.
    """
    around = plans.in_force(organisation_id)
    beside = [plans.compiled(plan) for name, plan in around.items() if name != plan_id]
    before = plans.compiled(around[plan_id]) if follows and plan_id in around else None
    programs = [program.hash if program else "" for program in (before, *beside)]
    key = hashlib.sha256(repr((plan_id, source, directory, programs)).encode()).digest()
    return _found.get(key) or _found.put(key, read.read(source, f"{plan_id}.yaml", directory, before=before, beside=beside))


_found: Final[Recent[bytes, read.Result]] = Recent(16)


def findings(plan: Plan, directory: Directory | None = None) -> tuple[Finding, ...]:
    """Return what checking a version says. Only one that is not in force yet follows the one that is."""
    follows = plan.status == plans.DRAFT
    return checked(plan.organisation_id, plan.plan_id, plan.source, directory, follows=follows).findings


def open_findings(plan: Plan) -> tuple[Finding, ...]:
    """Return the warnings that neither a rule of the plan nor its owner has acknowledged."""
    known = acknowledged(plan)
    return tuple(finding for finding in findings(plan) if finding.severity == "warning" and place(finding) not in known)


def acknowledged(plan: Plan) -> dict[tuple[str, str], Acknowledgement]:
    """Return what the owner has taken note of in this plan, by the finding's code and place."""
    rows = Acknowledgement.objects.filter(organisation_id=plan.organisation_id, plan_id=plan.plan_id)
    return {(row.code, row.path): row for row in rows}


def place(finding: Finding) -> tuple[str, str]:
    """Return what an acknowledgement knows a finding by: lines move, places in the plan stay."""
    return finding.code, finding.path[:PATH_CHARS_MAX]


def acknowledge(plan: Plan, code: str, path: str, reason: str, by: str) -> Refused | None:
    """Take note of a finding, as the plan's owner and with a reason."""
    if by not in approvers(plan):
        return Refused("E101", "findings are acknowledged by the plan's owner", hint="ask the owner of the plan")
    if not reason.strip():
        return Refused("E105", "a finding is not acknowledged without a reason", hint="say why in a sentence")
    if not any(place(finding) == (code, path) for finding in open_findings(plan)):
        return None
    Acknowledgement.objects.create(
        organisation_id=plan.organisation_id, plan_id=plan.plan_id, code=code, path=path, reason=reason.strip(), by=by, at=clock.now()
    )
    return None


def approve(plan: Plan, by: str, note: str = "") -> Refused | None:
    """Put a version in force, as the plan's owner, once no warning is left open."""
    if by not in approvers(plan):
        return Refused("E101", "a version is put in force by the plan's owner", hint="ask the owner of the plan to approve it")
    if plan.status == plans.IN_FORCE:
        return None
    found = open_findings(plan)
    if found:
        details = tuple(f"{finding.code} {finding.message}" for finding in found)
        return Refused("E503", "findings are open", hint="change the rules, or acknowledge each finding with a reason", details=details)
    with transaction.atomic():
        plans.publish(plan)
        plan.approved_at, plan.approved_by, plan.approved_note = clock.now(), by, note.strip()
        plan.save(update_fields=["approved_at", "approved_by", "approved_note"])
    return None


def approvers(plan: Plan) -> frozenset[str]:
    """Return the typed ids of those who may approve: the document's owner and the deputies, else the organisation's owners."""
    program = plans.compiled(plan)
    found = directory.speakers(plan.organisation_id, program, program.owner) if program.owner else frozenset()
    if found:
        return found
    owners = Membership.objects.filter(organisation_id=plan.organisation_id, access=Access.OWNER).values_list("person_id", flat=True)
    return frozenset(ids.typed("per", person) for person in owners)


def _base(organisation_id: UUID, plan_id: str) -> Plan | None:
    versions = Plan.objects.filter(organisation_id=organisation_id, plan_id=plan_id)
    return versions.filter(status=plans.IN_FORCE).first() or versions.order_by("-loaded_at").first()
