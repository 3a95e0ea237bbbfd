"""What a transaction moved at our addresses, as its receipt shows it: pure.

Transfers of tokens are read from their logs; native coin from the transaction's value and fee, a
factory's own report of what it swept, and the wrapping's logs. Topics as in EIP-20 and WETH9.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from gateway.chains.receipts import Receipt
from gateway.market.execution.factory import NATIVE, SWEPT

TRANSFER = keccak(b"Transfer(address,address,uint256)")
WRAPPED = keccak(b"Deposit(address,uint256)")
UNWRAPPED = keccak(b"Withdrawal(address,uint256)")

Effects = dict[tuple[str, str], int]
"""Base units by (account, asset code)."""


@dataclass(frozen=True, slots=True)
class Holders:
    """Whose balances an account of the books adds up.

    Attributes:
        accounts: the account's name by address.
        hot: the account in which the treasury's money lies; deposits: that of deposit addresses.
        factories: contracts that sweep; what they wrap was swept to them.
        tokens: asset codes by contract.
        native: asset code of the coin.
    """

    accounts: Mapping[bytes, str]
    hot: str
    deposits: str
    factories: frozenset[bytes]
    tokens: Mapping[bytes, str]
    native: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction's own words: who sent how much wei to whom."""

    account: bytes
    to: bytes
    value: int


def effects_of(*, sent: Sent, receipt: Receipt, holders: Holders) -> Effects:
    """Base units by which each account grew; a failed transaction moves its fee alone."""
    effects: Effects = defaultdict(int)

    def move(address: bytes, asset: str, units: int) -> None:
        account = holders.accounts.get(address)
        if account is not None:
            effects[account, asset] += units

    move(sent.account, holders.native, -receipt.fee_units)
    if receipt.succeeded:
        move(sent.account, holders.native, -sent.value)
        move(sent.to, holders.native, sent.value)
        for log in receipt.logs:
            _read(log, holders=holders, effects=effects, move=move)
    return {place: units for place, units in effects.items() if units}


def transfers_of(receipt: Receipt, *, token: bytes) -> list[tuple[bytes, bytes, int]]:
    """(sender, recipient, units) of each transfer of a token that the receipt shows."""
    found = []
    for log in receipt.logs:
        topics = [_bytes(topic) for topic in log["topics"]]
        if _bytes(log["address"]) == token and len(topics) == 3 and topics[0] == TRANSFER:
            found.append((topics[1][-20:], topics[2][-20:], _units(log)))
    return found


def _read(log: Mapping[str, Any], *, holders: Holders, effects: Effects, move: Any) -> None:
    contract = _bytes(log["address"])
    topics = [_bytes(topic) for topic in log["topics"]]
    if contract in holders.factories and len(topics) == 3 and topics[0] == SWEPT:
        if topics[2][-20:] == NATIVE:
            effects[holders.deposits, holders.native] -= _units(log)
            effects[holders.hot, holders.native] += _units(log)
        return
    asset = holders.tokens.get(contract)
    if asset is None or not topics:
        return
    if topics[0] == TRANSFER and len(topics) == 3:
        move(topics[1][-20:], asset, -_units(log))
        move(topics[2][-20:], asset, _units(log))
    elif topics[0] == WRAPPED and len(topics) == 2:
        move(topics[1][-20:], asset, _units(log))
        if topics[1][-20:] in holders.factories:
            # It never reached the treasury: the factory wrapped what it had swept.
            effects[holders.hot, holders.native] -= _units(log)
    elif topics[0] == UNWRAPPED and len(topics) == 2:
        move(topics[1][-20:], asset, -_units(log))
        move(topics[1][-20:], holders.native, _units(log))


def _units(log: Mapping[str, Any]) -> int:
    return int.from_bytes(_bytes(log["data"]), "big")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
