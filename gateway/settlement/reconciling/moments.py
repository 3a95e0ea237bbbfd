"""Several questions to the database as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """What is asked within sees the database as it was at the first question.

    Inside somebody else's transaction that one's rules hold.
    """
    is_outermost = not connection.in_atomic_block
    if is_outermost:
        connection.cursor().close()  # a scope that is to be sent yet would be the first question
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
