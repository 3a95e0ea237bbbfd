"""What lies in a balance, and what changed it."""

from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, listed


def balance(state: State, request: Request) -> Json:
    held = {
        currency: units
        for (account, currency), units in sorted(state.money.items())
        if account == request.account
    } or {"eur": 0}
    coming = dict.fromkeys(held, 0)
    for booked in state.of("balance_transaction", owner=request.account):
        if booked["status"] == "pending":
            coming[booked["currency"]] = coming.get(booked["currency"], 0) + booked["net"]

    def lines(units_of: dict[str, int]) -> list[Json]:
        return [
            {"amount": units, "currency": currency, "source_types": {"card": units}}
            for currency, units in units_of.items()
        ]

    return {
        "object": "balance",
        "available": lines(held),
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in held],
        "livemode": state.livemode,
        "pending": lines(coming),
    }


def transactions(state: State, request: Request) -> Json:
    rows = state.of("balance_transaction", owner=request.account)
    return listed(request, rows, filters=("type", "source", "currency"))


def transaction(state: State, request: Request, id: str) -> Json:
    return state.get("balance_transaction", id, owner=request.account)


ROUTES = (
    ("GET", r"/v1/balance", balance),
    ("GET", r"/v1/balance_transactions", transactions),
    ("GET", r"/v1/balance_transactions/(txn_\w+)", transaction),
)
