"""What the house's own transactions moved is known from their final receipts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.chains.models import OutgoingTransaction
from gateway.chains.transfers import TRANSFER_TOPIC
from gateway.compliance.tracing.models import TracedTransfer
from gateway.compliance.tracing.projecting import transaction_record
from tests.chain_rows import TOKENS, USDC, make_chain, unique_bytes
from tests.compliance.tracing.flow_kit import who

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONTRACT = next(address for symbol, _, address, _ in TOKENS if symbol == "USDC") or b""


def word(address: bytes) -> str:
    return "0x" + address.rjust(32, b"\0").hex()


def log(recipient: str, units: int, *, index: int = 0, contract: bytes = CONTRACT) -> Any:
    return {
        "address": "0x" + contract.hex(),
        "topics": [TRANSFER_TOPIC, word(who("treasury")), word(who(recipient))],
        "data": word(units.to_bytes(32, "big")),
        "log_index": index,
    }


def sent(**changes: Any) -> OutgoingTransaction:
    facts: dict[str, Any] = {
        "chain": make_chain(now=NOW),
        "account": who("treasury"),
        "to": CONTRACT,
        "value": 0,
        "data": b"",
        "purpose": "payout",
        "reference": "payout:1",
        "idempotency_key": unique_bytes().hex(),
        "payload_hash": unique_bytes(),
        "status": "final",
        "nonce": 1,
        "outcome": "succeeded",
        "mined_hash": unique_bytes(),
        "block_number": 7,
        "block_hash": unique_bytes(),
        "fee_units": 1,
        "created_at": NOW,
    }
    return OutgoingTransaction.objects.create(**{**facts, **changes})


def rows() -> list[tuple[bytes, bytes, str, int]]:
    return [
        (bytes(row.sender), bytes(row.recipient), row.asset, row.units)
        for row in TracedTransfer.objects.order_by("log_index")
    ]


def test_each_transfer_of_a_known_token_is_kept_once() -> None:
    out = sent()
    logs = [
        log("ann", 5),
        log("ben", 7, index=1),
        log("ann", 9, index=2, contract=b"\x99" * 20),
        {**log("ann", 9, index=3), "topics": [TRANSFER_TOPIC, word(who("a"))]},
        {**log("ann", 9, index=4), "data": "0x"},
    ]
    transaction_record(transaction_id=out.id, logs=logs)
    transaction_record(transaction_id=out.id, logs=logs)
    assert rows() == [
        (who("treasury"), who("ann"), USDC, 5),
        (who("treasury"), who("ben"), USDC, 7),
    ]


def test_native_coin_is_kept_by_the_transaction_s_value() -> None:
    out = sent(to=who("ann"), value=10**18)
    transaction_record(transaction_id=out.id, logs=[])
    assert rows() == [(who("treasury"), who("ann"), "ETH@31337", 10**18)]


@pytest.mark.parametrize(
    "changes", [{"outcome": "reverted", "status": "failed"}, {"outcome": "cancelled"}]
)
def test_what_did_not_succeed_moved_nothing(changes: dict[str, str]) -> None:
    out = sent(value=10**18, **changes)
    transaction_record(transaction_id=out.id, logs=[log("ann", 5)])
    assert rows() == []
