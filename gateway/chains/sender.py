"""The sender: signs what is queued, sends it until it is mined, and says how it went.

One sender acts per chain, by lease. Each step outside (node, signer) lies between two
transactions that write down what is about to be tried and what came of it, so that it may be
killed at any line:

1. an attempt row is written (fees, gas, the nonce it hopes for);
2. the signer signs it; the attempt's id is its request id, so asking again counts once;
3. one transaction stores the bytes, takes the nonce and moves queued → signed;
4. the bytes are broadcast, again and again until a receipt is there;
5. a stuck transaction gets further attempts with the same nonce and rising fees.

Before (3) nothing has left this process; after it the nonce belongs to the transaction for ever.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

import structlog
from django.db.models import Q

from gateway.chains import outgoing_services as services
from gateway.chains.counters import BROADCASTS, REFUSALS
from gateway.chains.errors import MalformedAnswer
from gateway.chains.fees import FeeCaps, Fees, FeesTooHigh, bumped, fees_for, suggested_tip
from gateway.chains.models import Chain, Token
from gateway.chains.outgoing_models import UNDER_WAY, OutgoingAttempt, OutgoingTransaction
from gateway.chains.receipts import (
    Receipt,
    is_known_already,
    is_revert,
    is_short_of_gas,
    parse_receipt,
    revert_reason,
)
from gateway.chains.sending_node import NODE_TROUBLE, SendingNode
from gateway.custody.errors import PolicyRefused, SignerDown
from gateway.custody.transactions import SignedTransaction, UnsignedTransaction
from gateway.events.leases import LeaseHandle
from gateway.outside.errors import NodeError
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

PLAIN_TRANSFER_GAS = 21_000
RECEIPTS_PER_QUESTION = 100
FEE_HISTORY_BLOCKS = 10


class Signing(Protocol):
    """What the sender needs of ``gateway.custody.client.SignerClient``."""

    def sign(
        self, *, request_id: str, account: bytes, purpose: str, transaction: UnsignedTransaction
    ) -> SignedTransaction: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOptions:
    """How a chain's sender behaves; seconds, and wei per gas inside ``caps``."""

    caps: FeeCaps = field(default_factory=FeeCaps)
    stuck_seconds: float = 60.0
    rebroadcast_seconds: float = 15.0
    limit_retry_seconds: float = 60.0
    max_in_flight: int = 16
    max_follow: int = 500
    gas_margin_percent: int = 20


@dataclass(slots=True)
class Account:
    """An account as the chain shows it at the head."""

    address: bytes
    count: int
    balance: int


@dataclass(slots=True)
class Head:
    number: int
    base_fee: int
    tip: int
    accounts: dict[bytes, Account]


class WouldRevert(Exception):
    """The call fails when it is run; nothing is sent."""


