"""A refund's entry belongs to that of its transactions which succeeded, whichever number it had."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.sending import transaction_queue
from gateway.events.ids import uuid7
from gateway.ledger.refunds import post_refund_left
from gateway.money.amounts import Amount
from gateway.settlement.reconciling.facts import read_facts
from tests.settlement.conftest import CHAIN_ID, ETH, TREASURY, USDC, WALLET, World


def sent(world: World, name: str, *, nonce: int, outcome: str) -> UUID:
    """A transaction of a refund that came to this end."""
    queued = transaction_queue(
        chain_id=CHAIN_ID,
        account=TREASURY,
        to=WALLET,
        data=b"",
        value=0,
        purpose="refund",
        reference=name,
        idempotency_key=name,
        now=world.now,
    )
    OutgoingTransaction.objects.filter(id=queued.id).update(
        status="final",
        outcome=outcome,
        nonce=nonce,
        mined_hash=nonce.to_bytes(32),
        block_number=7 + nonce,
        block_hash=bytes(32),
        fee_units=21_000,
        ended_at=world.now,
    )
    return queued.id


def test_a_refund_that_left_is_booked_by_its_second_transaction(world: World) -> None:
    refund_id = uuid7()
    first = sent(world, f"refund:{refund_id}:1", nonce=1, outcome="reverted")
    second = sent(world, f"refund:{refund_id}:2", nonce=2, outcome="succeeded")
    world.fund(10**9)
    world.fund(10**18, asset=ETH.code)
    with transaction.atomic():
        post_refund_left(
            refund_id=refund_id,
            chain_id=CHAIN_ID,
            amount=Amount(500, USDC),
            gas=Amount(21_000, ETH),
            now=world.now,
        )
    found = read_facts(chain_id=CHAIN_ID, block=20, since=world.now - timedelta(hours=1))
    assert [entry.key for entry in found.unlinked if entry.kind == "refund_left"] == []
    booked = {fact.reference: fact.entries for fact in found.facts if fact.entries}
    assert booked == {f"transaction:{second}": [f"refund:{refund_id}:left"]}
    assert f"transaction:{first}" not in booked


def test_an_entry_alone_leads_to_its_transaction(world: World) -> None:
    """The transaction ended before what is looked at; its entry was booked late."""
    refund_id = uuid7()
    only = sent(world, f"refund:{refund_id}:1", nonce=1, outcome="succeeded")
    OutgoingTransaction.objects.update(ended_at=world.now - timedelta(days=3))
    with transaction.atomic():
        post_refund_left(
            refund_id=refund_id,
            chain_id=CHAIN_ID,
            amount=Amount(500, USDC),
            gas=Amount(21_000, ETH),
            now=world.now,
        )
    found = read_facts(chain_id=CHAIN_ID, block=20, since=world.now - timedelta(hours=1))
    booked = {fact.reference: fact.entries for fact in found.facts if fact.entries}
    assert booked == {f"transaction:{only}": [f"refund:{refund_id}:left"]}
