"""Rows as the watcher would write them, for tests of the rooms above it, without a chain."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from gateway.chains.models import Chain, Deposit, ProcessedHead, Token
from gateway.events.services import emit

DEV_CHAIN = 31337
USDC = "USDC@31337"
WETH = "WETH@31337"
ETH = "ETH@31337"
SHOPPER = bytes.fromhex("3c44cdddb6a900fa2b585dd299e03d12fa4293bc")
OTHER_SHOPPER = bytes.fromhex("90f79bf6eb2c4f870365e785982e1f101e93b906")

TOKENS = (
    ("USDC", 6, bytes([0xA0]) * 20, "USD"),
    ("EURC", 6, bytes([0xA1]) * 20, "EUR"),
    ("WETH", 18, bytes([0xA2]) * 20, ""),
    ("ETH", 18, None, ""),
    ("WBTC", 8, bytes([0xA3]) * 20, ""),
    ("DAI", 18, bytes([0xA4]) * 20, "USD"),
    ("LINK", 18, bytes([0xA5]) * 20, ""),
    ("UNI", 18, bytes([0xA6]) * 20, ""),
)
"""Symbol, decimals, contract (None: the native coin) and peg: those of tests/market/dev_market."""

_numbers = count(1)


def unique_bytes(length: int = 32) -> bytes:
    """Bytes that no other row of this process has."""
    return next(_numbers).to_bytes(length, "big")


def make_chain(
    *, chain_id: int = DEV_CHAIN, mode: str = "test", now: datetime, grace_seconds: int = 30
) -> Chain:
    """A chain with eight tokens, its head processed up to now."""
    chain = Chain.objects.create(
        id=chain_id,
        key=f"dev{chain_id}",
        name=f"Dev chain {chain_id}",
        mode=mode,
        block_seconds=1.0,
        confirmations=[[None, 2]],
        finality_blocks=5,
        grace_seconds=grace_seconds,
        factory_address=bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3"),
        factory_version="1",
        factory_code_hash=bytes(32),
        factory_init_code_hash=bytes(31) + b"\1",
        treasury=bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266"),
    )
    for symbol, decimals, address, peg in TOKENS:
        Token.objects.create(
            code=f"{symbol}@{chain_id}",
            chain=chain,
            address=address,
            symbol=symbol,
            decimals=decimals,
            kind="erc20" if address else "native",
            peg=peg,
        )
    set_head(chain_id, at=now)
    return chain


def set_head(chain_id: int, *, at: datetime) -> None:
    """The watcher has processed every block up to this time."""
    ProcessedHead.objects.update_or_create(
        chain_id=chain_id,
        defaults={
            "number": int(at.timestamp()),
            "hash": unique_bytes(),
            "timestamp": int(at.timestamp()),
            "updated_at": at,
        },
    )


def make_deposit(
    *,
    units: int,
    at: datetime,
    asset: str = USDC,
    address: bytes | None = None,
    invoice_id: UUID | None = None,
    shop_id: UUID | None = None,
    state: str = "seen",
    sender: bytes = SHOPPER,
    tx_sender: bytes | None = None,
    **changes: Any,
) -> Deposit:
    """A transfer in a block of time ``at``."""
    chain_id = int(asset.partition("@")[2])
    facts: dict[str, Any] = {
        "chain_id": chain_id,
        "asset": asset,
        "block_hash": unique_bytes(),
        "block_number": int(at.timestamp()),
        "block_time": at,
        "first_block_time": at,
        "tx_hash": unique_bytes(),
        "log_index": 0,
        "sender": sender,
        "tx_sender": tx_sender or sender,
        "address": address or unique_bytes(20),
        "units": units,
        "claimed_units": units,
        "state": state,
        "shop_id": shop_id,
        "invoice_id": invoice_id,
        "confirmations_needed": 2,
        "seen_at": at,
    }
    return Deposit.objects.create(**{**facts, **changes})


def tell(deposit: Deposit, state: str, *, now: datetime | None = None) -> None:
    """Move a deposit to a state and emit its event, as the watcher does in one transaction."""
    previous = deposit.state
    deposit.state = state
    if state == "orphaned":
        deposit.previous_state = previous
    if state == "confirmed":
        deposit.confirmed_at = now or deposit.block_time
    deposit.save()
    emit(
        type=f"deposit.{state}",
        subject=f"deposit:{deposit.id}",
        body={
            "deposit_id": str(deposit.id),
            "chain_id": deposit.chain_id,
            "asset": deposit.asset,
            "units": str(deposit.units),
            "address": "0x" + bytes(deposit.address).hex(),
            "invoice_id": str(deposit.invoice_id) if deposit.invoice_id else None,
            "shop_id": str(deposit.shop_id) if deposit.shop_id else None,
            "sender": "0x" + bytes(deposit.sender).hex(),
            "tx_sender": "0x" + bytes(deposit.tx_sender).hex(),
            "tx_hash": "0x" + bytes(deposit.tx_hash).hex(),
            "block_number": deposit.block_number,
            "block_hash": "0x" + bytes(deposit.block_hash).hex(),
            "block_time": deposit.block_time.isoformat(),
            "first_block_time": deposit.first_block_time.isoformat(),
            "confirmations_needed": deposit.confirmations_needed,
            "previous_state": previous,
        },
        mode=deposit.chain.mode,
        shop_id=deposit.shop_id,
        lane=f"invoice:{deposit.invoice_id}" if deposit.invoice_id else None,
        now=now or datetime.now(UTC),
    )


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
