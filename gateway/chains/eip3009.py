"""EIP-3009: a holder's signature moves their tokens; whoever sends it pays the gas. Pure.

``transferWithAuthorization`` may be called by anybody: whoever sends it first delivers the very
same transfer, to the very same receiver. Hashes as EIP-712 writes them, so that a wallet shows
what it signs.
"""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.chains.addresses import checksum
from gateway.custody.recovery import NoSigner, signer_address

WORD_BYTES = 32
SIGNATURE_BYTES = 65
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1."""

DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
TRANSFER_NAME = "TransferWithAuthorization"
TRANSFER_FIELDS = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)
TRANSFER_CALL = (
    "transferWithAuthorization"
    "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"
)
TRANSFER_SELECTOR = keccak(TRANSFER_CALL.encode())[:4]
_TRANSFER_TYPES = TRANSFER_CALL.partition("(")[2].rstrip(")").split(",")


def _type_hash(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    return keccak(f"{name}({','.join(f'{kind} {field}' for field, kind in fields)})".encode())


DOMAIN_TYPEHASH = _type_hash("EIP712Domain", DOMAIN_FIELDS)
TRANSFER_TYPEHASH = _type_hash(TRANSFER_NAME, TRANSFER_FIELDS)


class SignatureInvalid(ValueError):
    """It is not a signature of 65 bytes with a low s from which a key can be recovered."""


@dataclass(frozen=True, slots=True)
class TokenDomain:
    """The EIP-712 domain of a token: its name there, its version, chain and contract."""

    name: str
    version: str
    chain_id: int
    contract: bytes

    @property
    def separator(self) -> bytes:
        """What the token's ``DOMAIN_SEPARATOR()`` says if all four are right."""
        return keccak(
            encode(
                ["bytes32", "bytes32", "bytes32", "uint256", "address"],
                [
                    DOMAIN_TYPEHASH,
                    keccak(self.name.encode()),
                    keccak(self.version.encode()),
                    self.chain_id,
                    self.contract,
                ],
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAuthorization:
    """``units`` base units from ``payer`` to ``to``, mined after ``valid_after`` and before
    ``valid_before``, both in Unix seconds and both exclusive. A token takes a payer's nonce once.
    """

    payer: bytes
    to: bytes
    units: int
    valid_after: int
    valid_before: int
    nonce: bytes

    def digest(self, domain: TokenDomain) -> bytes:
        """The 32 bytes that the payer signs."""
        struct = keccak(
            encode(
                ["bytes32", *(kind for _, kind in TRANSFER_FIELDS)],
                [
                    TRANSFER_TYPEHASH,
                    self.payer,
                    self.to,
                    self.units,
                    self.valid_after,
                    self.valid_before,
                    self.nonce,
                ],
            )
        )
        return keccak(b"\x19\x01" + domain.separator + struct)

    def typed_data(self, domain: TokenDomain) -> dict[str, Any]:
        """What ``eth_signTypedData_v4`` takes. Numbers are decimal text: they pass 2^53."""
        return {
            "types": {
                "EIP712Domain": _listed(DOMAIN_FIELDS),
                TRANSFER_NAME: _listed(TRANSFER_FIELDS),
            },
            "primaryType": TRANSFER_NAME,
            "domain": {
                "name": domain.name,
                "version": domain.version,
                "chainId": domain.chain_id,
                "verifyingContract": checksum(domain.contract),
            },
            "message": {
                "from": checksum(self.payer),
                "to": checksum(self.to),
                "value": str(self.units),
                "validAfter": str(self.valid_after),
                "validBefore": str(self.valid_before),
                "nonce": "0x" + self.nonce.hex(),
            },
        }

    def call_data(self, signature: bytes) -> bytes:
        """The call that moves the tokens.

        Raises:
            SignatureInvalid: its shape is wrong.
        """
        r, s, parity = split_signature(signature)
        return TRANSFER_SELECTOR + encode(
            _TRANSFER_TYPES,
            [
                self.payer,
                self.to,
                self.units,
                self.valid_after,
                self.valid_before,
                self.nonce,
                27 + parity,
                r.to_bytes(WORD_BYTES, "big"),
                s.to_bytes(WORD_BYTES, "big"),
            ],
        )


def split_signature(signature: bytes) -> tuple[int, int, int]:
    """r, s and the parity of a signature r ‖ s ‖ v, where wallets write v as 27, 28, 0 or 1.

    Raises:
        SignatureInvalid: not 65 bytes, a number out of range, or the high s of the pair, which
            tokens refuse.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureInvalid("a signature has 65 bytes")
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:64], "big")
    if signature[64] not in (0, 1, 27, 28):
        raise SignatureInvalid("v is 27 or 28")
    if not (0 < r < N and 0 < s <= N // 2):
        raise SignatureInvalid("r or s is out of range")
    return r, s, signature[64] % 27


def signer_of(digest: bytes, signature: bytes) -> bytes:
    """The address whose key signed ``digest``.

    Raises:
        SignatureInvalid: none could have.
    """
    r, s, parity = split_signature(signature)
    r_and_s = r.to_bytes(WORD_BYTES, "big") + s.to_bytes(WORD_BYTES, "big")
    try:
        return signer_address(digest, r_and_s=r_and_s, parity=parity)
    except NoSigner as error:
        raise SignatureInvalid("no key could have signed this") from error


def _listed(fields: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]
