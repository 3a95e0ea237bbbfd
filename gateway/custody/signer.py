"""The only process with keys: it decodes what it signs and keeps its own account of it."""

import ctypes
import os
import resource
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from gateway.custody import protocol
from gateway.custody.addresses import address_text
from gateway.custody.errors import CustodyError, PolicyInvalid, PolicyRefused
from gateway.custody.journal import Granted, Journal
from gateway.custody.keystore import Key
from gateway.custody.newcomer_bounds import NOTE_PREFIX
from gateway.custody.policy import check_limits, judge, totals
from gateway.custody.policy_terms import Policy
from gateway.custody.transactions import (
    NotATransaction,
    SignedTransaction,
    UnsignedTransaction,
    parse_payload,
    sign,
)
from gateway.events.points import point

log = structlog.get_logger(__name__)

IDLE_SECONDS = 300
MAX_REQUEST_ID_LENGTH = 100


class Signer:
    """Judges, writes down, signs: in this order, one request at a time."""

    def __init__(
        self,
        *,
        keys: Mapping[bytes, Key],
        policy: Policy | Callable[[datetime], Policy],
        journal: Journal,
        clock: Callable[[], datetime],
    ) -> None:
        """``policy`` may be asked for at each request: the one in force changes as time passes."""
        self._keys = keys
        self._policy_at = policy if callable(policy) else lambda _now: policy
        self._journal = journal
        self._clock = clock
        self._turn = threading.Lock()

    def answer(self, body: bytes) -> protocol.Reply:
        """The reply to one message. No error leaves here, and no secret."""
        try:
            request = msgspec.msgpack.decode(body, type=protocol.Request)
        except msgspec.MsgspecError:
            return protocol.RefusedReply("request_invalid", "The request can't be read.")
        if isinstance(request, protocol.AccountsRequest):
            return protocol.AccountsReply(
                tuple(
                    protocol.AccountView(key.address, key.label, key.demo)
                    for key in self._keys.values()
                )
            )
        try:
            signed = self.sign(request)
        except PolicyRefused as refusal:
            log.warning(
                "signing_refused",
                reason=refusal.reason,
                message=refusal.message,
                request_id=request.request_id[:MAX_REQUEST_ID_LENGTH],
                purpose=request.purpose[:40],
                account=request.account.hex(),
            )
            return protocol.RefusedReply(refusal.reason, refusal.message)
        except (CustodyError, OSError) as error:
            log.exception("signing_failed", request_id=request.request_id)
            return protocol.FailedReply(f"The signer failed: {type(error).__name__}.")
        return protocol.SignedReply(signed.raw, signed.hash)

    def sign(self, request: protocol.SignRequest) -> SignedTransaction:
        """The signed transaction; the same request always gets the same bytes.

        Raises:
            PolicyRefused: the policy or a limit says no.
        """
        if not 0 < len(
            request.request_id
        ) <= MAX_REQUEST_ID_LENGTH or request.request_id.startswith(NOTE_PREFIX):
            raise PolicyRefused("request_invalid", "A request needs an id of up to 100 characters.")
        try:
            transaction = parse_payload(request.payload)
        except NotATransaction as error:
            raise PolicyRefused(
                "payload_invalid", f"The transaction can't be read: {error}."
            ) from None
        key = self._keys.get(request.account)
        if key is None:
            raise PolicyRefused("account_unknown", "There is no key for this account.")
        with self._turn:
            self._grant(request, transaction, key)
        point("signer.granted")
        return sign(transaction, key.private_key)

    def _grant(
        self, request: protocol.SignRequest, transaction: UnsignedTransaction, key: Key
    ) -> None:
        digest = transaction.digest()
        granted = self._journal.digest_of(request.request_id)
        if granted is not None:
            if granted != digest:
                raise PolicyRefused(
                    "request_conflict", "This request id was used for another transaction."
                )
            return
        now = self._clock()
        policy = self._policy_at(now)
        chain = policy.chains.get(transaction.chain_id)
        after_days = chain.newcomers.after_days if chain and chain.newcomers else 0
        grant = judge(
            policy=policy,
            transaction=transaction,
            account=key.address,
            purpose=request.purpose,
            key_is_demo=key.demo,
            now=now,
            is_known=lambda to: self._journal.is_known(
                chain_id=transaction.chain_id, to=to, after_days=after_days, now=now
            ),
        )
        # Asked for is enough: what a newcomer may not have yet waits until it is none any more.
        for to in grant.strangers:
            self._journal.note_destination(
                chain_id=transaction.chain_id, account=key.address, to=to, now=now
            )
        added = check_limits(
            grant,
            granted_for_nonce=self._journal.granted_for_nonce(
                chain_id=transaction.chain_id, account=key.address, nonce=transaction.nonce
            ),
            spent_today=self._journal.spent(now),
        )
        self._journal.write(
            Granted(
                request_id=request.request_id,
                digest=digest,
                chain_id=transaction.chain_id,
                account=key.address,
                nonce=transaction.nonce,
                purpose=request.purpose,
                units=totals(grant.spends),
                added=added,
            ),
            now=now,
        )
        log.info(
            "signing_granted",
            request_id=request.request_id,
            purpose=request.purpose,
            chain_id=transaction.chain_id,
            account=address_text(key.address),
            nonce=transaction.nonce,
            call=type(grant.call).__name__,
        )


