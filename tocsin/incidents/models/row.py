"""The rows that pages, API, notices and figures read: made by the projector alone, rebuilt from the journal by `doctor`."""

from django.db import models

from tocsin.incidents.models.journal import Incident


def once(*fields: str) -> list[models.BaseConstraint]:
    """Return the constraint that an incident has one row for these fields: they are the row's key."""
    return [models.UniqueConstraint(fields=["incident", *fields], name="%(class)s_once")]


class Row(models.Model):
    """
    What every row has. Persons are written `per_…`, `system`, or empty.

    `title` is words by locale out of the plan; `cite` the places of the document that a rule rests on. The desk writes it under the lock of the
    incident, so the database need not look for that, nor for its organisation, at every row. Who reads them
    comes from incidents: by their organisation alone, none is looked for.
    """

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="%(class)ss")

    class Meta:
        abstract = True
