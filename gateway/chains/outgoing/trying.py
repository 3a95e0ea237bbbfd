"""Whether a queued transaction can be sent: it is run on a node, and counted against the account.

What holds it back is written down for people and for whoever asked for it.
"""

from gateway.chains import outgoing_services as services
from gateway.chains.fees import Fees
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import is_revert, is_short_of_gas, revert_reason
from gateway.chains.rpc_words import hex_of
from gateway.chains.sender_metrics import ENDED
from gateway.outside.errors import NodeError

PLAIN_TRANSFER_GAS = 21_000


class WouldRevert(Exception):
    """The call fails when it is run; nothing is sent."""


class Unaffordable(Exception):
    """The account has less wei than the transaction may cost."""

    def __init__(self, *, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


def affordable_gas(
    means: Means, outgoing: OutgoingTransaction, fees: Fees, *, available: int
) -> int | None:
    """The gas limit, if the call works and ``available`` wei pay for it; else it is said why not.

    Raises:
        NodeDown, NodeMalformed, NodeFault: the node is of no use.
    """
    try:
        _check_affordable(outgoing, gas=PLAIN_TRANSFER_GAS, fees=fees, available=available)
        gas_limit = _gas_needed(means, outgoing)
        _check_affordable(outgoing, gas=gas_limit, fees=fees, available=available)
        return gas_limit
    except WouldRevert as reason:
        if services.transaction_unsendable(
            desk=means.desk,
            transaction_id=outgoing.id,
            code="would_revert",
            reason=str(reason),
            now=means.clock(),
        ):
            ENDED.labels(str(means.chain.id), "would_revert").inc()
    except Unaffordable as lack:
        services.transaction_awaits_gas(
            desk=means.desk,
            transaction_id=outgoing.id,
            needed=lack.needed,
            available=max(available, 0),
            asset=means.native,
            now=means.clock(),
        )
    except NodeError as error:
        services.transaction_delayed(
            desk=means.desk, transaction_id=outgoing.id, error=str(error)[:300]
        )
    return None


def cancel_gas(means: Means, outgoing: OutgoingTransaction) -> int:
    """The gas limit of the transfer of nothing that takes a transaction's nonce."""
    account = hex_of(bytes(outgoing.account))
    [gas] = means.node.ask(("eth_estimateGas", ({"from": account, "to": account},)))
    return _with_margin(int(gas, 16), percent=means.options.gas_margin_percent)


def _check_affordable(
    outgoing: OutgoingTransaction, *, gas: int, fees: Fees, available: int
) -> None:
    needed = outgoing.value + gas * fees.max_fee_per_gas
    if needed > available:
        raise Unaffordable(needed=needed)


def _gas_needed(means: Means, outgoing: OutgoingTransaction) -> int:
    """Run the call on top of what we have sent already; the gas limit for it.

    Raises:
        WouldRevert: with the contract's reason.
        Unaffordable: the node says that the account can't pay.
        NodeError: the node could not run it.
    """
    call = {
        "from": hex_of(bytes(outgoing.account)),
        "to": hex_of(bytes(outgoing.to)),
        "value": hex(outgoing.value),
        "data": hex_of(bytes(outgoing.data)),
    }
    try:
        if outgoing.gas_limit is not None:
            call["gas"] = hex(outgoing.gas_limit)
            means.node.ask(("eth_call", (call, "pending")))
            return outgoing.gas_limit
        [gas] = means.node.ask(("eth_estimateGas", (call, "pending")))
        return _with_margin(int(gas, 16), percent=means.options.gas_margin_percent)
    except NodeError as error:
        if is_short_of_gas(error):
            raise Unaffordable(needed=outgoing.value) from error
        if is_revert(error):
            raise WouldRevert(revert_reason(error)) from error
        raise


def _with_margin(gas: int, *, percent: int) -> int:
    if gas == PLAIN_TRANSFER_GAS:
        return gas
    return gas * (100 + percent) // 100
