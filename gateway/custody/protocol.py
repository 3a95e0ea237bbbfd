"""What goes over the signer's socket: one msgpack message each way, behind its length.

The unsigned transaction travels as the very bytes that are hashed and signed, so there is
nothing about it that the two sides could read differently.
"""

import socket
import struct

import msgspec

MAX_MESSAGE_BYTES = 256 * 1024
_LENGTH = struct.Struct(">I")


class ConnectionBroken(ConnectionError):
    """The other side went away in the middle of a message, or sent one that is too long."""


class SignRequest(msgspec.Struct, frozen=True, tag="sign", kw_only=True):
    """Sign ``payload``: the type byte and RLP of an unsigned type-2 transaction."""

    request_id: str
    account: bytes
    purpose: str
    payload: bytes


class AccountsRequest(msgspec.Struct, frozen=True, tag="accounts"):
    """Which accounts are there?"""


class SignedReply(msgspec.Struct, frozen=True, tag="signed"):
    raw: bytes
    hash: bytes


class AccountView(msgspec.Struct, frozen=True):
    address: bytes
    label: str
    demo: bool


class AccountsReply(msgspec.Struct, frozen=True, tag="accounts"):
    accounts: tuple[AccountView, ...]


class RefusedReply(msgspec.Struct, frozen=True, tag="refused"):
    """The policy says no. Asking again helps where a limit was reached, and only there."""

    reason: str
    message: str


class FailedReply(msgspec.Struct, frozen=True, tag="failed"):
    """The signer could not do it now (its disk, a bug): asking again may help."""

    message: str


Request = SignRequest | AccountsRequest
Reply = SignedReply | AccountsReply | RefusedReply | FailedReply


def send(connection: socket.socket, message: Request | Reply) -> None:
    body = msgspec.msgpack.encode(message)
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> bytes | None:
    """One message's bytes, or None if the other side has closed between messages."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_MESSAGE_BYTES:
        raise ConnectionBroken("the message is too long")
    body = _exactly(connection, length)
    if body is None:
        raise ConnectionBroken("the message has no body")
    return body


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    received = bytearray()
    while len(received) < count:
        part = connection.recv(count - len(received))
        if not part:
            if received:
                raise ConnectionBroken("the connection closed in the middle of a message")
            return None
        received += part
    return bytes(received)
