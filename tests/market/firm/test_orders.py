"""Hash, signature and call of an order are what others make of it: eth_account, the contract."""

from typing import Any

import orjson
import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.firm.orders import (
    MAX_UINT64,
    MAX_UINT256,
    Domain,
    FirmOrder,
    SignatureUnreadable,
    order_hash,
    signer_of,
)
from gateway.supervisor.devchain.anvil import REPOSITORY
from tests.market.firm.signing import message_of, signed_by, typed_data

VECTORS = orjson.loads((REPOSITORY / "contracts" / "vectors" / "orders.json").read_bytes())
KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

addresses = st.binary(min_size=20, max_size=20)
words = st.integers(0, MAX_UINT256)
orders = st.builds(
    FirmOrder,
    maker=addresses,
    taker=addresses,
    token_in=addresses,
    token_out=addresses,
    amount_in=words,
    amount_out=words,
    expiry=st.integers(0, MAX_UINT64),
    nonce=words,
)


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def of_vector(vector: dict[str, Any]) -> tuple[FirmOrder, Domain]:
    told = vector["order"]
    order = FirmOrder(
        maker=raw(told["maker"]),
        taker=raw(told["taker"]),
        token_in=raw(told["tokenIn"]),
        token_out=raw(told["tokenOut"]),
        amount_in=int(told["amountIn"]),
        amount_out=int(told["amountOut"]),
        expiry=told["expiry"],
        nonce=int(told["nonce"]),
    )
    return order, Domain(vector["chainId"], raw(vector["contract"]))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_golden_hashes_and_signers(vector: dict[str, Any]) -> None:
    digest = order_hash(*of_vector(vector))
    assert "0x" + digest.hex() == vector["hash"]
    assert signer_of(digest, raw(vector["signature"])) == raw(VECTORS["signer"])


@settings(max_examples=60)
@given(order=orders, chain_id=st.integers(1, 2**53), contract=addresses)
def test_any_order_hashes_as_eth_account_hashes_it(
    order: FirmOrder, chain_id: int, contract: bytes
) -> None:
    told = typed_data(message_of(order), chain_id=chain_id, contract="0x" + contract.hex())
    assert order_hash(order, Domain(chain_id, contract)) == keccak(
        b"\x19" + told.version + told.header + told.body
    )


@settings(max_examples=30)
@given(order=orders, by=st.integers(1, 2**64))
def test_a_changed_order_or_domain_has_another_hash(order: FirmOrder, by: int) -> None:
    here = Domain(31337, b"\7" * 20)
    changed = FirmOrder(
        maker=order.maker,
        taker=order.taker,
        token_in=order.token_in,
        token_out=order.token_out,
        amount_in=order.amount_in,
        amount_out=(order.amount_out + by) % 2**256,
        expiry=order.expiry,
        nonce=order.nonce,
    )
    hashes = {
        order_hash(order, here),
        order_hash(changed, here),
        order_hash(order, Domain(31338, here.contract)),
        order_hash(order, Domain(31337, b"\6" * 20)),
    }
    assert len(hashes) == 4


def test_the_other_form_of_a_signature_and_nonsense_are_refused() -> None:
    order, domain = of_vector(VECTORS["vectors"][0])
    digest = order_hash(order, domain)
    good = signed_by(KEY, message_of(order), chain_id=31337, contract="0x" + domain.contract.hex())
    assert signer_of(digest, good) == order.maker
    high = (CURVE_ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    for bad in (
        b"",
        good[:64],
        good + b"\0",
        good[:32] + high + bytes([55 - good[64]]),
        good[:64] + bytes([good[64] - 27]),
        bytes(64) + b"\x1b",
        b"\xff" * 32 + good[32:],
    ):
        with pytest.raises(SignatureUnreadable):
            signer_of(digest, bad)


@pytest.mark.parametrize(
    "wrong",
    [{"amount_in": -1}, {"amount_out": 2**256}, {"expiry": 2**64}, {"maker": b"\1" * 19}],
)
def test_what_fits_no_contract_is_no_order(wrong: dict[str, Any]) -> None:
    order, _ = of_vector(VECTORS["vectors"][0])
    fields = {name: getattr(order, name) for name in FirmOrder.__dataclass_fields__}
    fields.pop("MOST", None)
    with pytest.raises(ValueError, match="is"):
        FirmOrder(**(fields | wrong))
