"""Whoever closes the books sees what the web has open, or is told that they don't."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from gateway.ledger.closing import Month, period_close
from gateway.ledger.errors import PeriodStillBooked, SessionsUnseen
from gateway.tenancy.roles import web_role
from gateway.tenancy.standing import sight_problem

pytestmark = pytest.mark.django_db(transaction=True)
# Roles are the server's, not a database's: one for each worker.
OWNER = f"owner_{os.environ['TILLWAY_TEST_NAME']}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def said(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def plain_owner() -> Iterator[None]:
    """A role as production's: it may read and write the books, and is no superuser."""
    said(f"CREATE ROLE {OWNER}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {OWNER}")
    yield
    said("RESET SESSION AUTHORIZATION")
    said(f"DROP OWNED BY {OWNER}; DROP ROLE {OWNER}")


@pytest.fixture
def open_in_the_web() -> Iterator[None]:
    """A transaction that the web has open, by a session of its own."""
    told = connection.get_connection_params()
    web = psycopg.connect(
        host=told.get("host"),
        port=told.get("port"),
        dbname=told["dbname"],
        user=web_role(),
        password=settings.WEB_DATABASE.get("PASSWORD") or None,
    )
    web.execute("SELECT 1")
    yield
    web.close()


def close() -> None:
    """Next month, as if it were long over: whatever is open now may book into it."""
    month = Month.of(datetime.now(UTC)).next
    with transaction.atomic():
        period_close(month=month, by="t", reference="t", now=datetime(2999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("grant", ["pg_read_all_stats", ""])
def test_without_the_right_a_close_is_refused_and_with_it_the_transaction_is_seen(
    plain_owner: None, open_in_the_web: None, grant: str
) -> None:
    said(f"SET SESSION AUTHORIZATION {OWNER}")
    assert web_role() in sight_problem(web_role())
    with pytest.raises(SessionsUnseen):
        close()
    said("RESET SESSION AUTHORIZATION")
    said(f"GRANT {grant or web_role()} TO {OWNER} WITH INHERIT TRUE")
    said(f"SET SESSION AUTHORIZATION {OWNER}")
    assert sight_problem(web_role()) == ""
    with pytest.raises(PeriodStillBooked, match="open since"):
        close()
