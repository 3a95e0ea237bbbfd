"""Buying a token with a card at Stripe, sent to an invoice's own address.

``POST /v1/crypto/onramp_sessions`` (https://docs.stripe.com/api/crypto/onramp_sessions), for which
Stripe's program has no method. A public preview: Stripe lets a platform use it on request.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.errors import RampDown
from gateway.ramps.stripe import ROW, answer_of

PATH: Final = "/v1/crypto/onramp_sessions"
_ADDRESS_OF: Final = {"base": "base_network"}
"""Where an address is named otherwise than its network."""


@dataclass(frozen=True, slots=True)
class OnrampAsk:
    """A purchase that is to arrive at ``address``.

    Attributes:
        currency, network: the token, by Stripe's names.
        amount: decimal text of the token; on Stripe's page the shopper may change it.
    """

    id: UUID
    key: str
    address: str
    currency: str
    network: str
    amount: str


class StripeOnramp:
    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def onramp_page(self, ask: OnrampAsk) -> tuple[str, str]:
        """Stripe's name of the session, and its page. The same key is the same session.

        Raises:
            RampRefused: it makes none.
            RampDown: no usable answer came.
        """
        wanted: dict[str, Any] = {
            "wallet_addresses": {_ADDRESS_OF.get(ask.network, ask.network): ask.address},
            "lock_wallet_address": True,
            "destination_currency": ask.currency,
            "destination_currencies": [ask.currency],
            "destination_network": ask.network,
            "destination_networks": [ask.network],
            "destination_amount": ask.amount,
            "metadata": {ROW: str(ask.id)},
            "idempotency_key": ask.key,
        }
        told = answer_of(lambda: self._client.raw_request("post", PATH, **wanted)).data
        if not isinstance(told, dict) or not told.get("redirect_url"):
            raise RampDown("Stripe made no page for this.")
        return str(told["id"]), str(told["redirect_url"])
