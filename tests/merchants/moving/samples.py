"""Exports (``data/``) and answers of BTCPay Server and Bitcart, made after documented formats that
``export_files.py``, ``btcpay.py`` and ``bitcart.py`` of the room name. Nobody's real sales."""

from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LEGACY_CSV = (DATA / "btcpay-legacy.csv").read_bytes().replace(b"\n", b"\r\n")
LEGACY_COLUMNS = LEGACY_CSV.partition(b"\r\n")[0].decode()
REPORT_CSV = (DATA / "btcpay-report.csv").read_bytes()
BITCART_CSV = (DATA / "bitcart.csv").read_bytes()


def btcpay_store(store_id: str = "St1", name: str = "Café Amélie") -> dict[str, Any]:
    """``StoreData``, the fields that matter here."""
    return {
        "id": store_id,
        "name": name,
        "website": "https://cafe.example",
        "defaultCurrency": "USD",
        "invoiceExpiration": 1800,
        "monitoringExpiration": 3600,
        "speedPolicy": "LowSpeed",
        "paymentTolerance": 1.25,
        "lightningAmountInSatoshi": False,
    }


def btcpay_webhook(number: int = 1, **changes: Any) -> dict[str, Any]:
    """``WebhookData``: its secret is never told."""
    return {
        "id": f"wh{number}",
        "enabled": True,
        "automaticRedelivery": True,
        "url": f"https://cafe.example/hook/{number}",
        "authorizedEvents": {
            "everything": False,
            "specificEvents": ["InvoiceSettled", "PaymentRequestCompleted"],
        },
        **changes,
    }


def btcpay_invoice(number: int, **changes: Any) -> dict[str, Any]:
    """``InvoiceData``; the higher its number, the older."""
    return {
        "id": f"inv{number}",
        "storeId": "St1",
        "amount": f"{number}.50",
        "currency": "EUR",
        "type": "Standard",
        "createdTime": 1_750_000_000 - number * 60,
        "expirationTime": 1_750_000_900 - number * 60,
        "status": "Settled",
        "additionalStatus": "None",
        "archived": False,
        "metadata": {"orderId": f"O-{number}", "buyerEmail": f"buyer{number}@shop.example"},
        **changes,
    }


def btcpay_methods(number: int) -> list[dict[str, Any]]:
    """The invoice's ``payment-methods``."""
    payment = {"id": f"hash{number}-0", "value": "0.0001", "fee": "0", "status": "Settled"}
    return [{"paymentMethodId": "BTC-CHAIN", "rate": "95000", "payments": [payment]}]


def bitcart_store(store_id: str = "S1") -> dict[str, Any]:
    """``DisplayStore``, the fields that matter here."""
    return {
        "id": store_id,
        "name": "Tea House",
        "default_currency": "EUR",
        "checkout_settings": {
            "expiration": 15,
            "transaction_speed": 0,
            "underpaid_percentage": 2,
            "email_required": True,
        },
    }


def bitcart_invoice(number: int, **changes: Any) -> dict[str, Any]:
    """``DisplayInvoice``, the fields that matter here."""
    return {
        "id": f"b{number}",
        "store_id": "S1",
        "order_id": f"T-{number}",
        "price": f"{number}.00",
        "currency": "EUR",
        "status": "complete",
        "exception_status": "none",
        "created": f"2025-01-{number:02}T10:00:00+00:00",
        "tx_hashes": [f"tx{number}"],
        "sent_amount": 0.00012,
        "buyer_email": "",
        **changes,
    }


def bitcart_product(number: int, **changes: Any) -> dict[str, Any]:
    """``DisplayProduct``, the fields that matter here."""
    return {
        "id": f"p{number}",
        "store_id": "S1",
        "name": f"Tea {number}",
        "price": f"{number}.20",
        "quantity": -1,
        "category": "all",
        "status": "active",
        **changes,
    }
