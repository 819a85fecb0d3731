"""What an address names by a typed id. What is no id of its kind, or nobody's here, is not found."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tocsin.kit import ids

M = TypeVar("M", bound=Model)


def untyped(kind: str, text: str) -> UUID:
    """
    Return the id that a part of an address spells.

    :raises Http404: it spells none of this kind.
    """
    try:
        return ids.untyped(kind, text)
    except ValueError as error:
        raise Http404 from error


def one(rows: QuerySet[M], kind: str, text: str) -> M:
    """
    Return the one of `rows`, which are those that the viewer may reach, whose id is spelled.

    :raises Http404: it is none of them.
    """
    return get_object_or_404(rows, pk=untyped(kind, text))
