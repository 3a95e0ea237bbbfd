"""Have the dev chain take one transaction back, and nothing of anybody else's.

``anvil_reorg`` mines the last blocks anew from pairs of a transaction and its block, counted from
the first of them (anvil's ``ReorgOptions``). What it isn't given is gone for good, so everything
else is given back. What anvil was told to set, as balances for gas are, was no transaction: a
wallet of ours pays the senders what they miss by that.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Final

from eth_account import Account

from gateway.supervisor.devchain.one_payment import wallet_of
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc, RpcError
from gateway.supervisor.devchain.transactions import MAX_FEE_WEI, Sender, derived_key

REFILLER: Final = "reorgs"
"""The name of the wallet that pays for gas which a reorg would take away."""
REFILLER_WEI: Final = 10**6 * 10**18
SEND_GAS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A transaction that stays on the chain.

    Attributes:
        given: as anvil takes it: its bytes, or its fields where nobody signed it.
        place: of its block, counted from the first that is mined anew.
        wei: what its sender must have for it.
    """

    hash: str
    sender: str
    given: str | dict[str, str]
    place: int
    wei: int


def reorg_prepare(rpc: Rpc) -> None:
    """Have the refilling wallet filled before the blocks that a later reorg begins after."""
    rpc.call("anvil_setBalance", wallet_of(REFILLER), hex(REFILLER_WEI))


def take_back(tx_hash: str, *, block: int, head: int, rpc: Rpc) -> None:
    """Mine the blocks from ``block``, which has it, to ``head`` anew without that transaction.

    A block that is mined meanwhile leaves it where it is: look again and call again.

    Raises:
        RpcError: the node is no anvil, or refused.
        httpx.HTTPError: the node does not answer.
    """
    kept = _kept(tx_hash, first=block, head=head, rpc=rpc)
    refills = _refills(kept, before=block - 1, rpc=rpc)
    pairs = [[raw, 0] for raw in refills] + [[one.given, one.place] for one in kept]
    if rpc.integer("eth_blockNumber") != head:
        return  # a block came while this was gathered, and what is in it is not among the pairs
    rpc.call("anvil_reorg", head - block + 1, pairs)
    _send_again(kept, rpc=rpc)


def _kept(tx_hash: str, *, first: int, head: int, rpc: Rpc) -> list[Kept]:
    """All others, but those of the same sender that come after it: its nonce is missing then."""
    calls = [("eth_getBlockByNumber", [hex(number), True]) for number in range(first, head + 1)]
    found = [
        (place, told)
        for place, block in enumerate(rpc.batch(calls))
        for told in block["transactions"]
    ]
    gone = next((told for _place, told in found if told["hash"] == tx_hash), None)
    stays = [
        (place, told)
        for place, told in found
        if gone is None
        or told["from"] != gone["from"]
        or int(told["nonce"], 16) < int(gone["nonce"], 16)
    ]
    raws = rpc.batch([("eth_getRawTransactionByHash", [told["hash"]]) for _, told in stays])
    return [
        Kept(
            hash=told["hash"],
            sender=told["from"],
            given=_given(told, raw),
            place=place,
            wei=int(told["value"], 16) + int(told["gas"], 16) * _fee(told),
        )
        for (place, told), raw in zip(stays, raws, strict=True)
    ]


def _given(told: dict[str, Any], raw: str) -> str | dict[str, str]:
    with contextlib.suppress(Exception):  # whatever a signature that is none makes of the bytes
        if Account.recover_transaction(raw).lower() == told["from"].lower():
            return raw
    return {
        "from": told["from"],
        "to": told["to"],
        "data": told["input"],
        "value": told["value"],
        "gas": told["gas"],
    }


def _fee(told: dict[str, Any]) -> int:
    return int(told.get("maxFeePerGas") or told.get("gasPrice") or hex(MAX_FEE_WEI), 16)


def _refills(kept: list[Kept], *, before: int, rpc: Rpc) -> list[str]:
    """Signed transfers of what the senders lack at block ``before``; none of a wallet that has
    nothing there itself."""
    needs: dict[str, int] = {}
    for one in kept:
        needs[one.sender] = needs.get(one.sender, 0) + one.wei
    senders = list(needs)
    has = rpc.batch([("eth_getBalance", [address, hex(before)]) for address in senders])
    lacks = {
        address: needs[address] - int(wei, 16)
        for address, wei in zip(senders, has, strict=True)
        if needs[address] > int(wei, 16)
    }
    if not lacks or not rpc.integer("eth_getBalance", wallet_of(REFILLER), hex(before)):
        return []
    sender = Sender(rpc=rpc, key=derived_key(admin_key=DEFAULT_ADMIN_KEY, role=REFILLER))
    sender.nonce = rpc.integer("eth_getTransactionCount", sender.address, hex(before))
    return [
        sender.plan(label="gas", to=address, value_wei=wei, gas=SEND_GAS).raw
        for address, wei in lacks.items()
    ]


def _send_again(kept: list[Kept], *, rpc: Rpc) -> None:
    """What the new blocks left out for want of gas is in one of the next."""
    receipts = rpc.batch([("eth_getTransactionReceipt", [one.hash]) for one in kept])
    for one, receipt in zip(kept, receipts, strict=True):
        if receipt is None and isinstance(one.given, str):
            balance = rpc.integer("eth_getBalance", one.sender, "latest")
            if balance < one.wei:
                rpc.call("anvil_setBalance", one.sender, hex(one.wei))
            with contextlib.suppress(RpcError):  # mined a moment ago
                rpc.call("eth_sendRawTransaction", one.given)
