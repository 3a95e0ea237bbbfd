"""What is queued is started in its order: tried out, given the next nonce, signed and sent."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from gateway.chains import outgoing_services as services
from gateway.chains.fees import Fees, FeesTooHigh, fees_for
from gateway.chains.outgoing.attempts import reserved_wei, unsigned_attempt
from gateway.chains.outgoing.courier import Courier
from gateway.chains.outgoing.head import Account, Head
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing.trying import affordable_gas
from gateway.chains.outgoing_models import OutgoingAttempt, OutgoingTransaction
from gateway.chains.outgoing_nonces import next_nonce
from gateway.custody.errors import SignerDown
from gateway.events.points import point


class Starting:
    """Starts an account's queued transactions as far as there is room for them."""

    def __init__(self, means: Means, *, courier: Courier) -> None:
        self._means = means
        self._courier = courier

    def start_queued(self, account: Account, head: Head) -> None:
        """Sign and send what can be; the rest stays queued, with its reason."""
        in_flight = list(self._rows(account, "signed", "sent"))
        room = self._means.options.max_in_flight - len(in_flight)
        if room <= 0 or self._is_held(account):
            return
        fees = self._fees(head)
        if fees is None:
            return
        available = account.balance - sum(reserved_wei(outgoing) for outgoing in in_flight)
        try:
            self._start(self._queued(account, limit=2 * room), account, fees, available, room=room)
        except SignerDown:
            return

    def _start(
        self,
        queued: Iterable[OutgoingTransaction],
        account: Account,
        fees: Fees,
        available: int,
        *,
        room: int,
    ) -> None:
        for outgoing in queued:
            if room <= 0:
                return
            self._means.keep_lease()
            attempt = self._first_attempt(outgoing, account, fees, available=available)
            if attempt is not None:
                available -= outgoing.value + attempt.gas_limit * attempt.max_fee_per_gas
                room -= 1

    def _rows(self, account: Account, *states: str) -> QuerySet[OutgoingTransaction]:
        return OutgoingTransaction.objects.filter(
            chain=self._means.chain, account=account.address, status__in=states
        ).prefetch_related("attempts")

    def _queued(self, account: Account, *, limit: int) -> QuerySet[OutgoingTransaction]:
        return (
            self._rows(account, "queued")
            .filter(Q(not_before=None) | Q(not_before__lte=self._means.clock()))
            .order_by("id")[:limit]
        )

    def _fees(self, head: Head) -> Fees | None:
        try:
            fees = fees_for(base_fee=head.base_fee, tip=head.tip, caps=self._means.options.caps)
        except FeesTooHigh as reason:
            self._means.notices.say("fees", "sender_waits_for_fees", reason=str(reason))
            return None
        self._means.notices.over("fees")
        return fees

    def _is_held(self, account: Account) -> bool:
        """Whether the account's nonces were used behind our back.

        A database that was restored from a backup looks like this too, and what is queued in it
        may have been sent: a person has to look before anything gets a new nonce.
        """
        means, notice = self._means, f"held {account.address.hex()}"
        known = next_nonce(chain_id=means.chain.id, account=account.address)
        if known is None or account.count <= known:
            means.notices.over(notice)
            return False
        reason = (
            f"The chain has used nonces {known} to {account.count - 1} of the account, and we"
            " know nothing of them. See `manage.py nonces_accept`."
        )
        means.notices.say(
            notice, "sender_holds_account", account=account.address.hex(), reason=reason
        )
        services.queue_delayed(
            desk=means.desk, chain_id=means.chain.id, account=account.address, error=reason
        )
        return True

    def _first_attempt(
        self, outgoing: OutgoingTransaction, account: Account, fees: Fees, *, available: int
    ) -> OutgoingAttempt | None:
        """Sign and send a queued transaction; None if it has to wait or has failed.

        Raises:
            SignerDown: nothing else of this account can be signed either.
        """
        nonce = self._next_nonce(account)
        attempt = self._left_prepared(outgoing, nonce=nonce)
        if attempt is None:
            attempt = self._prepare(outgoing, fees, nonce=nonce, available=available)
        if attempt is None or not self._courier.sign_and_send(outgoing, attempt):
            return None
        return attempt

    def _next_nonce(self, account: Account) -> int:
        known = next_nonce(chain_id=self._means.chain.id, account=account.address)
        # An account's first nonce is the chain's word; from then on it is our own count.
        return account.count if known is None else known

    def _left_prepared(
        self, outgoing: OutgoingTransaction, *, nonce: int
    ) -> OutgoingAttempt | None:
        """What a sender before us prepared, unless its nonce went to another one."""
        prepared = unsigned_attempt(outgoing)
        if prepared is None or prepared.nonce == nonce:
            return prepared
        services.attempt_discard(desk=self._means.desk, attempt_id=prepared.id)
        return None

    def _prepare(
        self, outgoing: OutgoingTransaction, fees: Fees, *, nonce: int, available: int
    ) -> OutgoingAttempt | None:
        gas_limit = affordable_gas(self._means, outgoing, fees, available=available)
        if gas_limit is None:
            return None
        prepared = services.attempt_prepare(
            desk=self._means.desk,
            transaction_id=outgoing.id,
            kind="send",
            nonce=nonce,
            gas_limit=gas_limit,
            fees=fees,
            now=self._means.clock(),
        )
        self._means.reached("prepared")
        point("sender.prepared")
        return prepared
