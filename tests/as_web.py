"""Work as the web does: as a role that sees a shop's rows in that shop's scope only.

Requests of Django's test client do so by themselves (see ``tests/conftest.py``); everything else in
the suite works as the owner of the tables, as every other process does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.client import ClientHandler
from psycopg.pq import TransactionStatus

from gateway.tenancy import scope
from gateway.tenancy.roles import web_role


@contextmanager
def as_web_role() -> Iterator[None]:
    """As the web's role, in whatever scope there is. The statements this takes are not counted as
    the test's."""
    connection.ensure_connection()
    connection.connection.execute(f'SET SESSION AUTHORIZATION "{web_role()}"')
    try:
        yield
    finally:
        # In a failed transaction nothing can be said, and its rollback undoes this too.
        status = connection.connection.info.transaction_status
        if status == TransactionStatus.INTRANS:
            # What a commit would check, while it is still the web that asks.
            connection.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            connection.connection.execute("SET CONSTRAINTS ALL DEFERRED")
        if status != TransactionStatus.INERROR:
            connection.connection.execute("RESET SESSION AUTHORIZATION")


@contextmanager
def as_web(shop_id: UUID | None = None) -> Iterator[None]:
    """As the web's role, in a shop's scope or in nobody's."""
    with as_web_role():
        scope.leave()
        if shop_id is not None:
            scope.enter_shop(shop_id)
        try:
            yield
        finally:
            scope.leave()


def requests_as_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the test client's requests answered as the web's role."""
    as_before = ClientHandler.get_response

    def get_response(handler: ClientHandler, request: Any) -> Any:
        try:
            connection.ensure_connection()
        except RuntimeError:  # this test has no database, so its requests need none
            return as_before(handler, request)
        with as_web_role():
            response = as_before(handler, request)
            if response.streaming:  # what is read on the way is read as the web too
                response.streaming_content = list(response.streaming_content)
            return response

    monkeypatch.setattr(ClientHandler, "get_response", get_response)