def refuse_demo_keys_for_live(*, keys: Mapping[bytes, Key], policy: Policy) -> None:
    """Raise PolicyInvalid if a live chain names an account whose key is a demo key."""
    for chain in policy.chains.values():
        for account in chain.accounts if chain.live else ():
            key = keys.get(account)
            if key is not None and key.demo:
                raise PolicyInvalid(
                    f"{address_text(account)} has a demo key, and chain {chain.chain_id} is live.",
                    hint="Create a key of your own with `manage.py keystore_create`.",
                )


def harden_process() -> None:
    """No core dumps, and no reading of this process's memory or environment by its own user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    set_dumpable = 4  # PR_SET_DUMPABLE
    ctypes.CDLL(None).prctl(set_dumpable, 0, 0, 0, 0)


# --- the socket ------------------------------------------------------------------------------


class _Handler(socketserver.BaseRequestHandler):
    server: "SignerServer"

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(IDLE_SECONDS)
        peer = peer_uid(connection)
        if peer not in self.server.allowed_uids:
            log.warning("signer_peer_refused", uid=peer)
            return
        try:
            while (body := protocol.receive(connection)) is not None:
                protocol.send(connection, self.server.signer.answer(body))
        except OSError as error:
            log.info("signer_connection_closed", error=str(error))


class SignerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers on a Unix socket, and only to peers of the allowed users.

    Its mode is 0600. Where other users may connect, the kernel's word on who they are
    (SO_PEERCRED) is what keeps everybody else out.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, *, signer: Signer, allowed_uids: Collection[int]) -> None:
        self.signer = signer
        self.allowed_uids = frozenset(allowed_uids)
        self._path = path
        path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        remove_dead_socket(path)
        # The mask makes the socket private from its first moment on.
        mask = os.umask(0o177 if self.allowed_uids <= {os.geteuid()} else 0o111)
        try:
            super().__init__(str(path), _Handler)
        finally:
            os.umask(mask)

    def server_close(self) -> None:
        super().server_close()
        self._path.unlink(missing_ok=True)


def peer_uid(connection: socket.socket) -> int:
    """The user id of the process at the other end, as the kernel tells it."""
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return int(uid)


def remove_dead_socket(path: Path) -> None:
    """Take away what a killed signer left; refuse when one answers there.

    Raises:
        PolicyInvalid: another signer listens on this socket.
    """
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise PolicyInvalid(f"Another signer listens on {path}.", hint="Stop it first.")
