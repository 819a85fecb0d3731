"""`tocsin plan load`: plan files into an organisation, as drafts or in force (PLN-01)."""

from pathlib import Path

import click

from tocsin.accounts import audit
from tocsin.accounts.models import Organisation
from tocsin.cli.people import ORGANISATION, organisation_of
from tocsin.incidents import editing, plans
from tocsin.incidents.models import Plan
from tocsin.plan import shipped


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="FILE…")
@click.option("--in-force", is_flag=True, help="Put it in force at once; every warning must be acknowledged in the plan.")
@ORGANISATION
def load(names: tuple[str, ...], slug: str, *, in_force: bool) -> None:
    """Load plan files, or plans that come with Tocsin by their id. Nothing is loaded of a file with errors; exit code 1."""
    organisation = organisation_of(slug)
    failed = [name for name in names if not _load(organisation, name, in_force=in_force)]
    if failed:
        raise SystemExit(1)


def _load(organisation: Organisation, name: str, *, in_force: bool) -> bool:
    file = Path(name) if Path(name).is_file() else shipped.sources().get(name)
    if file is None:
        click.echo(f"{name}: no such file, and no plan of this id comes with Tocsin ({', '.join(shipped.sources())})", err=True)
        return False
    plan, findings = plans.load(organisation.id, file.read_bytes(), str(file))
    for finding in findings:
        if finding.severity == "error":
            click.echo(str(finding), err=True)
    if plan is None:
        return False
    audit.record(organisation, None, "plan.loaded", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return _put_in_force(organisation, plan) if in_force else _said(plan)


def _put_in_force(organisation: Organisation, plan: Plan) -> bool:
    found = editing.open_findings(plan)
    for finding in found:
        click.echo(f"{finding}: acknowledge it in the plan, or in the browser as its owner", err=True)
    if found:
        return False
    plans.publish(plan)
    audit.record(organisation, None, "plan.published", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return _said(plan)


def _said(plan: Plan) -> bool:
    click.echo(f"{plan.plan_id} {plan.version} {plan.hash[:12]}: {plan.status.replace('_', ' ')}")
    return True
