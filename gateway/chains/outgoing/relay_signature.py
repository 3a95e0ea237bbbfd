"""The signature by which a relay knows who asks. Pure.

Flashbots' relay wants ``X-Flashbots-Signature: <address>:<signature>`` beside each request: the
signature, by EIP-191 (``personal_sign``), of the hex text of the keccak of the request's body
(docs.flashbots.net, "RPC endpoint", Authentication). The key stands for a reputation alone.
"""

from dataclasses import dataclass, field

from coincurve import PrivateKey
from eth_utils.crypto import keccak

from gateway.chains.addresses import checksum
from gateway.chains.rpc_words import hex_of
from gateway.custody.recovery import address_of

HEADER = "x-flashbots-signature"
KEY_BYTES = 32
ETHEREUM_V = 27
"""What is added to a signature's recovery bit."""


@dataclass(frozen=True, slots=True)
class RelayKey:
    """Whoever prints it sees its address alone."""

    address: bytes
    private_key: PrivateKey = field(repr=False)

    @classmethod
    def of_text(cls, text: str) -> "RelayKey":
        """The key that 64 hex digits are, with 0x or without.

        Raises:
            ValueError: they are no secp256k1 key. The text is not repeated.
        """
        try:
            secret = bytes.fromhex(text.removeprefix("0x"))
            if len(secret) != KEY_BYTES:
                raise ValueError
            private_key = PrivateKey(secret)
        except ValueError:
            raise ValueError("it is no secp256k1 private key") from None
        return cls(address_of(private_key.public_key), private_key)

    def header(self, body: bytes) -> str:
        """The header's value for a request of that body."""
        told = hex_of(keccak(body)).encode()
        digest = keccak(b"\x19Ethereum Signed Message:\n%d" % len(told) + told)
        signature = self.private_key.sign_recoverable(digest, hasher=None)
        ours = signature[:64] + bytes([signature[64] + ETHEREUM_V])
        return f"{checksum(self.address)}:{hex_of(ours)}"
