"""Whose rows this thread's work may see: nobody's, one shop's, or, for the house's people, all.

It binds the web's and the live process's role alone. The owner of the tables, as whom every other
process works, sees everything whatever the scope says.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection

from gateway.tenancy.postgresql.base import NOBODY, DatabaseWrapper

HOUSE: Final = str(UUID(int=2**128 - 1))
"""The scope that sees every shop: an id that no shop can have."""


def leave() -> None:
    """Nobody's rows from here on. No query."""
    _connection().want_scope(NOBODY)


def enter_shop(shop_id: UUID) -> None:
    """One shop's rows, for whoever has been found to act for it. No query of its own, but one
    before the next."""
    _connection().want_scope(str(shop_id))


@contextmanager
def house_scope() -> Iterator[None]:
    """Every shop's rows, for what the house counts or shows to its own people. No query of its
    own, but one before the next and one after."""
    before = _connection().scope_wanted
    _connection().want_scope(HOUSE)
    try:
        yield
    finally:
        _connection().want_scope(before)


@contextmanager
def statement_enters() -> Iterator[None]:
    """Around a statement that finds whose the scope is and sets it; then ``entered``."""
    with _connection().statement_enters():
        yield


def entered(scope: str | UUID | None) -> None:
    """What that statement set: a shop, ``HOUSE``, or None for nobody."""
    _connection().scope_was_set(str(scope or NOBODY))


def entered_by(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """The one row of a statement that sets the scope itself and says in its first column to what.

    Finding out who asks and setting what they may see is one statement that way.
    """
    with statement_enters(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] = cursor.fetchone()
    entered(row[0])
    return row[1:]


def _connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connection)
