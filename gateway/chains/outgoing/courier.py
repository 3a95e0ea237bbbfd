"""One attempt's way: through the signer, into its row, to the node."""

from datetime import UTC, datetime, time, timedelta

import structlog

from gateway.chains import outgoing_services as services
from gateway.chains.outgoing.attempts import attempt_to_repeat
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing.relay import Relay
from gateway.chains.outgoing_models import OutgoingAttempt, OutgoingTransaction
from gateway.chains.receipts import is_known_already, is_short_of_gas
from gateway.chains.rpc_words import hex_of
from gateway.chains.sender_metrics import (
    BROADCASTS,
    ENDED,
    GIVEN_UP,
    LAST_OFFER,
    REFUSALS,
    RELAYED,
    UNREACHABLE,
)
from gateway.custody.errors import PolicyRefused, SignerDown
from gateway.custody.transactions import UnsignedTransaction
from gateway.events.errors import TillwayError
from gateway.events.points import point
from gateway.outside.errors import NodeError

log = structlog.get_logger(__name__)


class Courier:
    """Takes attempts to where they must go."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._relay_silent_at: datetime | None = None
        self._head = 0

    def look(self, head: int) -> None:
        """The chain is that high: blocks without a private transaction are counted by it."""
        self._head = head

    def sign_and_send(self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> bool:
        """Take a prepared attempt through signer and node; whether it is on its way.

        Raises:
            SignerDown: nothing can be signed now; the attempt stays prepared.
        """
        means = self._means
        try:
            signed = means.signer.sign(
                request_id=str(attempt.id),
                account=bytes(outgoing.account),
                purpose="cancel" if attempt.kind == "cancel" else outgoing.purpose,
                transaction=_unsigned(outgoing, attempt),
            )
        except PolicyRefused as refusal:
            self._take_refusal(outgoing, attempt, refusal)
            return False
        except SignerDown as down:
            UNREACHABLE.labels(str(means.chain.id)).inc()
            means.notices.say("signer", "sender_waits_for_signer", detail=str(down))
            raise
        means.notices.over("signer")
        means.reached("signed")
        point("sender.signed")
        is_stored = services.attempt_store_signature(
            desk=means.desk,
            attempt_id=attempt.id,
            raw=signed.raw,
            tx_hash=signed.hash,
            now=means.clock(),
        )
        means.reached("stored")
        point("sender.stored")
        if is_stored:
            BROADCASTS.labels(str(means.chain.id), attempt.kind).inc()
            LAST_OFFER.labels(str(means.chain.id)).set(attempt.max_fee_per_gas)
            attempt.raw, attempt.tx_hash = signed.raw, signed.hash
            self.broadcast(outgoing, attempt)
        return is_stored

    def repeat(self, outgoing: OutgoingTransaction, *, at_once: bool = False) -> None:
        """Give the bytes that count to the node again, if it is time for that."""
        attempt = attempt_to_repeat(outgoing)
        if attempt is not None and (at_once or self._means.is_due(attempt)):
            self.broadcast(outgoing, attempt)

    def broadcast(self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> None:
        """Give stored bytes to the node, or to the relay; to do so again is harmless."""
        means = self._means
        relay = self._relay_for(outgoing, attempt)
        if relay and self._is_relay_resting():
            return
        failure = (
            self._relayed(relay, outgoing, attempt) if relay else self._published(outgoing, attempt)
        )
        means.reached("broadcast")
        point("sender.sent")
        services.attempt_was_broadcast(
            desk=means.desk,
            attempt_id=attempt.id,
            is_private=relay is not None,
            error=failure,
            now=means.clock(),
        )
        means.reached("broadcast_recorded")
        point("sender.recorded")

    def _relay_for(self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> Relay | None:
        """The relay, if these bytes may not be shown to the public mempool (yet).

        Counted in blocks: one that was mined without it is a chance that the relay did not use,
        while a chain that stands still gives it none. The count begins with a stored block, so
        that whoever comes after a crash decides the same. To cancel shows nothing to trade
        against, and must get through where the relay does not.
        """
        relay = self._means.relay
        if relay is None or attempt.kind == "cancel" or not relay.takes(outgoing.purpose):
            return None
        if outgoing.private_since_block is None:
            services.private_counted_from(
                desk=self._means.desk, transaction_id=outgoing.id, block=self._head
            )
            outgoing.private_since_block = self._head
        last = relay.last_block(outgoing.purpose, since=outgoing.private_since_block)
        if last is None or self._head < last:
            return relay
        if attempt.published_at is None:
            log.warning("private_submission_given_up", transaction_id=str(outgoing.id))
            GIVEN_UP.labels(str(self._means.chain.id)).inc()
        return None

    def _is_relay_resting(self) -> bool:
        """One that did not answer is left alone for a while: others wait behind each question."""
        silent_at, seconds = self._relay_silent_at, self._means.options.rebroadcast_seconds
        return silent_at is not None and not self._means.passed(silent_at, seconds)

    def _relayed(
        self, relay: Relay, outgoing: OutgoingTransaction, attempt: OutgoingAttempt
    ) -> str:
        """Give the bytes to the relay; why it does not take them, or "". The round goes on."""
        means, chain = self._means, str(self._means.chain.id)
        means.keep_lease()
        try:
            relay.submit(
                bytes(attempt.raw or b""),
                tx_hash=bytes(attempt.tx_hash or b""),
                last_block=relay.last_block(
                    outgoing.purpose, since=outgoing.private_since_block or self._head
                ),
            )
        except NodeError as error:
            if is_known_already(error):
                return ""
            RELAYED.labels(chain, "refused").inc()
            return f"relay: {error.rpc_message[:280] or 'refused'}"
        except TillwayError as trouble:
            RELAYED.labels(chain, "silent").inc()
            self._relay_silent_at = means.clock()
            means.notices.say("relay", "private_relay_trouble", detail=str(trouble)[:300])
            return f"relay: {trouble}"[:300]
        RELAYED.labels(chain, "taken").inc()
        means.notices.over("relay")
        return ""

    def _published(self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> str:
        """Give the bytes to a node; why it does not take them, or ""."""
        means, failure = self._means, ""
        try:
            means.node.ask(("eth_sendRawTransaction", (hex_of(bytes(attempt.raw or b"")),)))
        except NodeError as error:
            if not is_known_already(error):
                failure = error.rpc_message[:300] or "refused"
                log.warning("broadcast_refused", transaction_id=str(outgoing.id), detail=failure)
            if is_short_of_gas(error):
                services.transaction_awaits_gas(
                    desk=means.desk,
                    transaction_id=outgoing.id,
                    needed=outgoing.value + attempt.gas_limit * attempt.max_fee_per_gas,
                    available=0,
                    asset=means.native,
                    now=means.clock(),
                )
        return failure

    def _take_refusal(
        self, outgoing: OutgoingTransaction, attempt: OutgoingAttempt, refusal: PolicyRefused
    ) -> None:
        means = self._means
        log.warning("transaction_refused", transaction_id=str(outgoing.id), reason=refusal.reason)
        REFUSALS.labels(str(means.chain.id), refusal.reason).inc()
        now = means.clock()
        if not refusal.is_limit:
            if services.attempt_refused(
                desk=means.desk,
                attempt_id=attempt.id,
                reason=refusal.reason,
                message=refusal.message,
                now=now,
            ):
                ENDED.labels(str(means.chain.id), "policy_refused").inc()
            return
        services.attempt_over_limit(
            desk=means.desk,
            attempt_id=attempt.id,
            reason=refusal.reason,
            message=refusal.message,
            not_before=limit_retry_at(now, seconds=means.options.limit_retry_seconds),
            now=now,
        )


def limit_retry_at(now: datetime, *, seconds: float) -> datetime:
    """When the signer is asked again: soon, since a policy may be raised at any time, and with
    the new UTC day at the latest, all at once, so that the oldest comes first."""
    today = now.astimezone(UTC).date()
    tomorrow = datetime.combine(today + timedelta(days=1), time.min, tzinfo=UTC)
    return min(now + timedelta(seconds=seconds), tomorrow)


def _unsigned(outgoing: OutgoingTransaction, attempt: OutgoingAttempt) -> UnsignedTransaction:
    is_cancellation = attempt.kind == "cancel"
    return UnsignedTransaction(
        chain_id=outgoing.chain_id,
        nonce=attempt.nonce,
        to=bytes(outgoing.account if is_cancellation else outgoing.to),
        value=0 if is_cancellation else outgoing.value,
        data=b"" if is_cancellation else bytes(outgoing.data),
        gas_limit=attempt.gas_limit,
        max_fee_per_gas=attempt.max_fee_per_gas,
        max_priority_fee_per_gas=attempt.max_priority_fee_per_gas,
    )
