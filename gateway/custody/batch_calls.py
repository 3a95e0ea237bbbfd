"""The call that pays many receivers of one token, read from its bytes. Pure.

Encoded by settlement, decoded by the signer: ``contracts/src/BatchPayer.sol``.
"""

from dataclasses import dataclass

from gateway.custody.transactions import UnsignedTransaction

ITEM = "(bytes32,address,uint256)"
PAY = f"pay(address,{ITEM}[])"
PAY_TYPES = ("address", f"{ITEM}[]")


@dataclass(frozen=True, slots=True)
class BatchPay:
    """Base units of ``token`` from the account to each receiver, by the contract's allowance.

    Attributes:
        paid: base units by receiver, as often as the call names one.
    """

    contract: bytes
    token: bytes
    paid: tuple[tuple[bytes, int], ...]

    @property
    def by_receiver(self) -> dict[bytes, int]:
        """What each gets in all: naming one twice is no way around what one may get."""
        sums: dict[bytes, int] = {}
        for to, units in self.paid:
            sums[to] = sums.get(to, 0) + units
        return sums


def batch_pay(
    transaction: UnsignedTransaction, token: str, items: tuple[tuple[bytes, str, int], ...]
) -> BatchPay:
    return BatchPay(
        contract=transaction.to,
        token=bytes.fromhex(token[2:]),
        paid=tuple((bytes.fromhex(to[2:]), units) for _id, to, units in items),
    )
