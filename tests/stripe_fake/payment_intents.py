"""Card payments: authorised, captured or let go, with their charges and what the bank settles."""

from typing import Any

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, checked_amount, listed

FEE_FIXED, FEE_PER_MILLE = 25, 15
"""What a card costs here: 0.25 and 1.5 %, as one of Stripe's price lists has it for Europe."""
_INTENT = (
    *("amount_details", "application", "application_fee_amount", "automatic_payment_methods"),
    *("canceled_at", "cancellation_reason", "customer", "customer_account", "description"),
    *("excluded_payment_method_types", "last_payment_error", "latest_charge", "managed_payments"),
    *("next_action", "on_behalf_of", "payment_method", "payment_method_configuration_details"),
    *("processing", "receipt_email", "review", "setup_future_usage", "shipping", "source"),
    *("statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group"),
)
_CHARGE = (
    *("application", "application_fee", "application_fee_amount", "balance_transaction"),
    *("billing_details", "calculated_statement_descriptor", "customer", "description"),
    *("failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of"),
    *("outcome", "payment_method", "payment_method_details", "receipt_email", "receipt_number"),
    *("receipt_url", "refunds", "review", "shipping", "source", "source_transfer"),
    *("statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group"),
)
_NEW = (
    *("amount", "currency", "capture_method", "payment_method_types", "metadata"),
    *("on_behalf_of", "transfer_group", "description"),
)


def create(state: State, request: Request) -> Json:
    request.only(*_NEW)
    return made(
        state,
        amount=checked_amount(request),
        currency=request.text("currency").lower(),
        told=request.params,
    )


def made(state: State, *, amount: int, currency: str, told: dict[str, Any]) -> Json:
    """A new one; checkout makes them too."""
    account = told.get("on_behalf_of")
    if account is not None:
        owner = state.get("account", str(account))
        if owner["capabilities"].get("card_payments") != "active":
            raise Refused(
                "Your account needs the card_payments capability enabled.",
                code="account_capability_missing",
            )
    id = state.new_id("pi")
    types = told.get("payment_method_types") or {"0": "card"}
    intent = dict.fromkeys(_INTENT) | {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {},
        "amount_received": 0,
        "capture_method": told.get("capture_method", "automatic"),
        "client_secret": f"{id}_secret_fake",
        "confirmation_method": "automatic",
        "created": state.clock(),
        "currency": currency,
        "livemode": state.livemode,
        "metadata": dict(told.get("metadata") or {}),
        "on_behalf_of": account,
        "payment_method_options": {},
        "payment_method_types": list(types.values()) if isinstance(types, dict) else list(types),
        "status": "requires_payment_method",
        "transfer_group": told.get("transfer_group"),
    }
    state.keep("payment_intent", intent)
    state.say("payment_intent.created", intent)
    return intent


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("payment_intent", id)


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("payment_intent"))


def capture(state: State, request: Request, id: str) -> Json:
    request.only("amount_to_capture", "metadata")
    intent = state.get("payment_intent", id)
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "captured")
    charge = state.get("charge", intent["latest_charge"])
    charge["captured"], charge["amount_captured"] = True, charge["amount"]
    charge["balance_transaction"] = _pending(state, charge)["id"]
    intent["status"] = "succeeded"
    intent["amount_received"], intent["amount_capturable"] = intent["amount"], 0
    state.say("charge.captured", charge)
    state.say("payment_intent.succeeded", intent)
    return intent


def cancel(state: State, request: Request, id: str) -> Json:
    request.only("cancellation_reason")
    intent = state.get("payment_intent", id)
    if intent["status"] in ("succeeded", "canceled"):
        raise _unexpected(intent, "canceled")
    intent["cancellation_reason"] = request.params.get("cancellation_reason")
    return lapses(state, id)


def charge(state: State, request: Request, id: str) -> Json:
    return state.get("charge", id)


ROUTES = (
    ("POST", r"/v1/payment_intents", create),
    ("GET", r"/v1/payment_intents", all_of),
    ("GET", r"/v1/payment_intents/(pi_\w+)", retrieve),
    ("POST", r"/v1/payment_intents/(pi_\w+)/capture", capture),
    ("POST", r"/v1/payment_intents/(pi_\w+)/cancel", cancel),
    ("GET", r"/v1/charges/(ch_\w+)", charge),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def authorised(state: State, id: str, *, country: str = "DE") -> Json:
    """The card's bank says yes; with manual capture nothing is charged yet."""
    with state.lock:
        intent = state.objects["payment_intent"][id]
        kind = intent["payment_method_types"][0]
        charge = dict.fromkeys(_CHARGE) | {
            "id": state.new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "created": state.clock(),
            "currency": intent["currency"],
            "disputed": False,
            "fraud_details": {},
            "livemode": state.livemode,
            "metadata": intent["metadata"],
            "on_behalf_of": intent["on_behalf_of"],
            "paid": True,
            "payment_intent": id,
            "payment_method_details": {"type": kind, kind: {"country": country}},
            "refunded": False,
            "status": "succeeded",
        }
        state.keep("charge", charge)
        intent["latest_charge"], intent["status"] = charge["id"], "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        state.say("payment_intent.amount_capturable_updated", intent)
        return intent


def declined(state: State, id: str) -> Json:
    with state.lock:
        intent = state.objects["payment_intent"][id]
        intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
        state.say("payment_intent.payment_failed", intent)
        return intent


def lapses(state: State, id: str) -> Json:
    """Nobody captured it in time, or it was called off."""
    with state.lock:
        intent = state.objects["payment_intent"][id]
        intent["status"], intent["canceled_at"] = "canceled", state.clock()
        intent["amount_capturable"] = 0
        state.say("payment_intent.canceled", intent)
        return intent


def settles(state: State, id: str) -> Json:
    """What the card paid becomes available in the platform's balance."""
    with state.lock:
        intent = state.objects["payment_intent"][id]
        charge = state.objects["charge"][intent["latest_charge"]]
        found = state.objects["balance_transaction"][charge["balance_transaction"]]
        if found["status"] == "pending":
            found["status"] = "available"
            state.money["", found["currency"]] += found["net"]
        return found


def _pending(state: State, charge: Json) -> Json:
    fee = FEE_FIXED + charge["amount"] * FEE_PER_MILLE // 1000
    booked = state.book("", charge["currency"], 0, type="charge", source=charge["id"])
    booked.update(amount=charge["amount"], fee=fee, net=charge["amount"] - fee, status="pending")
    return booked


def _unexpected(intent: Json, wanted: str) -> Refused:
    return Refused(
        f"This PaymentIntent could not be {wanted} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
