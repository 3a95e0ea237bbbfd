"""Ready means that payments can be taken; anything else is said."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gateway.chains.models import Chain, ProcessedHead
from gateway.supervisor import health
from tests.as_web import as_web
from tests.chain_rows import make_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain_id() -> int:
    return int(make_chain(now=timezone.now()).id)


def test_a_followed_chain_is_no_problem(chain_id: int) -> None:
    assert health.chains_problem() == ""


def test_a_chain_whose_node_is_in_trouble_is_said_at_once(chain_id: int) -> None:
    ProcessedHead.objects.update(stalled_since=timezone.now(), stall_reason="node_down")
    assert health.chains_problem() == f"{chain_id} stalled: node_down"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "node_down" in answer.json()["missing"]["chains"]


def test_a_web_that_the_policies_do_not_hold_is_said(chain_id: int) -> None:
    assert "above the policies" in health.walls_problem()  # this test works as the owner
    with as_web():
        assert health.walls_problem() == ""
    assert "shops_apart" not in Client().get("/readyz").json()["missing"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE invoices_invoice DISABLE ROW LEVEL SECURITY")
    assert "invoices_invoice" in Client().get("/readyz").json()["missing"]["shops_apart"]


def test_a_chain_that_nobody_follows_is_said(chain_id: int) -> None:
    long_ago = timezone.now() - timedelta(minutes=2)
    ProcessedHead.objects.update(updated_at=long_ago)
    assert health.chains_problem() == f"not followed: {chain_id}"


def test_a_switched_off_chain_may_stand_still(chain_id: int) -> None:
    ProcessedHead.objects.update(stalled_since=timezone.now(), stall_reason="node_down")
    make_chain(chain_id=84_532, now=timezone.now())
    Chain.objects.filter(id=chain_id).update(enabled=False)
    assert health.chains_problem() == ""
