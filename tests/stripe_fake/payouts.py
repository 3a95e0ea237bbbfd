"""Money from a balance to a bank. Failing, even long after it was paid, brings it back."""

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import LEAST_AMOUNT, Json, State, checked_amount, listed

DAY_SECONDS = 86_400
_NEW = ("amount", "currency", "description", "metadata", "method", "statement_descriptor")


def create(state: State, request: Request) -> Json:
    request.only(*_NEW, "destination", "source_type")
    currency = request.text("currency").lower()
    amount = checked_amount(request, least=LEAST_AMOUNT.get(currency, 1))
    bank = _bank_of(state, request.account, currency)
    id, now = state.new_id("po"), state.clock()
    booked = state.book(
        request.account, currency, -amount, type="payout", source=id, fee=state.fee_units
    )
    payout = {
        "id": id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now + 2 * DAY_SECONDS,
        "automatic": False,
        "balance_transaction": booked["id"],
        "created": now,
        "currency": currency,
        "description": request.params.get("description"),
        "destination": bank,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": state.livemode,
        "metadata": request.metadata(),
        "method": str(request.params.get("method", "standard")),
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": request.params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    state.keep("payout", payout, owner=request.account)
    state.say("payout.created", payout, account=request.account)
    return payout


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("payout", id, owner=request.account)


def all_of(state: State, request: Request) -> Json:
    rows = state.of("payout", owner=request.account)
    return listed(request, rows, filters=("status", "destination"))


def cancel(state: State, request: Request, id: str) -> Json:
    payout = state.get("payout", id, owner=request.account)
    if payout["status"] != "pending":
        raise Refused("Payouts can only be canceled while they are pending.")
    return _end(state, payout, "canceled", owner=request.account)


ROUTES = (
    ("POST", r"/v1/payouts", create),
    ("GET", r"/v1/payouts", all_of),
    ("GET", r"/v1/payouts/(po_\w+)", retrieve),
    ("POST", r"/v1/payouts/(po_\w+)/cancel", cancel),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def leaves(state: State, id: str) -> Json:
    """It is on its way to the bank."""
    with state.lock:
        payout = state.objects["payout"][id]
        payout["status"] = "in_transit"
        state.say("payout.updated", payout, account=state.owners[id])
        return payout


def arrives(state: State, id: str) -> Json:
    with state.lock:
        payout = state.objects["payout"][id]
        payout["status"] = "paid"
        state.say("payout.paid", payout, account=state.owners[id])
        return payout


def fails(state: State, id: str, *, code: str = "account_closed") -> Json:
    """The bank refuses it, before or after it was said to be paid: the money is back."""
    with state.lock:
        payout = state.objects["payout"][id]
        payout["failure_code"] = code
        payout["failure_message"] = f"The bank says: {code}."
        return _end(state, payout, "failed", owner=state.owners[id])


def _end(state: State, payout: Json, status: str, *, owner: str) -> Json:
    back = state.book(
        owner,
        payout["currency"],
        payout["amount"],
        type="payout_failure" if status == "failed" else "payout_cancel",
        source=payout["id"],
    )
    payout["status"], payout["failure_balance_transaction"] = status, back["id"]
    state.say(f"payout.{status}", payout, account=owner)
    return payout


def _bank_of(state: State, account_id: str, currency: str) -> str:
    if not account_id:
        return "ba_platform"
    account = state.get("account", account_id)
    if not account["payouts_enabled"]:
        raise Refused("Payouts are not enabled for this account.", code="payouts_not_allowed")
    for bank in account["external_accounts"]["data"]:
        if bank["currency"] == currency:
            return str(bank["id"])
    raise Refused(f"You have no external account in {currency}.", code="no_account")
