"""Load the smallest plan, tell a webhook of each incident, and let every alert begin an incident of its own."""

import sys
from pathlib import Path

import django

django.setup()

from tocsin.accounts import people  # noqa: E402 - only after Django is set up
from tocsin.accounts.models import Membership, Organisation  # noqa: E402
from tocsin.comms import setup  # noqa: E402
from tocsin.incidents import plans  # noqa: E402
from tocsin.ingest.models import Route  # noqa: E402

PLAN = "bench"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
RULE = {"wanted": "job=node", "group_by": ["instance"]}
"""As Alertmanager's `group_by: ['...']` does: each alert of `load.Bodies` has an instance of its own."""


def main(sink_url: str) -> None:
    organisation = Organisation.objects.get()
    owner = Membership.objects.get(organisation=organisation).person
    plan, findings = plans.load(organisation.id, Path(__file__).with_name("plan.yaml").read_text(), "plan.yaml")
    if plan is None:
        sys.exit(f"the plan cannot be loaded: {findings}")
    plans.publish(plan)
    people.hold(organisation, owner, PLAN, {"head": 0}, by=owner)
    if not sink_url:
        return
    wrong = setup.open_network(organisation, "127.0.0.1/32", None, "measurement", by=owner)
    wrong += setup.configure(organisation, "email", "webhook", {"url": sink_url, "secret": SECRET}, by=owner)
    if wrong:
        sys.exit(f"the webhook cannot be set up: {wrong}")
    Route.objects.create(organisation=organisation, name="Each by itself", rule=RULE, plan=PLAN)


if __name__ == "__main__":
    main(sys.argv[1])
