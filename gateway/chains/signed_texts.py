"""Texts that a wallet signed: EIP-191 for a wallet with a key, ERC-1271 for a contract wallet, and
ERC-6492 for one that isn't deployed yet.

A key's signature says itself whose it is. A contract says of a signature whether it is its own, to
whoever asks it (``isValidSignature``), so its chain has to be asked; ``wallet_question`` does. Why
in this order: docs/decisions/0031-a-wallet-is-asked-before-its-key.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from eth_hash.auto import keccak

from gateway.chains.configuration import configured_chain
from gateway.chains.eip3009 import SignatureInvalid, signer_of
from gateway.chains.errors import NodeFault, UnknownChain, WalletUnasked
from gateway.chains.nodes import Nodes
from gateway.chains.wallet_question import WalletAnswer, read_answer, wallet_calls
from gateway.chains.wrapped_signatures import MAX_SIGNATURE, MAX_WRAPPED, is_wrapped, unwrap
from gateway.outside.rpc import Call

NODE_SECONDS: Final = 4.0
SignatureKind = Literal["eip191", "erc1271", "erc6492"]
SIGNATURE_KINDS: Final[tuple[SignatureKind, ...]] = ("eip191", "erc1271", "erc6492")


@dataclass(frozen=True, slots=True)
class Signed:
    """How a signature shows that it is a wallet's own.

    Attributes:
        kind: ``erc6492`` if the contract said so only after the call that came with the signature.
        chain_id: whose contract said so; None: a key, which holds on every chain.
    """

    kind: SignatureKind
    chain_id: int | None


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
        SignatureInvalid: it is none, or is wrapped otherwise than ERC-6492 has it.
    """
    told = text.strip().removeprefix("0x")
    if len(told) > 2 * MAX_WRAPPED:
        raise SignatureInvalid("too long")
    try:
        signature = bytes.fromhex(told)
    except ValueError as error:
        raise SignatureInvalid("no hexadecimal digits") from error
    if not signature or (len(signature) > MAX_SIGNATURE and not is_wrapped(signature)):
        raise SignatureInvalid("none, or too long")
    unwrap(signature)
    return signature


def how_signed(
    *, wallet: bytes, chain_ids: Iterable[int], text: str, signature: bytes
) -> Signed | None:
    """How a signature of a text shows itself as a wallet's own; None: it does not.

    Each chain is asked in turn, in ERC-6492's order: what is wrapped is a contract's and no key's;
    where code stands the contract is asked; where none does it may be the key's. The first chain
    that says yes is enough. Asks the network: never in a transaction.

    A key's own signature needs no answer where no chain can be asked: whoever has the key of an
    address holds what is there. An account that lent itself code (EIP-7702) keeps its key.

    Args:
        chain_ids: those without nodes of ours are passed over.

    Raises:
        SignatureInvalid: it is wrapped otherwise than ERC-6492 has it.
        WalletUnasked: a chain that could say yes gave no answer.
    """
    wrapped = unwrap(signature)
    is_keys = wrapped is None and who_signed(text, signature) == wallet
    calls = wallet_calls(
        wallet=wallet, digest=digest_of(text), signature=signature, wrapped=wrapped
    )
    answered = silent = 0
    for chain_id in chain_ids:
        try:
            answer = _asked(chain_id, calls)
        except UnknownChain:
            continue
        except NodeFault:
            silent += 1
            continue
        answered += 1
        kind = kind_shown(answer, is_keys=is_keys)
        if kind is not None:
            return Signed(kind, None if kind == "eip191" else chain_id)
    if is_keys and not answered:
        return Signed("eip191", None)
    if silent:
        raise WalletUnasked
    return None


def kind_shown(answer: WalletAnswer, *, is_keys: bool) -> SignatureKind | None:
    """What one chain's answer shows; None: nothing. Pure.

    Args:
        is_keys: the key of the wallet's own address made the signature.
    """
    if is_keys and answer.code != "contract":
        return "eip191"
    if answer.says == "no":
        return None
    return "erc1271" if answer.says == "yes" else "erc6492"


def _asked(chain_id: int, calls: tuple[Call, Call]) -> WalletAnswer:
    """What a chain's nodes find at the wallet's address: the first of them that can say.

    Raises:
        UnknownChain: the settings name no such chain.
        NodeFault: none of its nodes has a usable answer.
    """
    urls = configured_chain(chain_id).rpc_urls
    nodes = Nodes(chain_id=chain_id, urls=urls, timeout_seconds=NODE_SECONDS)
    try:
        for _ in range(nodes.count - 1):
            try:
                return _answer(nodes, calls)
            except NodeFault:
                continue  # the next question goes to the next node
        return _answer(nodes, calls)
    finally:
        nodes.close()


def _answer(nodes: Nodes, calls: tuple[Call, Call]) -> WalletAnswer:
    """Raises NodeFault."""
    code, said = nodes.ask(*calls)
    try:
        return read_answer(code, said)
    except NodeFault as fault:
        nodes.distrust(fault)
        raise
