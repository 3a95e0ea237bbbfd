"""A process may die at any page of a move: nothing is lost, and nothing is brought twice."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from merchants.moving.carrying import LEASE, moves_carry
from merchants.moving.models import PastInvoice
from merchants.moving.moves import move_from_file
from tests.faults.in_process import Killed, killer, passing
from tests.merchants.moving.samples import btcpay_invoice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("point", "kept"), [("move.keeping", 0), ("move.page_kept", 200)])
def test_a_process_that_dies_leaves_the_move_to_the_next(shop, work, point, kept) -> None:
    rows = [
        btcpay_invoice(number, amount="x" if number % 50 == 0 else "1") for number in range(1, 261)
    ]
    now = timezone.now()
    move = move_from_file(
        shop_id=shop.id,
        upload=json.dumps(rows).encode(),
        zone="UTC",
        with_emails=False,
        by="user:ann",
        now=now,
    )
    with pytest.raises(Killed), passing(killer(point)):
        moves_carry(now=now)
    move.refresh_from_db()
    assert move.rows_read == kept
    assert PastInvoice.objects.count() == kept - kept // 50
    assert moves_carry(now=now) == 0  # it is the dead process's for a while
    assert moves_carry(now=timezone.now() + LEASE + timedelta(seconds=5)) == 1
    move = work(move)
    assert (move.state, move.added, move.known, move.unread) == ("done", 255, 0, 5)
    assert PastInvoice.objects.count() == 255
