"""Plans of an organisation: loaded, published, withdrawn, and compiled once for every hash."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tocsin.engine import terms as t
from tocsin.engine.compose import compose, hash_of
from tocsin.engine.program import Program
from tocsin.incidents.models import Composition, Incident, Plan, Sentinel
from tocsin.kit import bells, bulk, clock, tables
from tocsin.kit.memory import Recent
from tocsin.plan import read
from tocsin.plan.findings import Finding

DRAFT, IN_FORCE, RETIRED = "draft", "in_force", "retired"
PUT_IN_FORCE: Final = "in_force"
"""The bell that is rung when a version was put in force."""


class Uncompilable(ValueError):  # noqa: N818 - it names what the plan is
    """A plan that was loaded once and that this release cannot compile. `findings` say why."""

    def __init__(self, plan: Plan, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"plan {plan.plan_id} {plan.version} cannot be compiled: {'; '.join(finding.message for finding in findings)}")
        self.plan, self.findings = plan, findings

    def refusal(self) -> t.Refused:
        """Return it as an answer to whoever wanted something done under the plan."""
        return t.Refused("E503", str(self), hint="run the release of Tocsin that loaded it, or load a version that this one can read")


def load(organisation_id: UUID, source: str | bytes, name: str, by: str = "") -> tuple[Plan | None, tuple[Finding, ...]]:
    """
    Keep the plan that `source` is as a draft, unless it has errors; return it with all findings. The same version again changes nothing.

    `by` is a typed person id. Bytes that are not UTF-8 are a finding.
    """
    result = read.read(source, name)
    if result.program is None:
        return None, result.findings
    program = result.program
    plan, _ = Plan.objects.get_or_create(
        organisation_id=organisation_id,
        hash=program.hash,
        defaults={
            "plan_id": program.id,
            "version": program.version,
            "title": dict(program.title),
            "source": source if isinstance(source, str) else source.decode(),
            "status": DRAFT,
            "loaded_at": clock.now(),
            "loaded_by": by,
        },
    )
    return plan, result.findings


def publish(plan: Plan) -> None:
    """Put `plan` in force. The version in force until now is retired: incidents under it go on, none starts."""
    with transaction.atomic():
        others = Plan.objects.filter(organisation_id=plan.organisation_id, plan_id=plan.plan_id, status=IN_FORCE)
        others.exclude(pk=plan.pk).update(status=RETIRED)
        Plan.objects.filter(pk=plan.pk).update(status=IN_FORCE)
        post_sentinels(plan.organisation_id)
        transaction.on_commit(lambda: bells.ring(PUT_IN_FORCE))
    plan.status = IN_FORCE


def withdraw(plan: Plan) -> None:
    """Let no incident start under `plan` any more."""
    with transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(status=RETIRED)
        post_sentinels(plan.organisation_id)
    plan.status = RETIRED


def post_sentinels(organisation_id: UUID) -> None:
    """Let the triggers of every plan in force look at samples, and of no other. Within the caller's transaction."""
    in_force = dict(Plan.objects.filter(organisation_id=organisation_id, status=IN_FORCE).values_list("plan_id", "hash"))
    known = dict(Sentinel.objects.filter(organisation_id=organisation_id).values_list("plan_id", "plan_hash"))
    Sentinel.objects.filter(organisation_id=organisation_id, plan_id__in=known.keys() - in_force.keys()).delete()
    for plan_id, plan_hash in in_force.items():
        if known.get(plan_id) != plan_hash:
            fields = {"plan_hash": plan_hash, "until": None, "late": None, "look_at": clock.now()}
            Sentinel.objects.update_or_create(organisation_id=organisation_id, plan_id=plan_id, defaults=fields)


def in_force(organisation_id: UUID) -> Mapping[str, Plan]:
    """Return the plans under which an incident may start, by plan id. One that this release cannot read stands in nobody else's way."""
    which = [("uuid", organisation_id), ("text", IN_FORCE)]
    rows = tables.select(Plan, "WHERE organisation_id = {} AND status = {} ORDER BY plan_id, loaded_at", which, _READ_RARELY)
    return {plan.plan_id: plan for plan in rows if not unreadable(plan)}


def absent(organisation_id: UUID, plan_id: str) -> str:
    """Return why no incident may start under this plan; nothing if one may."""
    plan = Plan.objects.filter(organisation_id=organisation_id, plan_id=plan_id, status=IN_FORCE).first()
    return unreadable(plan) if plan else f"no plan {plan_id} is in force"


def unreadable(plan: Plan) -> str:
    """Return why this release cannot read a plan; nothing if it can."""
    try:
        compiled(plan)
    except Uncompilable as problem:
        return str(problem)
    return ""


def program(organisation_id: UUID, plan_hash: str) -> Program:
    """
    Return the compiled plan with this hash, or the several plans that it names together.

    :raises Plan.DoesNotExist: the organisation has no such plan.
    :raises Uncompilable: this release cannot compile it.
    """
    named = _named.get((organisation_id, plan_hash))
    known = _cache.get(hash_of(named)) if named else None
    if known is not None:
        return known
    together = Composition.objects.filter(organisation_id=organisation_id, hash=plan_hash).first()
    hashes = together.hashes if together else [plan_hash]
    found = composed(organisation_id, hashes)
    _named.put((organisation_id, plan_hash), hashes)
    return found


