"""A stuck transaction gets another attempt with its nonce and higher fees; a cancelled one, too."""

import structlog

from gateway.chains import outgoing_services as services
from gateway.chains.fees import Fees, FeesTooHigh, bumped, fees_for
from gateway.chains.outgoing.attempts import (
    last_tried_at,
    newest,
    signed_attempts,
    wants_cancelling,
)
from gateway.chains.outgoing.courier import Courier
from gateway.chains.outgoing.head import Account, Head
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing.trying import cancel_gas
from gateway.chains.outgoing_models import OutgoingAttempt, OutgoingTransaction
from gateway.custody.errors import SignerDown

log = structlog.get_logger(__name__)


class Replacing:
    """Replaces what does not get into a block, within the caps."""

    def __init__(self, means: Means, *, courier: Courier) -> None:
        self._means = means
        self._courier = courier

    def replace_if_stuck(self, outgoing: OutgoingTransaction, account: Account, head: Head) -> bool:
        """Another attempt, if it is time for one; False if there is none, or it is too dear."""
        if not (wants_cancelling(outgoing) or self._is_stuck(outgoing, account)):
            return False
        last = newest(signed_attempts(outgoing))
        if last is None:
            return False
        fees = self._raised(outgoing, last, head)
        if fees is None:
            return False
        self._replace(outgoing, last, fees)
        return True

    def _is_stuck(self, outgoing: OutgoingTransaction, account: Account) -> bool:
        # Only the next one in line can be stuck; those behind it merely wait.
        return outgoing.nonce == account.count and self._means.passed(
            last_tried_at(outgoing), self._means.options.stuck_seconds
        )

    def _raised(
        self, outgoing: OutgoingTransaction, last: OutgoingAttempt, head: Head
    ) -> Fees | None:
        caps = self._means.options.caps
        try:
            return bumped(
                Fees(max_fee_per_gas=last.max_fee_per_gas, tip=last.max_priority_fee_per_gas),
                wanted=fees_for(base_fee=head.base_fee, tip=head.tip, caps=caps),
                caps=caps,
            )
        except FeesTooHigh as reason:
            log.warning("replacement_too_dear", transaction_id=str(outgoing.id), reason=str(reason))
            return None

    def _replace(self, outgoing: OutgoingTransaction, last: OutgoingAttempt, fees: Fees) -> None:
        means = self._means
        is_cancellation = outgoing.cancel_requested_at is not None
        attempt = services.attempt_prepare(
            desk=means.desk,
            transaction_id=outgoing.id,
            kind="cancel" if is_cancellation else "replace",
            nonce=outgoing.nonce or 0,
            gas_limit=cancel_gas(means, outgoing) if is_cancellation else last.gas_limit,
            fees=fees,
            now=means.clock(),
        )
        means.reached("replacement_prepared")
        if attempt is None:
            return
        try:
            self._courier.sign_and_send(outgoing, attempt)
        except SignerDown:
            # It stays prepared, and is signed once the signer is back.
            return
