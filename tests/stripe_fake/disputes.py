"""A card's owner says that it wasn't them: the money is taken back, and perhaps given again."""

from typing import Any

from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, listed

FEE = 2_000
"""20.00: kept however it ends."""


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("dispute", id)


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("dispute"), filters=("charge", "payment_intent"))


ROUTES = (
    ("GET", r"/v1/disputes", all_of),
    ("GET", r"/v1/disputes/(du_\w+)", retrieve),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def opens(state: State, intent_id: str, *, amount: int | None = None, asks: bool = False) -> Json:
    """The bank takes the money back at once; if it only ``asks``, it takes nothing yet."""
    with state.lock:
        intent = state.objects["payment_intent"][intent_id]
        charge = state.objects["charge"][intent["latest_charge"]]
        dispute = {
            "id": state.new_id("du"),
            "object": "dispute",
            "amount": amount or charge["amount"],
            "balance_transactions": [],
            "charge": charge["id"],
            "created": state.clock(),
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {"due_by": state.clock() + 7 * 86_400, "has_evidence": False},
            "is_charge_refundable": asks,
            "livemode": state.livemode,
            "metadata": {},
            "payment_intent": intent_id,
            "payment_method_details": None,
            "reason": "fraudulent",
            "status": "warning_needs_response" if asks else "needs_response",
        }
        charge["disputed"] = True
        state.keep("dispute", dispute)
        state.say("charge.dispute.created", dispute)
        if not asks:
            _book(state, dispute, -dispute["amount"], fee=FEE)
            state.say("charge.dispute.funds_withdrawn", dispute)
        return dispute


def answered(state: State, id: str) -> Json:
    """Evidence was sent."""
    with state.lock:
        return _becomes(state, id, "under_review", "charge.dispute.updated")


def is_won(state: State, id: str) -> Json:
    with state.lock:
        dispute = state.objects["dispute"][id]
        _book(state, dispute, dispute["amount"], fee=0)
        state.say("charge.dispute.funds_reinstated", dispute)
        return _becomes(state, id, "won", "charge.dispute.closed")


def is_lost(state: State, id: str) -> Json:
    with state.lock:
        return _becomes(state, id, "lost", "charge.dispute.closed")


def _becomes(state: State, id: str, status: str, type: str) -> Json:
    dispute: dict[str, Any] = state.objects["dispute"][id]
    dispute["status"] = status
    state.say(type, dispute)
    return dispute


def _book(state: State, dispute: Json, units: int, *, fee: int) -> None:
    """A balance may go below zero by it."""
    booked = state.book("", dispute["currency"], 0, type="adjustment", source=dispute["id"])
    booked.update(amount=units, fee=fee, net=units - fee)
    state.money["", dispute["currency"]] += units - fee
    dispute["balance_transactions"].append(booked)
