"""Money that goes back to a card: taken out of the balance at once, and put back if it fails."""

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, checked_amount, listed


def create(state: State, request: Request) -> Json:
    request.only("payment_intent", "amount", "metadata", "reason")
    intent = state.get("payment_intent", request.text("payment_intent"))
    if intent["status"] != "succeeded":
        raise Refused("This PaymentIntent has no successful charge to refund.")
    charge = state.get("charge", intent["latest_charge"])
    if charge["disputed"]:
        raise Refused("This charge has been charged back.", code="charge_disputed")
    amount = checked_amount(request)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise Refused("This charge was refunded already.", code="charge_already_refunded")
    if amount > left:
        raise Refused(f"Refund amount is greater than what is left ({left}).", param="amount")
    refund: Json = {
        "id": state.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": state.clock(),
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": request.metadata(),
        "payment_intent": intent["id"],
        "payment_method": None,
        "reason": request.params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    state.keep("refund", refund)
    state.say("refund.created", refund)
    state.say("charge.refunded", charge)
    if not state.objects["refunds"].get("wait"):
        goes_through(state, refund["id"])
    return refund


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("refund", id)


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("refund"), filters=("payment_intent", "charge"))


ROUTES = (
    ("POST", r"/v1/refunds", create),
    ("GET", r"/v1/refunds", all_of),
    ("GET", r"/v1/refunds/(re_\w+)", retrieve),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def wait(state: State) -> None:
    """From here on refunds stay pending, and take nothing out of the balance yet."""
    state.objects["refunds"]["wait"] = {"id": "wait"}


def goes_through(state: State, id: str) -> Json:
    with state.lock:
        refund = state.objects["refund"][id]
        if refund["balance_transaction"] is None:
            refund["balance_transaction"] = _book(state, refund, -refund["amount"])
        refund["status"] = "succeeded"
        state.say("refund.updated", refund)
        return refund


def is_sent_back(state: State, id: str) -> Json:
    """The card's bank would not have it, be it weeks later."""
    with state.lock:
        refund = state.objects["refund"][id]
        if refund["balance_transaction"] is not None:
            refund["failure_balance_transaction"] = _book(state, refund, refund["amount"])
        refund["status"], refund["failure_reason"] = "failed", "lost_or_stolen_card"
        state.objects["charge"][refund["charge"]]["amount_refunded"] -= refund["amount"]
        state.say("refund.failed", refund)
        state.say("refund.updated", refund)
        return refund


def _book(state: State, refund: Json, units: int) -> str:
    """A balance may go below zero by it."""
    kind = "refund" if units < 0 else "refund_failure"
    booked = state.book("", refund["currency"], 0, type=kind, source=refund["id"])
    booked.update(amount=units, net=units)
    state.money["", refund["currency"]] += units
    return str(booked["id"])
