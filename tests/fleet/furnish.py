"""
`python -m tests.fleet.furnish URL NETWORK COUNT`: put the small plan in force, tell a webhook whatever is told by e-mail, and let so many
numbered alerts begin an incident each.
"""

import sys
from pathlib import Path

import django

django.setup()

from tests.comms.sinks.webhook import SECRET  # noqa: E402 - only after Django is set up
from tocsin.accounts import people  # noqa: E402
from tocsin.accounts.models import Access, Membership, Organisation  # noqa: E402
from tocsin.comms import setup  # noqa: E402
from tocsin.incidents import plans  # noqa: E402
from tocsin.ingest.models import Route  # noqa: E402
from tocsin.kit import ids  # noqa: E402

SMALL = Path(__file__).parents[1] / "incidents" / "small.yaml"


def main(sink_url: str, network: str, count: int) -> None:
    organisation = Organisation.objects.get()
    owner = Membership.objects.filter(organisation=organisation, access=Access.OWNER).earliest("pk").person
    plan, findings = plans.load(organisation.id, SMALL.read_text("utf-8"), SMALL.name, ids.typed("per", owner.id))
    assert plan is not None, findings
    plans.publish(plan)
    people.hold(organisation, owner, plan.plan_id, {"lead": 0, "tech": 0, "checker": 0}, by=owner)
    wrong = setup.open_network(organisation, network, None, "the tests' sink", by=owner)
    wrong += setup.configure(organisation, "email", "webhook", {"url": sink_url, "secret": SECRET}, by=owner)
    assert not wrong, wrong
    Route.objects.all().delete()
    Route.objects.bulk_create(
        Route(organisation=organisation, name=f"Number {number}", rule={"wanted": f"number={number}"}, plan=plan.plan_id)
        for number in range(count)
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
