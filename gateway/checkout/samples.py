"""Invoices of every state, as their presenter shapes them: for the styleguide and its tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

SHOP_ID: Final = UUID("01935b0e-0000-7000-8000-000000000001")
INVOICE_ID: Final = UUID("01935b0e-7c1a-7d2e-9f00-4b6a2c8d1e3f")
DRAWN_AT: Final = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)
ADDRESS: Final = "0x52908400098527886E0F7030069857D2E4169EE7"
USDC: Final = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
EURC: Final = "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42"
WBTC: Final = "0x0555E30da8f98308EdB960aa94C0Db47230d2B9c"
TX: Final = "0x7f3c1c1e4d6b8a90c2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c"
LOCK_LEFT: Final = timedelta(minutes=14, seconds=32)


def _due(symbol: str, decimals: int, units: int, token: str | None, rate: str) -> dict[str, Any]:
    whole, rest = divmod(units, 10**decimals)
    uri = (
        f"ethereum:{token}@8453/transfer?address={ADDRESS}&uint256={units}"
        if token
        else f"ethereum:{ADDRESS}@8453?value={units}"
    )
    return {
        "asset": f"{symbol}@8453",
        "symbol": symbol,
        "chain_id": 8453,
        "chain_name": "Base",
        "amount": f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip("."),
        "units": str(units),
        "address": ADDRESS,
        "uri": uri,
        "rate": rate,
        "parts": {"spread_bps": 12, "lock_premium_bps": 6, "fee_bps": 50},
    }


def _addressless() -> list[dict[str, Any]]:
    """What is due before who pays was said."""
    due = _due("USDC", 6, 13_620_000, USDC, "0.917768")
    return [{**due, "address": "", "uri": ""}]


def _received(state: str, done: int, amount: str = "13.62", symbol: str = "USDC") -> dict[str, Any]:
    return {
        "deposit_id": "01935b0e-9000-7000-8000-00000000000d",
        "asset": f"{symbol}@8453",
        "symbol": symbol,
        "chain_id": 8453,
        "chain_name": "Base",
        "amount": amount,
        "tx_hash": TX,
        "state": state,
        "confirmations": done,
        "needed": 6,
    }


def sample_invoice(
    status: str = "waiting",
    *,
    exceptions: tuple[str, ...] = (),
    release_goods: str = "wait",
    tender: str | None = None,
    received: tuple[Mapping[str, Any], ...] = (),
    now: datetime = DRAWN_AT,
    **changes: Any,
) -> dict[str, Any]:
    """An invoice over €12.50, in the shape of ``invoice_as_dict``."""
    share = 2 if status == "partial" else 1
    return {
        "id": str(INVOICE_ID),
        "shop_id": str(SHOP_ID),
        "shop_name": "Café Lindenhof",
        "mode": "test",
        "status": status,
        "exceptions": list(exceptions),
        "release_goods": release_goods,
        "tender": tender or ("tokens" if received else None),
        "amount": "12.50",
        "currency": "EUR",
        "due": [
            _due("USDC", 6, 13_620_000 // share, USDC, "0.917768"),
            _due("EURC", 6, 12_510_000 // share, EURC, "0.999201"),
            _due("ETH", 18, 4_821_400_000_000_000 // share, None, "2592.61"),
            _due("WBTC", 8, 14_210 // share, WBTC, "87966.22"),
        ],
        "received": list(received),
        "credited": {"asset": "USDC@8453", "amount": "13.53" if status == "paid" else "0"},
        "address": ADDRESS,
        "payer_needed": False,
        "lock_end": (now + LOCK_LEFT).isoformat(),
        "monitoring_end": (now + timedelta(days=1)).isoformat(),
        "created_at": now.isoformat(),
        "order_id": "Table 4",
        "metadata": {},
        "checkout_url": f"http://localhost:8000/i/{INVOICE_ID}",
        "return_url": "",
        "code_word": "amber fox",
        **changes,
    }


def sample_states(now: datetime = DRAWN_AT) -> dict[str, dict[str, Any]]:
    """Every state the pages draw, by its screen's key."""
    whole, half = _received("seen", 2), _received("confirmed", 6, "6.81")

    def made(status: str, **parts: Any) -> dict[str, Any]:
        return sample_invoice(status, now=now, **parts)

    return {
        "waiting": made("waiting"),
        "who_pays": made("waiting", payer_needed=True, address="", due=_addressless()),
        "untold": made(
            "processing",
            exceptions=("held",),
            release_goods="no",
            received=(_received("confirmed", 6),),
            payer_needed=True,
            address="",
            due=_addressless(),
        ),
        "price_over": made("waiting", lock_end=(now - timedelta(seconds=9)).isoformat()),
        "partial": made("partial", exceptions=("underpaid",), received=(half,)),
        "processing": made("processing", received=(whole,)),
        "card_charging": made("processing", tender="card"),
        "paid_by_card": made("paid", release_goods="yes", tender="card"),
        "paid": made("paid", release_goods="yes", received=(_received("confirmed", 6),)),
        "overpaid": made(
            "paid",
            exceptions=("overpaid",),
            release_goods="yes",
            received=(_received("final", 64, "20.00"),),
        ),
        "late": made(
            "paid",
            exceptions=("late",),
            release_goods="yes",
            received=(_received("confirmed", 6),),
        ),
        "wrong_asset": made(
            "waiting",
            exceptions=("wrong_asset",),
            received=(_received("confirmed", 6, "14", "DAI"),),
        ),
        "held": made(
            "processing",
            exceptions=("held",),
            release_goods="no",
            received=(_received("confirmed", 6),),
        ),
        "reverted": made("waiting", exceptions=("reverted",), release_goods="no"),
        "expired": made("expired", release_goods="no"),
        "expired_partial": made(
            "expired", exceptions=("underpaid",), release_goods="no", received=(half,)
        ),
        "expired_late": made(
            "expired",
            exceptions=("late",),
            release_goods="no",
            received=(_received("confirmed", 6),),
        ),
        "cancelled": made("cancelled", release_goods="no"),
        "invalid": made("invalid", release_goods="no", received=({**whole, "state": "orphaned"},)),
    }
