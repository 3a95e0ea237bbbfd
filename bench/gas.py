"""Gas per payment with the contracts that shops really meet, measured on a dev chain.

Figures of a hundred are a transaction's gas, its 21,000 included, divided by a hundred. Ours carry
the operator's right, the deadline, the least amount out, the check of the treasury's balance and
the isolation of a failing item; ``BARE`` are those of designs without, from the reference.
"""

from collections.abc import Callable
from typing import Any

from eth_abi.abi import decode
from eth_account import Account
from eth_account.messages import encode_typed_data

from bench.operator_desk import (
    OPERATOR,
    SHOP,
    Desk,
    gas_each,
    sweep_hundred,
    sweep_swap_pay_hundred,
)
from gateway.chains.eip3009 import TokenDomain, TransferAuthorization
from gateway.supervisor.devchain.anvil import Anvil, AnvilMissing
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY, provision_dev_chain
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import Sender, derived_key
from gateway.supervisor.devchain.uniswap import FAR_FUTURE

BARE = {
    "sweep100_erc20": 42_803,
    "sweep100_usdc": 46_196,
    "sweep_swap_pay100": 43_266,
    "eip3009_usdc": 100_424,
    "transfer_usdc": 45_155,
    "transfer_usdc_fresh": 62_255,
    "router_swap": 112_965,
}
"""Gas without isolation, events and checks; of a transfer and a swap, of the contract itself; of a
signed transfer, through a gateway contract that takes no share."""

NOT_BUILT = {
    "clone100_erc20": "no clone forwarder: deposits are ephemeral sweepers",
    "channel_claim": "no payment channels",
}
FRESH = "0x00000000000000000000000000000000000f4e54"
SIGNED_FOR = "0x0000000000000000000000000000000000003009"


def run(seed: int) -> dict[str, Any]:
    """Nothing here is random: ``seed`` changes nothing."""
    figures: dict[str, Any] = dict.fromkeys((*BARE, *NOT_BUILT, "most_over_bare"))
    conditions: dict[str, Any] = dict(NOT_BUILT)
    try:
        measured = _measured()
    except AnvilMissing as missing:
        return {"figures": figures, "conditions": conditions | {"chain": str(missing)}}
    figures |= measured
    figures["most_over_bare"] = round(max(measured[name] / BARE[name] for name in BARE), 3)
    return {
        "figures": figures,
        "conditions": conditions
        | {"bare": BARE, "eip3009_usdc": "to the deposit address itself; its sweep comes after"},
    }


def _measured() -> dict[str, int]:
    kinds: dict[str, Callable[[Desk], int]] = {
        "sweep100_erc20": lambda desk: gas_each(sweep_hundred(desk, "DAI"), 100),
        "sweep100_usdc": lambda desk: gas_each(sweep_hundred(desk, "USDC"), 100),
        "sweep_swap_pay100": lambda desk: gas_each(sweep_swap_pay_hundred(desk), 100),
        "eip3009_usdc": _signed_transfer_usdc,
        "transfer_usdc": lambda desk: _transfer_usdc(desk, to=SHOP),
        "transfer_usdc_fresh": lambda desk: _transfer_usdc(desk, to=FRESH),
        "router_swap": _router_swap,
    }
    with Anvil() as anvil:
        chain = provision_dev_chain(
            rpc_url=anvil.rpc_url, operator_address=OPERATOR, treasury_address=OPERATOR
        )
        with Rpc(url=anvil.rpc_url) as rpc, Faucet(chain=chain, rpc_url=anvil.rpc_url) as faucet:
            desk = Desk(chain, rpc, faucet)
            desk.use_before()
            return {kind: measure(desk) for kind, measure in kinds.items()}


def _shopper(desk: Desk, symbol: str, units: int) -> Sender:
    """Someone who holds more of the token than they will spend, and ether for gas."""
    key = derived_key(admin_key=DEFAULT_ADMIN_KEY, role="shopper")
    address = Account.from_key(key).address
    desk.faucet.give(to=address, symbol="ETH", units=10**18)
    desk.faucet.give(to=address, symbol=symbol, units=units)
    return Sender(rpc=desk.rpc, key=key)


def _transfer_usdc(desk: Desk, *, to: str) -> int:
    shopper = _shopper(desk, "USDC", 50_000_000)
    data = call_data("transfer(address,uint256)", to, 25_000_000)
    shopper.plan(label="transfer", to=desk.chain.token("USDC").address, data=data)
    return gas_each(shopper.send()[0], 1)


def _signed_transfer_usdc(desk: Desk) -> int:
    """What the house pays where the shopper signs only: the transfer to an address never used."""
    shopper = _shopper(desk, "USDC", 50_000_000)
    usdc = bytes.fromhex(desk.chain.token("USDC").address[2:])
    signed = TransferAuthorization(
        payer=bytes.fromhex(shopper.address[2:]),
        to=bytes.fromhex(SIGNED_FOR[2:]),
        units=25_000_000,
        valid_after=0,
        valid_before=FAR_FUTURE,
        nonce=bytes(31) + b"\x01",
    )
    domain = TokenDomain(
        name=_text_of(desk, usdc, "name()"),
        version=_text_of(desk, usdc, "version()"),
        chain_id=shopper.chain_id,
        contract=usdc,
    )
    message = encode_typed_data(full_message=signed.typed_data(domain))
    signature = bytes(shopper.account.sign_message(message).signature)
    sponsor = Sender(rpc=desk.rpc, key=derived_key(admin_key=DEFAULT_ADMIN_KEY, role="sponsor"))
    desk.faucet.give(to=sponsor.address, symbol="ETH", units=10**18)
    sponsor.plan(label="signed transfer", to="0x" + usdc.hex(), data=signed.call_data(signature))
    return gas_each(sponsor.send()[0], 1)


def _text_of(desk: Desk, contract: bytes, question: str) -> str:
    asked = {"to": "0x" + contract.hex(), "data": "0x" + call_data(question).hex()}
    (text,) = decode(["string"], bytes.fromhex(desk.rpc.call("eth_call", asked, "latest")[2:]))
    return str(text)


def _router_swap(desk: Desk) -> int:
    """A swap through the router by someone who holds some of both tokens already."""
    shopper = _shopper(desk, "DAI", 200 * 10**18)
    desk.faucet.give(to=shopper.address, symbol="WETH", units=1)
    dai, router = desk.chain.token("DAI").address, desk.chain.v3_router
    approval = call_data("approve(address,uint256)", router, 2**256 - 1)
    shopper.plan(label="approve", to=dai, data=approval)
    swap = call_data(
        "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
        (dai, desk.chain.weth, 3000, shopper.address, FAR_FUTURE, 100 * 10**18, 1, 0),
    )
    shopper.plan(label="swap", to=router, data=swap)
    return gas_each(shopper.send()[1], 1)
