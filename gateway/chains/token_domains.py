"""Which tokens take a holder's signed transfer (EIP-3009), as the tokens themselves say it.

A name and a version are what a wallet shows and what is hashed. Neither is made up: both are read
from the token, and believed only if they give the domain separator that it checks signatures with.
"""

from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_hash.auto import keccak

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import ChainSettings, TokenSettings
from gateway.chains.eip3009 import TokenDomain
from gateway.chains.errors import ChainMismatch
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of
from gateway.outside.rpc import Call

QUESTIONS = tuple(
    "0x" + (keccak(signature.encode())[:4] + arguments).hex()
    for signature, arguments in (
        ("name()", b""),
        ("version()", b""),
        ("DOMAIN_SEPARATOR()", b""),
        ("authorizationState(address,bytes32)", bytes(64)),
    )
)


def read_domains(entry: ChainSettings, nodes: Nodes) -> dict[str, TokenDomain]:
    """The domains of the tokens that are configured with ``eip3009``, by symbol. No database.

    Raises:
        ChainMismatch: a token does not do what is configured, or its domain is another kind's.
        NodeFault: the node has no usable answer, or the token refused a question.
    """
    return {token.symbol: _read(entry, token, nodes) for token in entry.tokens if token.eip3009}


def _read(entry: ChainSettings, token: TokenSettings, nodes: Nodes) -> TokenDomain:
    contract = parse_address(token.address)
    calls: list[Call] = [
        ("eth_call", ({"to": hex_of(contract), "data": question}, "latest"))
        for question in QUESTIONS
    ]
    name, version, separator, state = nodes.ask(*calls)
    domain = TokenDomain(
        name=_text(name), version=_text(version), chain_id=entry.chain_id, contract=contract
    )
    if str(separator).lower() != hex_of(domain.separator) or len(str(state)) != 2 + 64:
        raise ChainMismatch(
            f"{token.symbol} of {entry.key} takes no signed transfers in the domain"
            f" {domain.name!r} {domain.version!r}: leave its eip3009 out."
        )
    return domain


def _text(answer: Any) -> str:
    try:
        (text,) = decode(["string"], bytes.fromhex(str(answer)[2:]))
    except (DecodingError, ValueError) as error:
        raise ChainMismatch("A token's name or version is no text.") from error
    return str(text)
