"""A maker's key: signs orders as any maker would, by a library that is not ours."""

from collections.abc import Mapping
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from gateway.market.firm.orders import FirmOrder

FIELDS = [
    ("maker", "address"),
    ("taker", "address"),
    ("tokenIn", "address"),
    ("tokenOut", "address"),
    ("amountIn", "uint256"),
    ("amountOut", "uint256"),
    ("expiry", "uint64"),
    ("nonce", "uint256"),
]
TYPES = {
    "EIP712Domain": [
        {"name": "name", "type": "string"},
        {"name": "version", "type": "string"},
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "FirmOrder": [{"name": name, "type": type_} for name, type_ in FIELDS],
}


def typed_data(message: Mapping[str, Any], *, chain_id: int, contract: str) -> Any:
    return encode_typed_data(
        full_message={
            "types": TYPES,
            "primaryType": "FirmOrder",
            "domain": {
                "name": "Tillway Firm Orders",
                "version": "1",
                "chainId": chain_id,
                "verifyingContract": contract,
            },
            "message": dict(message),
        }
    )


def message_of(order: FirmOrder) -> dict[str, Any]:
    return {
        "maker": order.maker,
        "taker": order.taker,
        "tokenIn": order.token_in,
        "tokenOut": order.token_out,
        "amountIn": order.amount_in,
        "amountOut": order.amount_out,
        "expiry": order.expiry,
        "nonce": order.nonce,
    }


def signed_by(key: str, message: Mapping[str, Any], *, chain_id: int, contract: str) -> bytes:
    return bytes(
        Account.sign_message(
            typed_data(message, chain_id=chain_id, contract=contract), private_key=key
        ).signature
    )
