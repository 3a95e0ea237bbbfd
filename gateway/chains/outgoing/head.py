"""The chain's head as the sender must know it: fees, and what its accounts have. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.chains.errors import MalformedAnswer
from gateway.chains.fees import FeeCaps, suggested_tip
from gateway.chains.rpc_words import hex_of
from gateway.outside.rpc import Call

FEE_HISTORY_BLOCKS = 10


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the chain shows it at the head.

    Attributes:
        count: transactions it has sent: its next nonce by the chain.
        balance: wei.
    """

    address: bytes
    count: int
    balance: int


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block; ``base_fee`` and ``tip`` in wei per gas."""

    number: int
    base_fee: int
    tip: int
    accounts: dict[bytes, Account]


def head_calls(accounts: Sequence[bytes]) -> list[Call]:
    """What to ask a node to know its head."""
    calls: list[Call] = [
        ("eth_getBlockByNumber", ("latest", False)),
        ("eth_feeHistory", (hex(FEE_HISTORY_BLOCKS), "latest", [50])),
    ]
    for account in accounts:
        calls.append(("eth_getTransactionCount", (hex_of(account), "latest")))
        calls.append(("eth_getBalance", (hex_of(account), "latest")))
    return calls


def parse_head(answers: Sequence[Any], *, accounts: Sequence[bytes], caps: FeeCaps) -> Head:
    """The head from the answers to ``head_calls``.

    Raises:
        MalformedAnswer: it can't be read.
    """
    block, history, *told = answers
    try:
        rewards = [int(row[0], 16) for row in history.get("reward") or [] if row]
        return Head(
            number=int(block["number"], 16),
            base_fee=int(block["baseFeePerGas"], 16),
            tip=suggested_tip([reward for reward in rewards if reward > 0], caps=caps),
            accounts={
                account: Account(
                    address=account,
                    count=int(told[2 * index], 16),
                    balance=int(told[2 * index + 1], 16),
                )
                for index, account in enumerate(accounts)
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"a head that can't be read: {error!r}") from error
