"""Seal what stands in a table already, or open it again, while others work on it."""

from collections.abc import Callable
from typing import Any, Final

from django.db import models, transaction
from django.db.models import QuerySet

AT_ONCE: Final = 500

Change = Callable[[list[Any]], None]


def by_pages(rows: QuerySet[models.Model], change: Change) -> int:
    """Change all rows of a query by pages in the order of their ids; how many.

    Each page is a transaction that locks its rows and no other: work on the table goes on. It may
    be stopped and begun again, and goes round once more for what came meanwhile.

    Args:
        rows: those that are not changed yet; a row that was changed is none of them.
    """
    count, after = 0, None
    while True:
        with transaction.atomic(using=rows.db):
            left = rows if after is None else rows.filter(pk__gt=after)
            page = list(left.select_for_update(of=("self",)).order_by("pk")[:AT_ONCE])
            if page:
                change(page)
        if not page and after is None:
            return count
        count += len(page)
        after = page[-1].pk if page else None
