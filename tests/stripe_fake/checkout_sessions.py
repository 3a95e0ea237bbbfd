"""Stripe's own page where a shopper types a card in."""

from tests.stripe_fake import payment_intents
from tests.stripe_fake.answers import Refused, missing
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import MAX_AMOUNT, Json, State, listed

LEAST_SECONDS, MOST_SECONDS = 30 * 60, 24 * 3600
_SESSION = (
    *("adaptive_pricing", "after_expiration", "allow_promotion_codes", "automatic_tax"),
    *("billing_address_collection", "client_secret", "collected_information", "consent"),
    *("consent_collection", "currency_conversion", "custom_fields", "custom_text", "customer"),
    *("customer_account", "customer_creation", "customer_details", "customer_email"),
    *("discounts", "integration_identifier", "invoice", "invoice_creation", "locale"),
    *("managed_payments", "origin_context", "payment_link", "payment_method_collection"),
    *("payment_method_configuration_details", "payment_method_options", "permissions"),
    *("phone_number_collection", "recovered_from", "saved_payment_method_options"),
    *("setup_intent", "shipping_address_collection", "shipping_cost", "shipping_options"),
    *("submit_type", "subscription", "total_details", "wallet_options"),
)
_NEW = (
    *("mode", "line_items", "payment_method_types", "payment_intent_data", "metadata"),
    *("client_reference_id", "success_url", "cancel_url", "expires_at", "locale"),
)


def create(state: State, request: Request) -> Json:
    request.only(*_NEW)
    if request.text("mode") != "payment":
        raise Refused("Invalid mode.", param="mode", kept=False)
    lines = list((request.params.get("line_items") or {}).values())
    if not lines:
        raise missing("line_items")
    priced = [line["price_data"] for line in lines]
    amount = sum(
        int(price["unit_amount"]) * int(line["quantity"])
        for price, line in zip(priced, lines, strict=True)
    )
    if not 0 < amount <= MAX_AMOUNT:
        raise Refused("The amount is out of range.", code="amount_too_large", kept=False)
    ends = int(request.params.get("expires_at", state.clock() + MOST_SECONDS))
    if not LEAST_SECONDS <= ends - state.clock() <= MOST_SECONDS:
        raise Refused(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            " creation and at most 24 hours.",
            param="expires_at",
            kept=False,
        )
    currency = str(priced[0]["currency"])
    told = dict(request.params.get("payment_intent_data") or {})
    id = state.new_id("cs_test")
    session = dict.fromkeys(_SESSION) | {
        "id": id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": request.params.get("cancel_url"),
        "client_reference_id": request.params.get("client_reference_id"),
        "created": state.clock(),
        "currency": currency,
        "expires_at": ends,
        "livemode": state.livemode,
        "metadata": request.metadata(),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "status": "open",
        "success_url": request.text("success_url"),
        "ui_mode": "hosted",
        "url": f"https://checkout.stripe.com/c/pay/{id}",
    }
    intent = payment_intents.made(state, amount=amount, currency=currency, told=told)
    state.objects["intent_of_session"][id] = intent
    return state.keep("checkout_session", session)


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("checkout_session", id)


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("checkout_session"), filters=("payment_intent",))


def expire(state: State, request: Request, id: str) -> Json:
    session = state.get("checkout_session", id)
    if session["status"] != "open":
        raise Refused("Only Checkout Sessions with a status of open can be expired.")
    return runs_out(state, id)


ROUTES = (
    ("POST", r"/v1/checkout/sessions", create),
    ("GET", r"/v1/checkout/sessions", all_of),
    ("GET", r"/v1/checkout/sessions/(cs_\w+)", retrieve),
    ("POST", r"/v1/checkout/sessions/(cs_\w+)/expire", expire),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def pays(state: State, id: str, *, country: str = "DE") -> Json:
    """The shopper types a card in, and its bank says yes."""
    with state.lock:
        session = state.objects["checkout_session"][id]
        intent = state.objects["intent_of_session"][id]
        session["payment_intent"] = intent["id"]
        payment_intents.authorised(state, intent["id"], country=country)
        session["status"], session["url"] = "complete", None
        session["payment_status"] = "unpaid"  # until it is captured
        state.say("checkout.session.completed", session)
        return intent


def is_declined(state: State, id: str) -> Json:
    with state.lock:
        intent = state.objects["intent_of_session"][id]
        state.objects["checkout_session"][id]["payment_intent"] = intent["id"]
        return payment_intents.declined(state, intent["id"])


def runs_out(state: State, id: str) -> Json:
    with state.lock:
        session = state.objects["checkout_session"][id]
        session["status"], session["url"] = "expired", None
        state.say("checkout.session.expired", session)
        return session
