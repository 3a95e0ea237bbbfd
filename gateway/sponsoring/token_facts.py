"""What the token says of a payer, and whether it would move the money; asked of a node.

Outside of every transaction: a node that does not answer holds up nobody else.
"""

from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.chains.configuration import configured_chain
from gateway.chains.eip3009 import TransferAuthorization
from gateway.chains.errors import NodeFault
from gateway.chains.node_line import NodeLine
from gateway.chains.receipts import is_revert, revert_reason
from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import Call
from gateway.sponsoring.errors import (
    AuthorizationUsed,
    BalanceShort,
    SponsorUnavailable,
    TransferWouldFail,
)

TIMEOUT_SECONDS = 3.0
BALANCE_OF = keccak(b"balanceOf(address)")[:4]
AUTHORIZATION_STATE = keccak(b"authorizationState(address,bytes32)")[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A signed transfer as the house would send it."""

    chain_id: int
    token: bytes
    relayer: bytes
    signed: TransferAuthorization
    signature: bytes


def check_on_chain(sending: Sending) -> None:
    """Ask a node whether the transfer would go through now.

    Raises:
        BalanceShort, AuthorizationUsed, TransferWouldFail: it would not.
        SponsorUnavailable: no node tells.
    """
    line = NodeLine(
        chain_id=sending.chain_id,
        urls=configured_chain(sending.chain_id).rpc_urls,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    try:
        for _ in range(len(line)):
            try:
                return _check(line, sending)
            except (NodeDown, NodeMalformed, NodeFault, NodeError) as trouble:
                line.turn_to_next(reason=getattr(trouble, "reason", "node_down"))
        raise SponsorUnavailable
    finally:
        line.close()


def _check(line: NodeLine, sending: Sending) -> None:
    signed = sending.signed
    held, used = line.ask(
        _call(sending, BALANCE_OF + encode(["address"], [signed.payer])),
        _call(
            sending,
            AUTHORIZATION_STATE + encode(["address", "bytes32"], [signed.payer, signed.nonce]),
        ),
    )
    if parse_quantity(used):
        raise AuthorizationUsed
    if parse_quantity(held) < signed.units:
        raise BalanceShort
    try:
        line.ask(_call(sending, signed.call_data(sending.signature)))
    except NodeError as error:
        if not is_revert(error):
            raise
        raise TransferWouldFail(f"The token would not move it: {revert_reason(error)}") from error


def _call(sending: Sending, data: bytes) -> Call:
    call = {"from": hex_of(sending.relayer), "to": hex_of(sending.token), "data": hex_of(data)}
    return ("eth_call", (call, "latest"))
