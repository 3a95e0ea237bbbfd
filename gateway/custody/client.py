"""How other rooms get a signature: over the signer's socket, never with a key of their own."""

import socket
import threading
from types import TracebackType

import msgspec
from django.conf import settings

from gateway.custody import protocol
from gateway.custody.errors import PolicyRefused, SignerDown
from gateway.custody.transactions import (
    NotATransaction,
    SignedTransaction,
    UnsignedTransaction,
    parse_signed,
)

SIGN_TIMEOUT_SECONDS = 5.0
_REPLIES: msgspec.msgpack.Decoder[protocol.Reply] = msgspec.msgpack.Decoder(protocol.Reply)


class SignerClient:
    """A connection to the signer, made when first needed and again when it broke."""

    def __init__(
        self, path: str | None = None, *, timeout_seconds: float = SIGN_TIMEOUT_SECONDS
    ) -> None:
        self._path = path or settings.SIGNER_SOCKET
        self._timeout_seconds = timeout_seconds
        self._connection: socket.socket | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> "SignerClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def sign(
        self,
        *,
        request_id: str,
        account: bytes,
        purpose: str,
        transaction: UnsignedTransaction,
    ) -> SignedTransaction:
        """The signed transaction. Asking again under the same id gives the same bytes.

        Raises:
            PolicyRefused: the signer won't; ``reason`` says why.
            SignerDown: no answer, or not to what was asked.
        """
        reply = self._ask(
            protocol.SignRequest(
                request_id=request_id,
                account=account,
                purpose=purpose,
                payload=transaction.payload(),
            )
        )
        if not isinstance(reply, protocol.SignedReply):
            raise SignerDown("The signer answered something else.")
        try:
            answered = parse_signed(reply.raw)
        except NotATransaction as error:
            raise SignerDown("The signer's answer is no transaction.") from error
        if answered != (transaction, account):
            raise SignerDown("The signer signed something else than it was asked to.")
        return SignedTransaction(raw=reply.raw, hash=reply.hash)

    def accounts(self) -> tuple[protocol.AccountView, ...]:
        """The accounts that the signer has keys for."""
        reply = self._ask(protocol.AccountsRequest())
        if not isinstance(reply, protocol.AccountsReply):
            raise SignerDown("The signer answered something else.")
        return reply.accounts

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, request: protocol.Request) -> protocol.Reply:
        with self._turn:
            # A signer that was restarted leaves a dead connection; the request id makes it safe
            # to ask once more on a new one.
            reply = self._try(request) if self._connection is not None else None
            reply = reply or self._try(request)
        if reply is None:
            raise SignerDown
        if isinstance(reply, protocol.RefusedReply):
            raise PolicyRefused(reply.reason, reply.message)
        if isinstance(reply, protocol.FailedReply):
            raise SignerDown(reply.message)
        return reply

    def _try(self, request: protocol.Request) -> protocol.Reply | None:
        try:
            connection = self._connected()
            protocol.send(connection, request)
            body = protocol.receive(connection)
            if body is None:
                self.close()
                return None
            return _REPLIES.decode(body)
        except (OSError, msgspec.MsgspecError):
            self.close()
            return None

    def _connected(self) -> socket.socket:
        if self._connection is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(self._timeout_seconds)
            try:
                connection.connect(self._path)
            except OSError:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def sign(
    *,
    request_id: str,
    account: bytes,
    purpose: str,
    transaction: UnsignedTransaction,
    timeout_seconds: float = SIGN_TIMEOUT_SECONDS,
) -> SignedTransaction:
    """One signature over a connection of its own; see ``SignerClient.sign``."""
    with SignerClient(timeout_seconds=timeout_seconds) as client:
        return client.sign(
            request_id=request_id, account=account, purpose=purpose, transaction=transaction
        )
