"""Make the sample organisation tell a webhook, and give every alert of the delivery measurement a route of its own."""

import sys

import django

django.setup()

from tocsin.accounts.models import Membership, Organisation  # noqa: E402 - only after Django is set up
from tocsin.comms import setup  # noqa: E402
from tocsin.ingest.models import Route  # noqa: E402

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"


def main(sink_url: str, count: int) -> None:
    organisation = Organisation.objects.get()
    owner = Membership.objects.filter(organisation=organisation).order_by("created_at")[0].person
    wrong = setup.open_network(organisation, "127.0.0.1/32", None, "measurement", by=owner)
    wrong += setup.configure(organisation, "email", "webhook", {"url": sink_url, "secret": SECRET}, by=owner)
    if wrong:
        sys.exit(f"the webhook cannot be set up: {wrong}")
    Route.objects.bulk_create(
        Route(organisation=organisation, name=f"Bench {number}", labels={"number": str(number)}, plan="hotline-outage")
        for number in range(count)
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