class Unaffordable(Exception):
    """The account has less wei than the transaction may cost."""

    def __init__(self, *, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


def _nothing(_point: str) -> None:
    """Tests stop the sender at named points; in service they are passed by."""


class Sender:
    """One chain's sender while it holds the lease. ``tick`` does what can be done now."""

    def __init__(
        self,
        *,
        chain: Chain,
        node: SendingNode,
        signer: Signing,
        lease: LeaseHandle,
        clock: Callable[[], datetime],
        options: SenderOptions | None = None,
        keep_lease: Callable[[], None] = lambda: None,
        reached: Callable[[str], None] = _nothing,
    ) -> None:
        self._chain = chain
        self._node = node
        self._signer = signer
        self._desk = services.Desk(lease=lease, mode=chain.mode)
        self._clock = clock
        self._options = options or SenderOptions()
        self._keep_lease = keep_lease
        self._reached = reached
        self._said: set[str] = set()
        self._native = (
            Token.objects.filter(chain=chain, kind="native").values_list("code", flat=True).first()
            or f"native@{chain.id}"
        )

    def tick(self) -> bool:
        """Do one round; whether there was anything to do. Trouble with a node ends the round.

        Raises:
            LeaseLost: another sender has taken over.
        """
        accounts = self._busy_accounts()
        if not accounts:
            return False
        try:
            head = self._look(accounts)
            for account in accounts:
                self._keep_lease()
                if self._restore_lost(head.accounts[account]):
                    continue
                self._follow(account, head)
                self._start_queued(head.accounts[account], head)
            self._said.discard("node")
        except (*NODE_TROUBLE, NodeError) as trouble:
            self._say_once("node", "sender_node_trouble", detail=str(trouble)[:300])
            self._node.turn_to_next()
        return True

    def _say_once(self, key: str, event: str, **details: Any) -> None:
        """What stays true from round to round is logged when it begins."""
        if key not in self._said:
            self._said.add(key)
            log.error(event, chain_id=self._chain.id, **details)

    # --- looking -----------------------------------------------------------------------------

    def _busy_accounts(self) -> list[bytes]:
        rows = (
            OutgoingTransaction.objects.filter(chain=self._chain, status__in=("queued", *UNDER_WAY))
            .order_by("account")
            .values_list("account", flat=True)
            .distinct()
        )
        return [bytes(account) for account in rows]

    def _look(self, accounts: Sequence[bytes]) -> Head:
        calls: list[Call] = [
            ("eth_getBlockByNumber", ("latest", False)),
            ("eth_feeHistory", (hex(FEE_HISTORY_BLOCKS), "latest", [50])),
        ]
        for account in accounts:
            calls.append(("eth_getTransactionCount", (_hex(account), "latest")))
            calls.append(("eth_getBalance", (_hex(account), "latest")))
        block, history, *told = self._node.ask(*calls)
        try:
            rewards = [int(row[0], 16) for row in history.get("reward") or [] if row]
            return Head(
                number=int(block["number"], 16),
                base_fee=int(block["baseFeePerGas"], 16),
                tip=suggested_tip(
                    [reward for reward in rewards if reward > 0], caps=self._options.caps
                ),
                accounts={
                    account: Account(
                        address=account,
                        count=int(told[2 * index], 16),
                        balance=int(told[2 * index + 1], 16),
                    )
                    for index, account in enumerate(accounts)
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MalformedAnswer(f"a head that can't be read: {error!r}") from error

    def _restore_lost(self, account: Account) -> bool:
        """Whether the node's chain lacks what we know to be final.

        Nothing new is signed on such a chain. It merely lags, or it was set back behind finality:
        for the second case the lost transactions' own bytes are sent again.
        """
        lost = list(
            OutgoingTransaction.objects.filter(
                chain=self._chain,
                account=account.address,
                nonce__gte=account.count,
                ended_at__isnull=False,
                mined_hash__isnull=False,
            )
            .prefetch_related("attempts")
            .order_by("nonce")[: self._options.max_in_flight]
        )
        if not lost:
            self._said.discard(f"lost {account.address.hex()}")
            return False
        self._say_once(
            f"lost {account.address.hex()}",
            "sender_chain_went_back",
            account=account.address.hex(),
            nonce_of_node=account.count,
            lost=[str(outgoing.id) for outgoing in lost],
        )
        for outgoing in lost:
            attempt = _attempt_to_repeat(outgoing)
            if attempt is not None and self._is_due(attempt):
                self._broadcast(outgoing, attempt)
        return True

    # --- following what has a nonce ----------------------------------------------------------

    def _follow(self, account: bytes, head: Head) -> None:
        under_way = list(
            OutgoingTransaction.objects.filter(
                chain=self._chain, account=account, status__in=UNDER_WAY
            )
            .prefetch_related("attempts")
            .order_by("nonce")[: self._options.max_follow]
        )
        receipts = self._receipts(
            attempt for outgoing in under_way for attempt in _signed_attempts(outgoing)
        )
        lost = self._lost_blocks(
            [
                outgoing
                for outgoing in under_way
                if outgoing.status == "mined" and not _receipt_of(outgoing, receipts)
            ],
            head,
        )
        for outgoing in under_way:
            receipt = _receipt_of(outgoing, receipts)
            if receipt is not None:
                self._mined(outgoing, receipt, head)
            elif outgoing.status == "mined":
                self._vanished(outgoing, is_lost=outgoing.id in lost)
            else:
                self._push(outgoing, head)

    def _receipts(self, attempts: Iterable[OutgoingAttempt]) -> dict[bytes, Receipt]:
        hashes = [bytes(attempt.tx_hash or b"") for attempt in attempts]
        receipts: dict[bytes, Receipt] = {}
        for start in range(0, len(hashes), RECEIPTS_PER_QUESTION):
            part = hashes[start : start + RECEIPTS_PER_QUESTION]
            answers = self._node.ask(
                *(("eth_getTransactionReceipt", (_hex(tx_hash),)) for tx_hash in part)
            )
            for tx_hash, answer in zip(part, answers, strict=True):
                receipt = parse_receipt(answer)
                if receipt is not None and receipt.tx_hash == tx_hash:
                    receipts[tx_hash] = receipt
        return receipts

    def _lost_blocks(self, mined: Sequence[OutgoingTransaction], head: Head) -> set[Any]:
        """Which of these transactions' blocks are certainly not part of the chain any more.

        A node that merely lags knows no receipt either; it has no other block in that place.
        """
        reached = [outgoing for outgoing in mined if (outgoing.block_number or 0) <= head.number]
        if not reached:
            return set()
        blocks = self._node.ask(
            *(("eth_getBlockByNumber", (hex(o.block_number or 0), False)) for o in reached)
        )
        return {
            outgoing.id
            for outgoing, block in zip(reached, blocks, strict=True)
            if block is not None and block.get("hash") != _hex(bytes(outgoing.block_hash or b""))
        }

    def _mined(self, outgoing: OutgoingTransaction, receipt: Receipt, head: Head) -> None:
        self._reached("receipt_seen")
        services.transaction_mined(
            desk=self._desk, transaction_id=outgoing.id, receipt=receipt, now=self._clock()
        )
        if head.number - receipt.block_number < self._chain.finality_blocks:
            return
        [block] = self._node.ask(
            ("eth_getBlockByNumber", (hex(receipt.block_number), False)),
        )
        if block is None or block.get("hash") != _hex(receipt.block_hash):
            return
        self._reached("final_seen")
        services.transaction_final(
            desk=self._desk, transaction_id=outgoing.id, receipt=receipt, now=self._clock()
        )

    def _vanished(self, outgoing: OutgoingTransaction, *, is_lost: bool) -> None:
        if is_lost:
            log.warning("transaction_orphaned", transaction_id=str(outgoing.id))
            services.transaction_orphaned(
                desk=self._desk, transaction_id=outgoing.id, now=self._clock()
            )
        attempt = _attempt_to_repeat(outgoing)
        if attempt is not None and (is_lost or self._is_due(attempt)):
            self._broadcast(outgoing, attempt)

    def _push(self, outgoing: OutgoingTransaction, head: Head) -> None:
        """Bring a signed transaction nearer to a block."""
        account = head.accounts[bytes(outgoing.account)]
        if account.count > (outgoing.nonce or 0):
            self._settle_taken_nonce(outgoing, head)
            return
        unsigned = _unsigned_attempt(outgoing)
        if unsigned is not None:
            if self._sign_and_send(outgoing, unsigned):
                return
        elif self._wants_another_attempt(outgoing, account) and self._replace(outgoing, head):
            return
        attempt = _attempt_to_repeat(outgoing)
        if attempt is not None and self._is_due(attempt):
            self._broadcast(outgoing, attempt)

    def _settle_taken_nonce(self, outgoing: OutgoingTransaction, head: Head) -> None:
        """The nonce is used and none of our attempts has a receipt: wait until that is final."""
        deep = head.number - self._chain.finality_blocks
        if deep < 0:
            return
        [count] = self._node.ask(
            ("eth_getTransactionCount", (_hex(bytes(outgoing.account)), hex(deep)))
        )
        # A receipt may have come between the two questions.
        if int(count, 16) > (outgoing.nonce or 0) and not self._receipts(
            _signed_attempts(outgoing)
        ):
            log.error("transaction_nonce_taken", transaction_id=str(outgoing.id))
            services.transaction_nonce_taken(
                desk=self._desk, transaction_id=outgoing.id, now=self._clock()
            )

    def _is_due(self, attempt: OutgoingAttempt) -> bool:
        return attempt.last_broadcast_at is None or self._passed(
            attempt.last_broadcast_at, self._options.rebroadcast_seconds
        )

    def _passed(self, since: datetime, seconds: float) -> bool:
        return self._clock() - since >= timedelta(seconds=seconds)

    def _wants_another_attempt(self, outgoing: OutgoingTransaction, account: Account) -> bool:
        attempts = list(outgoing.attempts.all())
        if outgoing.cancel_requested_at and not any(one.kind == "cancel" for one in attempts):
            return True
        # Only the next one in line can be stuck; those behind it merely wait.
        is_next = outgoing.nonce == account.count
        tried = max(attempt.created_at for attempt in attempts)
        return is_next and self._passed(
            max(tried, outgoing.sent_at or tried), self._options.stuck_seconds
        )

    def _replace(self, outgoing: OutgoingTransaction, head: Head) -> bool:
        """Another attempt with the same nonce and higher fees; False if that is too dear."""
        last = _newest(_signed_attempts(outgoing))
        if last is None:
            return False
        caps = self._options.caps
        try:
            fees = bumped(
                Fees(max_fee_per_gas=last.max_fee_per_gas, tip=last.max_priority_fee_per_gas),
                wanted=fees_for(base_fee=head.base_fee, tip=head.tip, caps=caps),
                caps=caps,
            )
        except FeesTooHigh as reason:
            log.warning("replacement_too_dear", transaction_id=str(outgoing.id), reason=str(reason))
            return False
        is_cancellation = outgoing.cancel_requested_at is not None
        attempt = services.attempt_prepare(
            desk=self._desk,
            transaction_id=outgoing.id,
            kind="cancel" if is_cancellation else "replace",
            nonce=outgoing.nonce or 0,
            gas_limit=self._cancel_gas(outgoing) if is_cancellation else last.gas_limit,
            fees=fees,
            now=self._clock(),
        )
        self._reached("replacement_prepared")
        if attempt is not None:
            self._sign_and_send(outgoing, attempt)
        return True

    def _cancel_gas(self, outgoing: OutgoingTransaction) -> int:
        account = _hex(bytes(outgoing.account))
        [gas] = self._node.ask(("eth_estimateGas", ({"from": account, "to": account},)))
        return self._with_margin(int(gas, 16))

    # --- starting what is queued -------------------------------------------------------------

    def _start_queued(self, account: Account, head: Head) -> None:
        under_way = list(
            OutgoingTransaction.objects.filter(
                chain=self._chain, account=account.address, status__in=("signed", "sent")
            ).prefetch_related("attempts")
        )
        room = self._options.max_in_flight - len(under_way)
        if room <= 0 or self._is_held(account):
            return
        try:
            fees = fees_for(base_fee=head.base_fee, tip=head.tip, caps=self._options.caps)
        except FeesTooHigh as reason:
            self._say_once("fees", "sender_waits_for_fees", reason=str(reason))
            return
        self._said.discard("fees")
        available = account.balance - sum(_reserved(outgoing) for outgoing in under_way)
        queued = (
            OutgoingTransaction.objects.filter(
                Q(not_before=None) | Q(not_before__lte=self._clock()),
                chain=self._chain,
                account=account.address,
                status="queued",
            )
            .prefetch_related("attempts")
            .order_by("id")[: 2 * room]
        )
        for outgoing in queued:
            if room <= 0:
                return
            self._keep_lease()
            try:
                attempt = self._first_attempt(outgoing, account, fees, available=available)
            except SignerDown:
                return
            if attempt is None:
                continue
            available -= outgoing.value + attempt.gas_limit * attempt.max_fee_per_gas
            room -= 1

    def _is_held(self, account: Account) -> bool:
        """Whether the account's nonces were used behind our back.

        A database that was restored from a backup looks like this too, and what is queued in it
        may have been sent: a person has to look before anything gets a new nonce.
        """
        known = services.next_nonce(chain_id=self._chain.id, account=account.address)
        if known is None or account.count <= known:
            self._said.discard(f"held {account.address.hex()}")
            return False
        reason = (
            f"The chain has used nonces {known} to {account.count - 1} of the account, and we"
            " know nothing of them. See `manage.py nonces_accept`."
        )
        self._say_once(
            f"held {account.address.hex()}",
            "sender_holds_account",
            account=account.address.hex(),
            reason=reason,
        )
        services.queue_delayed(
            desk=self._desk, chain_id=self._chain.id, account=account.address, error=reason
        )
        return True

    def _first_attempt(
        self, outgoing: OutgoingTransaction, account: Account, fees: Fees, *, available: int
    ) -> OutgoingAttempt | None:
        """Sign and send a queued transaction; None if it has to wait or has failed.

        Raises:
            SignerDown: nothing else of this account can be signed either.
        """
        known = services.next_nonce(chain_id=self._chain.id, account=account.address)
        # An account's first nonce is the chain's word; from then on it is our own count.
        nonce = account.count if known is None else known
        prepared = _unsigned_attempt(outgoing)
        if prepared is not None and prepared.nonce != nonce:
            services.attempt_discard(desk=self._desk, attempt_id=prepared.id)
            prepared = None
        if prepared is None:
            gas_limit = self._affordable_gas(outgoing, fees, available=available)
            if gas_limit is None:
                return None
            prepared = services.attempt_prepare(
                desk=self._desk,
                transaction_id=outgoing.id,
                kind="send",
                nonce=nonce,
                gas_limit=gas_limit,
                fees=fees,
                now=self._clock(),
            )
            self._reached("prepared")
        if prepared is None:
            return None
        return prepared if self._sign_and_send(outgoing, prepared, raise_down=True) else None

    def _affordable_gas(
        self, outgoing: OutgoingTransaction, fees: Fees, *, available: int
    ) -> int | None:
        """The gas limit, if the call works and can be paid; else what is known is written down."""
        try:
            least = outgoing.value + PLAIN_TRANSFER_GAS * fees.max_fee_per_gas
            if least > available:
                raise Unaffordable(needed=least)
            gas_limit = self._try_out(outgoing)
            needed = outgoing.value + gas_limit * fees.max_fee_per_gas
            if needed > available:
                raise Unaffordable(needed=needed)
            return gas_limit
        except WouldRevert as reason:
            services.transaction_unsendable(
                desk=self._desk,
                transaction_id=outgoing.id,
                code="would_revert",
                reason=str(reason),
                now=self._clock(),
            )
        except Unaffordable as lack:
            services.transaction_awaits_gas(
                desk=self._desk,
                transaction_id=outgoing.id,
                needed=lack.needed,
                available=max(available, 0),
                asset=self._native,
                now=self._clock(),
            )
        except NodeError as error:
            services.transaction_delayed(
                desk=self._desk, transaction_id=outgoing.id, error=str(error)[:300]
            )
        return None

    def _try_out(self, outgoing: OutgoingTransaction) -> int:
        """Run the call on top of what we have sent already; the gas limit for it.

        Raises:
            WouldRevert: with the contract's reason.
            Unaffordable: the node says that the account can't pay.
            NodeError: the node could not run it.
        """
        call = {
            "from": _hex(bytes(outgoing.account)),
            "to": _hex(bytes(outgoing.to)),
            "value": hex(outgoing.value),
            "data": _hex(bytes(outgoing.data)),
        }
        try:
            if outgoing.gas_limit is not None:
                call["gas"] = hex(outgoing.gas_limit)
                self._node.ask(("eth_call", (call, "pending")))
                return outgoing.gas_limit
            [gas] = self._node.ask(("eth_estimateGas", (call, "pending")))
            return self._with_margin(int(gas, 16))
        except NodeError as error:
            if is_short_of_gas(error):
                raise Unaffordable(needed=outgoing.value) from error
            if is_revert(error):
                raise WouldRevert(revert_reason(error)) from error
            raise

    def _with_margin(self, gas: int) -> int:
        if gas == PLAIN_TRANSFER_GAS:
            return gas
        return gas * (100 + self._options.gas_margin_percent) // 100

    # --- one attempt -------------------------------------------------------------------------

    def _sign_and_send(
        self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt, *, raise_down: bool = False
    ) -> bool:
        """Take a prepared attempt through signer and node; whether it is on its way."""
        is_cancellation = attempt.kind == "cancel"
        try:
            signed = self._signer.sign(
                request_id=str(attempt.id),
                account=bytes(outgoing.account),
                purpose="cancel" if is_cancellation else outgoing.purpose,
                transaction=self._unsigned(outgoing, attempt),
            )
        except PolicyRefused as refusal:
            self._refused(outgoing, attempt, refusal)
            return False
        except SignerDown as down:
            self._say_once("signer", "sender_waits_for_signer", detail=str(down))
            if raise_down:
                raise
            return False
        self._said.discard("signer")
        self._reached("signed")
        is_stored = services.attempt_store_signature(
            desk=self._desk,
            attempt_id=attempt.id,
            raw=signed.raw,
            tx_hash=signed.hash,
            now=self._clock(),
        )
        self._reached("stored")
        if is_stored:
            BROADCASTS.labels(str(self._chain.id), attempt.kind).inc()
            attempt.raw, attempt.tx_hash = signed.raw, signed.hash
            self._broadcast(outgoing, attempt)
        return is_stored

    def _refused(
        self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt, refusal: PolicyRefused
    ) -> None:
        log.warning("transaction_refused", transaction_id=str(outgoing.id), reason=refusal.reason)
        REFUSALS.labels(str(self._chain.id), refusal.reason).inc()
        now = self._clock()
        if not refusal.is_limit:
            services.attempt_refused(
                desk=self._desk,
                attempt_id=attempt.id,
                reason=refusal.reason,
                message=refusal.message,
                now=now,
            )
            return
        services.attempt_over_limit(
            desk=self._desk,
            attempt_id=attempt.id,
            reason=refusal.reason,
            message=refusal.message,
            not_before=limit_retry_at(now, seconds=self._options.limit_retry_seconds),
            now=now,
        )

    def _unsigned(
        self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt
    ) -> UnsignedTransaction:
        is_cancellation = attempt.kind == "cancel"
        return UnsignedTransaction(
            chain_id=self._chain.id,
            nonce=attempt.nonce,
            to=bytes(outgoing.account if is_cancellation else outgoing.to),
            value=0 if is_cancellation else outgoing.value,
            data=b"" if is_cancellation else bytes(outgoing.data),
            gas_limit=attempt.gas_limit,
            max_fee_per_gas=attempt.max_fee_per_gas,
            max_priority_fee_per_gas=attempt.max_priority_fee_per_gas,
        )

    def _broadcast(self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> None:
        """Give stored bytes to the node; to do so again is harmless."""
        assert attempt.raw is not None
        failure = ""
        try:
            self._node.ask(("eth_sendRawTransaction", (_hex(bytes(attempt.raw)),)))
        except NodeError as error:
            if not is_known_already(error):
                failure = error.rpc_message[:300] or "refused"
                log.warning("broadcast_refused", transaction_id=str(outgoing.id), detail=failure)
            if is_short_of_gas(error):
                services.transaction_awaits_gas(
                    desk=self._desk,
                    transaction_id=outgoing.id,
                    needed=outgoing.value + attempt.gas_limit * attempt.max_fee_per_gas,
                    available=0,
                    asset=self._native,
                    now=self._clock(),
                )
        self._reached("broadcast")
        services.attempt_was_broadcast(
            desk=self._desk, attempt_id=attempt.id, error=failure, now=self._clock()
        )
        self._reached("broadcast_recorded")


def limit_retry_at(now: datetime, *, seconds: float) -> datetime:
    """When the signer is asked again: soon, since a policy may be raised at any time, and with
    the new UTC day at the latest, all at once, so that the oldest comes first."""
    today = now.astimezone(UTC).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time.min, tzinfo=UTC)
    return min(now + timedelta(seconds=seconds), tomorrow)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _signed_attempts(outgoing: OutgoingTransaction) -> list[OutgoingAttempt]:
    return [attempt for attempt in outgoing.attempts.all() if attempt.raw is not None]


def _unsigned_attempt(outgoing: OutgoingTransaction) -> OutgoingAttempt | None:
    """The attempt that was written down and not signed yet, if there is one."""
    for attempt in outgoing.attempts.all():
        if attempt.raw is None and not attempt.refusal:
            return attempt
    return None


def _attempt_to_repeat(outgoing: OutgoingTransaction) -> OutgoingAttempt | None:
    """The bytes to send again: those that a reorg dropped, else the newest ones."""
    signed = _signed_attempts(outgoing)
    for attempt in signed:
        if outgoing.mined_hash is not None and attempt.tx_hash == outgoing.mined_hash:
            return attempt
    return _newest(signed)


def _newest(attempts: Sequence[OutgoingAttempt]) -> OutgoingAttempt | None:
    return max(attempts, key=lambda attempt: attempt.number, default=None)


def _receipt_of(outgoing: OutgoingTransaction, receipts: dict[bytes, Receipt]) -> Receipt | None:
    for attempt in _signed_attempts(outgoing):
        receipt = receipts.get(bytes(attempt.tx_hash or b""))
        if receipt is not None:
            return receipt
    return None


def _reserved(outgoing: OutgoingTransaction) -> int:
    """Wei that a transaction under way may still take."""
    fees: int = max(
        (attempt.gas_limit * attempt.max_fee_per_gas for attempt in _signed_attempts(outgoing)),
        default=0,
    )
    return outgoing.value + fees
