"""Several questions as of one moment, in whatever scope the thread is."""

from uuid import uuid4

import pytest
from django.db import InternalError, connection

from gateway.settlement.reconciling.moments import one_moment
from gateway.tenancy import scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody() -> None:
    """A request leaves its scope to the next one, which begins with none: so does a test."""
    scope.leave()


def said(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("enters", [True, False])
def test_a_scope_that_is_still_to_be_sent_does_not_hinder_it(enters: bool) -> None:
    shop = uuid4()
    try:
        scope.enter_shop(shop)
        if not enters:
            said("SELECT 1")
            scope.leave()
        with one_moment():
            assert said("SHOW transaction_isolation") == "repeatable read"
            assert said("SHOW transaction_read_only") == "on"
            assert said("SELECT current_setting('tillway.shop')") == (str(shop) if enters else "")
    finally:
        scope.leave()


def test_the_houses_scope_holds_within_it_and_is_gone_afterwards() -> None:
    with scope.house_scope(), one_moment():
        assert said("SELECT current_setting('tillway.shop')") == scope.HOUSE
    assert said("SELECT current_setting('tillway.shop')") == ""


def test_nothing_is_written_within_it() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment():
        said("DELETE FROM ledger_period RETURNING 1")
