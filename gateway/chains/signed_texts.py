"""Texts that a wallet signed: EIP-191 for a wallet with a key, ERC-1271 for a contract wallet.

A key's signature says itself whose it is. A contract says of a signature whether it is its own,
to whoever asks it (``isValidSignature``), so its chain has to be asked.
"""

from typing import Any, Final

from eth_abi import encode
from eth_hash.auto import keccak

from gateway.chains.configuration import configured_chain
from gateway.chains.eip3009 import SignatureInvalid, signer_of
from gateway.chains.errors import NodeFault, UnknownChain
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of

MAX_SIGNATURE: Final = 4_096
"""Bytes: a contract wallet's may be those of several keys."""
IS_VALID_SIGNATURE: Final = bytes.fromhex("1626ba7e")
"""isValidSignature(bytes32,bytes), and what it answers for yes."""
NODE_SECONDS: Final = 4.0


def digest_of(text: str) -> bytes:
    """What a wallet signs for a text: EIP-191, version ``E``. Pure."""
    said = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(said)).encode() + said)


def who_signed(text: str, signature: bytes) -> bytes | None:
    """The address whose key signed a text; None if none could have. Pure."""
    try:
        return signer_of(digest_of(text), signature)
    except SignatureInvalid:
        return None


def signature_read(text: str) -> bytes:
    """A signature as a wallet shows it, 0x…. Pure.

    Raises:
        SignatureInvalid: it is none.
    """
    try:
        signature = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError as error:
        raise SignatureInvalid("no hexadecimal digits") from error
    if not 0 < len(signature) <= MAX_SIGNATURE:
        raise SignatureInvalid("none, or too long")
    return signature


def erc1271_call(text: str, signature: bytes) -> bytes:
    """The question to a contract wallet: the hash is that of EIP-191. Pure."""
    return IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest_of(text), signature])


def contract_signed(*, wallet: bytes, chain_id: int, text: str, signature: bytes) -> bool:
    """Whether a contract at an address calls the signature of a text its own. Asks the network:
    never in a transaction."""
    call: dict[str, Any] = {"to": hex_of(wallet), "data": hex_of(erc1271_call(text, signature))}
    try:
        urls = configured_chain(chain_id).rpc_urls
    except UnknownChain:
        return False
    nodes = Nodes(chain_id=chain_id, urls=urls, timeout_seconds=NODE_SECONDS)
    try:
        (answer,) = nodes.ask(("eth_call", (call, "latest")))
    except NodeFault:
        return False  # one without code answers nothing, one that reverts says no
    finally:
        nodes.close()
    said = str(answer).removeprefix("0x")
    return len(said) == 64 and said == IS_VALID_SIGNATURE.hex().ljust(64, "0")
