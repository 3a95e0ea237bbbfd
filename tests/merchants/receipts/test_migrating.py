"""The version before goes on giving papers, and taking cash, while these migrations run."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from gateway.events.ids import uuid7
from tests.migrating import brought_back, migrated

BEFORE = [("receipts", "0001_receipts")]
FIELD = [("receipts", "0002_paid_again")]
AFTER = [("receipts", "0003_once_each_time")]
INSERT = """
INSERT INTO receipts_document
       (id, shop_id, mode, kind, number, source, receipt_id, token, body, issued_at)
VALUES (%s, %s, 'test', 'receipt', 0, %s, NULL, %s, '{}', %s)
"""
NEW = {
    "receipts_document": {"times"},
    "tickets_cashtake": {"tax_in_units", "tip_in_units"},
    "tickets_partdemand": {"tax_in_units", "tip_in_units"},
    "shifts_cashmove": {"tax_units", "tip_units"},
}
SHOP = uuid4()


def given(source: str) -> None:
    """A receipt, as the version before writes it down."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [uuid7(), SHOP, source, uuid4().hex, timezone.now()])


def again(receipt: Any, *, times: int) -> None:
    receipt.pk, receipt.token, receipt.times = uuid7(), uuid4().hex, times
    receipt.save(force_insert=True)


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    with brought_back():
        yield


@pytest.mark.django_db
def test_the_version_before_need_not_know_the_new_columns() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_name = ANY(%s) AND column_default IS NOT NULL",
            [list(NEW)],
        )
        found = set(cursor.fetchall())
    assert {(table, name) for table, names in NEW.items() for name in names} <= found


@pytest.mark.usefixtures("_brought_back")
def test_papers_are_given_at_every_step_and_each_sale_has_each_of_its_receipts_once() -> None:
    for targets in (BEFORE, FIELD, AFTER, FIELD, AFTER):
        new: Any = migrated(targets)
        source = f"invoice:{uuid4()}"
        given(source)
        with pytest.raises(IntegrityError, match="receipt_source_once"):
            given(source)
    again(new.get_model("receipts", "Document").objects.get(source=source), times=2)


@pytest.mark.usefixtures("_brought_back")
def test_the_way_back_ends_with_a_second_receipt_and_leaves_nothing_half_done() -> None:
    new: Any = migrated(AFTER)
    documents = new.get_model("receipts", "Document").objects
    given("invoice:1")
    again(documents.get(), times=2)
    with pytest.raises(IntegrityError):
        migrated(FIELD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('receipt_source_once_next')")
        assert cursor.fetchone() == (None,)
    again(documents.get(times=1), times=3)
