"""Money from the platform's balance to a connected account's, and back."""

from tests.stripe_fake import accounts
from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, checked_amount, listed

_NEW = ("amount", "currency", "destination", "transfer_group", "metadata", "description")


def create(state: State, request: Request) -> Json:
    request.only(*_NEW, "source_transaction", "source_type")
    amount = checked_amount(request)
    currency = request.text("currency").lower()
    account = state.get("account", request.text("destination"))
    accounts.require_capability(account, "transfers")
    id = state.new_id("tr")
    taken = state.book("", currency, -amount, type="transfer", source=id)
    state.book(account["id"], currency, amount, type="payment", source=id)
    transfer = {
        "id": id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": taken["id"],
        "created": state.clock(),
        "currency": currency,
        "description": request.params.get("description"),
        "destination": account["id"],
        "destination_payment": state.new_id("py"),
        "livemode": state.livemode,
        "metadata": request.metadata(),
        "reversals": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/transfers/{id}/reversals",
        },
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": request.params.get("transfer_group"),
    }
    state.keep("transfer", transfer)
    state.say("transfer.created", transfer)
    return transfer


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("transfer", id)


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("transfer"), filters=("destination", "transfer_group"))


def reverse(state: State, request: Request, id: str) -> Json:
    request.only("amount", "metadata", "description", "refund_application_fee")
    transfer = state.get("transfer", id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = checked_amount(request) if "amount" in request.params else left
    if amount > left or left == 0:
        raise Refused(
            f"Reversal amount ({amount}) is greater than unreversed amount ({left}).",
            param="amount",
        )
    return _reverse(state, transfer, amount, metadata=request.metadata())


def reversals(state: State, request: Request, id: str) -> Json:
    return listed(request, state.get("transfer", id)["reversals"]["data"])


def reversal(state: State, request: Request, id: str, reversal_id: str) -> Json:
    state.get("transfer", id)
    return state.get("transfer_reversal", reversal_id)


ROUTES = (
    ("POST", r"/v1/transfers", create),
    ("GET", r"/v1/transfers", all_of),
    ("GET", r"/v1/transfers/(tr_\w+)", retrieve),
    ("POST", r"/v1/transfers/(tr_\w+)/reversals", reverse),
    ("GET", r"/v1/transfers/(tr_\w+)/reversals", reversals),
    ("GET", r"/v1/transfers/(tr_\w+)/reversals/(trr_\w+)", reversal),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def reversed_by_hand(state: State, id: str, amount: int) -> Json:
    """Somebody reversed it on Stripe's own pages."""
    with state.lock:
        return _reverse(state, state.get("transfer", id), amount, metadata={})


def _reverse(state: State, transfer: Json, amount: int, *, metadata: dict[str, str]) -> Json:
    id, currency = state.new_id("trr"), transfer["currency"]
    state.book(transfer["destination"], currency, -amount, type="payment_refund", source=id)
    back = state.book("", currency, amount, type="transfer_refund", source=id)
    reversal = {
        "id": id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": back["id"],
        "created": state.clock(),
        "currency": currency,
        "destination_payment_refund": None,
        "metadata": metadata,
        "source_refund": None,
        "transfer": transfer["id"],
    }
    state.keep("transfer_reversal", reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    state.say("transfer.reversed", transfer)
    return reversal
