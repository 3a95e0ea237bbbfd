"""Cards through Stripe: a page of Stripe's (Checkout), a payment captured by hand, disputes.

Fields: https://docs.stripe.com/api (checkout/sessions, payment_intents, disputes). The card is
typed in at Stripe: no script of theirs runs on our pages, and no number of a card comes near us.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.card_terms import CardAsk, CardSettled, CardState, CardTold, DisputeTold
from gateway.ramps.stripe import PAGE, ROW, answer_of

_STATES: Final = {
    "requires_capture": CardState.AUTHORISED,
    "succeeded": CardState.CHARGED,
    "canceled": CardState.LAPSED,
}
"""By the status of the payment; any other: nobody has paid yet."""


class CardRamp(Protocol):
    """A ramp that charges cards. Each method asks it over the network: never in a transaction.

    All raise ``RampDown`` (unknown whether it was done) and ``RampRefused`` (it was not).
    """

    def card_page(self, ask: CardAsk) -> CardTold:
        """A page where a card may pay; the same key is the same page."""
        ...

    def card_progress(self, *, session: str, intent: str) -> CardTold:
        """How far it is. ``intent`` "" while we know of none."""
        ...

    def card_capture(self, *, intent: str, key: str) -> CardTold:
        """Charge what was authorised."""
        ...

    def card_let_go(self, *, intent: str, key: str) -> CardTold:
        """Let go of what was authorised: nothing is charged."""
        ...

    def card_page_close(self, *, session: str, key: str) -> CardTold:
        """Close a page that nobody has paid on."""
        ...


class StripeCards:
    """See ``CardRamp``."""

    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def card_page(self, ask: CardAsk) -> CardTold:
        marks = {ROW: str(ask.id)}
        wanted: Any = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "client_reference_id": str(ask.id),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": ask.amount.asset.code.lower(),
                        "unit_amount": ask.amount.units,
                        "product_data": {"name": ask.title},
                    },
                }
            ],
            "payment_intent_data": {
                "capture_method": "manual",
                "on_behalf_of": ask.account,
                "metadata": marks,
            },
            "metadata": marks,
            "success_url": ask.back,
            "cancel_url": ask.back,
            "expires_at": int(ask.ends_at.timestamp()),
        }
        made = answer_of(
            lambda: self._client.v1.checkout.sessions.create(
                wanted, options={"idempotency_key": ask.key}
            )
        )
        return CardTold(CardState.OPEN, session=made.id, url=made.url or "")

    def card_progress(self, *, session: str, intent: str) -> CardTold:
        is_over, url = False, ""
        if session:
            page = answer_of(lambda: self._client.v1.checkout.sessions.retrieve(session)).to_dict()
            intent = intent or str(page.get("payment_intent") or "")
            is_over, url = page["status"] == "expired", page.get("url") or ""
        if not intent:
            state = CardState.LAPSED if is_over else CardState.OPEN
            return CardTold(state, session=session, url=url)
        told = answer_of(lambda: self._client.v1.payment_intents.retrieve(intent)).to_dict()
        return self._told(told, session=session, url=url, page_is_over=is_over)

    def card_capture(self, *, intent: str, key: str) -> CardTold:
        told = answer_of(
            lambda: self._client.v1.payment_intents.capture(
                intent, options={"idempotency_key": key}
            )
        )
        return self._told(told.to_dict())

    def card_let_go(self, *, intent: str, key: str) -> CardTold:
        told = answer_of(
            lambda: self._client.v1.payment_intents.cancel(intent, options={"idempotency_key": key})
        )
        return self._told(told.to_dict())

    def card_page_close(self, *, session: str, key: str) -> CardTold:
        answer_of(
            lambda: self._client.v1.checkout.sessions.expire(
                session, options={"idempotency_key": key}
            )
        )
        return CardTold(CardState.LAPSED, session=session)

    # --- parts -----------------------------------------------------------------------------------

    def _told(
        self,
        intent: Mapping[str, Any],
        *,
        session: str = "",
        url: str = "",
        page_is_over: bool = False,
    ) -> CardTold:
        state = _STATES.get(intent["status"], CardState.OPEN)
        if state is CardState.OPEN and page_is_over:
            state = CardState.LAPSED
        is_charged = state is CardState.CHARGED
        return CardTold(
            state,
            session=session,
            intent=intent["id"],
            url=url,
            currency=str(intent["currency"]).upper(),
            units=int(intent["amount_received" if is_charged else "amount_capturable"]),
            settled=self._settled(str(intent["latest_charge"])) if is_charged else None,
            disputes=self._disputes(intent["id"]) if is_charged else (),
            country=self._country(intent) if state is CardState.AUTHORISED else "",
        )

    def _country(self, intent: Mapping[str, Any]) -> str:
        """Of who gave the card out: it decides whether it is charged at all."""
        charge = answer_of(lambda: self._client.v1.charges.retrieve(str(intent["latest_charge"])))
        details = charge.to_dict().get("payment_method_details") or {}
        card = details.get(str(details.get("type"))) or {}
        return str(card.get("country") or "")

    def _settled(self, charge: str) -> CardSettled | None:
        booked = answer_of(lambda: self._client.v1.charges.retrieve(charge)).balance_transaction
        if not booked:
            return None
        found = answer_of(lambda: self._client.v1.balance_transactions.retrieve(str(booked)))
        return CardSettled(
            reference=found.id,
            currency=found.currency.upper(),
            units=found.amount,
            fee_units=found.fee,
            has_come=found.status == "available",
        )

    def _disputes(self, intent: str) -> tuple[DisputeTold, ...]:
        wanted: Any = {"payment_intent": intent, "limit": PAGE}
        found = answer_of(
            lambda: [
                row.to_dict() for row in self._client.v1.disputes.list(wanted).auto_paging_iter()
            ]
        )
        return tuple(dispute_of(row) for row in found)


def dispute_of(row: Mapping[str, Any]) -> DisputeTold:
    """A dispute of Stripe's, by what its balance transactions did: they are the money."""
    booked: Iterable[Mapping[str, Any]] = row.get("balance_transactions") or ()
    took = [one for one in booked if one["amount"] < 0]
    gave = [one for one in booked if one["amount"] > 0]
    there = sum(int(one["amount"]) for one in gave if one["status"] == "available")
    return DisputeTold(
        remote_id=row["id"],
        outcome=row["status"] if row["status"] in ("won", "lost") else "",
        taken_units=-sum(int(one["amount"]) for one in took),
        fee_units=sum(int(one["fee"]) for one in took),
        returned_units=there,
        coming_units=sum(int(one["amount"]) for one in gave) - there,
    )
