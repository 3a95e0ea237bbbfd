"""Django's PostgreSQL connection, which knows what its session may see.

A session's scope is a setting of the session (``tillway.shop``) that the policies of the tables
read. Connections are kept from request to request, so the scope that is *wanted* is kept beside
the one that is *held*, and whoever opens a cursor while they differ has the wanted one sent first.
A request wants none when it begins: that costs nothing, and what the last one left is gone before
the first statement that could read by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

NOBODY: Final = ""
SET_SCOPE_SQL: Final = "SELECT set_config('tillway.shop', %s, false)"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with a scope: a shop's id, the house's, or ``NOBODY``."""

    scope_wanted: str = NOBODY
    _scope_held: str | None = NOBODY
    """None: not known, because what set it failed or may have been undone."""
    _scope_set_inside = False
    """Whether it was set in the transaction that is open, whose rollback would undo that."""
    _statement_enters = False

    def want_scope(self, scope: str) -> None:
        """From the next statement on. No query now."""
        self.scope_wanted = scope

    @contextmanager
    def statement_enters(self) -> Iterator[None]:
        """Around a statement that sets the scope itself; ``scope_was_set`` is told to what.

        Whoever doesn't tell has nobody's scope: it is sent before the next statement.
        """
        self.scope_wanted, self._scope_held = NOBODY, None
        self._statement_enters = True
        try:
            yield
        finally:
            self._statement_enters = False

    def scope_was_set(self, scope: str) -> None:
        """What the last statement set the scope to."""
        self.scope_wanted = self._scope_held = scope
        self._scope_set_inside = not self.autocommit

    def create_cursor(self, name: str | None = None) -> Any:
        if self._scope_held != self.scope_wanted and not self._statement_enters:
            self._send_scope()
        return super().create_cursor(name)

    def init_connection_state(self) -> None:
        self._scope_held, self._scope_set_inside = NOBODY, False  # a new session has none
        super().init_connection_state()

    def _send_scope(self) -> None:
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # until the rollback nothing can be read
        with self.wrap_database_errors:
            self.connection.execute(SET_SCOPE_SQL, [self.scope_wanted])
        self.scope_was_set(self.scope_wanted)

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc] # the stubs lack these three
        self._scope_set_inside = False

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._scope_may_be_undone()

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._scope_may_be_undone()

    def _scope_may_be_undone(self) -> None:
        if self._scope_set_inside:
            self._scope_held = None