def readable(organisation_id: UUID, plan_hash: str) -> Program | None:
    """Return the same, or None where this release cannot compile it."""
    try:
        return program(organisation_id, plan_hash)
    except Uncompilable:
        return None


def composed(organisation_id: UUID, hashes: Sequence[str]) -> Program:
    """
    Return the program of these plan versions, in this order.

    :raises Plan.DoesNotExist: the organisation has no such plan.
    :raises Uncompilable: this release cannot compile one of them.
    """
    known = _cache.get(hash_of(hashes))
    if known is not None and _had.get((organisation_id, tuple(hashes))):
        return known
    if known is None:
        rows = {plan.hash: plan for plan in Plan.objects.filter(organisation_id=organisation_id, hash__in=hashes)}
        if len(rows) < len(set(hashes)):
            raise Plan.DoesNotExist
        known = _cache.put(hash_of(hashes), compose([compiled(rows[each]) for each in hashes]))
    elif bulk.asked(_MANY.format(bulk.among(hashes)), _all(organisation_id, hashes))[0][0] < len(hashes):
        raise Plan.DoesNotExist
    _had.put((organisation_id, tuple(hashes)), True)
    return known


def of(incident: Incident, hashes: Sequence[str] = ()) -> Program:
    """
    Return the program that `incident` runs by, or would by the versions `hashes`; of a standing record that part of its plan.

    :raises Plan.DoesNotExist: the organisation has no such plan.
    :raises Uncompilable: this release cannot compile one of them.
    """
    found = composed(incident.organisation_id, hashes) if hashes else program(incident.organisation_id, incident.plan_hash)
    return found.standing if incident.standing and found.standing else found


def together(organisation_id: UUID, hashes: Sequence[str]) -> str:
    """Return the hash that names these plan versions together, and let it be looked up from now on."""
    name = hash_of(hashes)
    if len(hashes) > 1:
        Composition.objects.get_or_create(organisation_id=organisation_id, hash=name, defaults={"hashes": list(hashes)})
    return name


def ran_by(organisation_id: UUID, plan_id: str) -> QuerySet[Incident]:
    """Return the incidents that run or ran by a plan, in whatever version, alone or beside others."""
    hashes = set(Plan.objects.filter(organisation_id=organisation_id, plan_id=plan_id).values_list("hash", flat=True))
    several = Composition.objects.filter(organisation_id=organisation_id).values_list("hash", "hashes")
    names = hashes | {name for name, together in several if not hashes.isdisjoint(together)}
    return Incident.objects.filter(organisation_id=organisation_id, plan_hash__in=names)


def is_one_of(organisation_id: UUID, plan_hash: str, program: Program) -> bool:
    """
    Return whether `program` runs by a version of the plan with this hash already.

    :raises Plan.DoesNotExist: the organisation has no such plan.
    """
    wanted = Plan.objects.get(organisation_id=organisation_id, hash=plan_hash)
    return wanted.plan_id in {part.program.id for part in program.plans}


def hashes_of(state: t.State) -> list[str]:
    """Return the plan versions by which an incident in this state runs, in order; `hash_of` names them together."""
    return [state.plan_hash, *(ref.hash for ref in state.beside)]


def compiled(plan: Plan) -> Program:
    """Return the program of `plan`. Compiled once: a program is immutable and its hash names it."""
    known = _cache.get(plan.hash)
    if known is None:
        result = read.read(plan.source, f"{plan.plan_id}.yaml")
        if result.program is None:
            raise Uncompilable(plan, result.findings)
        known = _cache.put(plan.hash, result.program)
    return known


_READ_RARELY: Final = ("source",)
"""A plan's text is long, and wanted only until it is compiled."""
_ALL: Final = "WHERE organisation_id = {{}} AND hash IN {}"
_MANY: Final = "SELECT count(*) FROM incidents_plan WHERE organisation_id = {{}} AND hash IN {}"


def _all(organisation_id: UUID, hashes: Sequence[str]) -> list[tuple[str, Any]]:
    return [("uuid", organisation_id), *(("text", plan_hash) for plan_hash in hashes)]


_cache: Recent[str, Program] = Recent(64)
"""Programs, by plan hash."""
_named: Recent[tuple[UUID, str], Sequence[str]] = Recent(4096)
"""Which plan versions a hash names that an organisation has: one, unless they were put together. They stay: no version is ever removed."""
_had: Recent[tuple[UUID, tuple[str, ...]], bool] = Recent(4096)
"""Plan versions that an organisation was found to have, and so has for good."""


def not_in_force(organisation_id: UUID, hashes: Sequence[str]) -> t.Refused | None:
    """Return why no incident can begin by these plan versions together, or None."""
    found = tables.select(Plan, _ALL.format(bulk.among(hashes)), _all(organisation_id, hashes), _READ_RARELY)
    known = {plan.hash: plan for plan in found}
    if known.keys() < set(hashes):
        raise Plan.DoesNotExist
    rows = [known[plan_hash] for plan_hash in hashes]
    for plan in rows:
        if plan.status != IN_FORCE:
            return t.Refused("E501", f"plan {plan.plan_id} {plan.version} is not in force", hint="publish it, or choose another version")
    if len({plan.plan_id for plan in rows}) < len(rows):
        return t.Refused("E104", "an incident runs by each plan once", hint="choose one version of each")
    return None
