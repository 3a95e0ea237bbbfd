"""The running demo's signer, asked by a process that may reach its socket as the web may."""

import json

import pytest

from gateway.custody.client import SignerClient
from gateway.custody.errors import PolicyRefused
from gateway.custody.transactions import UnsignedTransaction
from tests.custody.test_decoding import FEE, SALT, call_data, signature_named
from tests.house.place import Place


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.mark.parametrize(("floor", "reason"), [(0, "no_floor"), (1, "below_reference")])
def test_a_swap_that_asks_for_nothing_is_not_signed(place: Place, floor: int, reason: str) -> None:
    state = place.shop.house.state
    (entry,) = json.loads((state / "chains.json").read_text())
    tokens = {token["symbol"]: raw(token["address"]) for token in entry["tokens"]}
    path = tokens["WETH"] + FEE + tokens["USDC"]
    swap = (raw(entry["venues"]["v3_router"]), path, 10**18, floor)
    unsigned = UnsignedTransaction(
        chain_id=entry["chain_id"],
        nonce=0,
        to=raw(entry["factory"]["address"]),
        value=0,
        data=call_data(signature_named("sweepAndSwap"), [SALT], tokens["WETH"], swap, 2**40),
        gas_limit=500_000,
        max_fee_per_gas=10**9,
        max_priority_fee_per_gas=10**8,
    )
    account = raw((state / "hot-account").read_text().strip())
    with SignerClient(str(state / "signer.sock")) as client:
        with pytest.raises(PolicyRefused) as refused:
            client.sign(
                request_id=f"attack-{floor}", account=account, purpose="fill", transaction=unsigned
            )
    assert refused.value.reason == reason
