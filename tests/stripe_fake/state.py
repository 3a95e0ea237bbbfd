"""What the fake remembers: objects, money, events. One lock around all of it."""

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.stripe_fake.answers import Refused, no_such, not_enough
from tests.stripe_fake.requests import Request

Json = dict[str, Any]
PLATFORM = ""
"""The account whose key is used, where connected accounts have their ids."""
MAX_AMOUNT = 99_999_999
"""Eight digits, in the currency's smallest unit."""
LEAST_AMOUNT = {"eur": 100, "gbp": 100, "usd": 1}
"""Of a payout, as Stripe lists it; one unit of any other currency."""


class State:
    """Everything that happened at the fake.

    Args:
        clock: Unix seconds; tests may set it.
    """

    def __init__(self, *, clock: Callable[[], int] | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = clock or (lambda: int(time.time()))
        self.livemode = False
        self.objects: dict[str, dict[str, Json]] = defaultdict(dict)
        self.owners: dict[str, str] = {}
        self.money: dict[tuple[str, str], int] = defaultdict(int)
        self.events: list[Json] = []
        self.on_event: list[Callable[[Json], None]] = []
        self.fee_units = 0
        """Taken from an account for each payout that it makes."""
        self._count = 0

    def new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_1Tw{self._count:06d}{secrets.token_hex(5)}"

    # --- objects ---------------------------------------------------------------------------------

    def keep(self, kind: str, value: Json, *, owner: str = PLATFORM) -> Json:
        self.objects[kind][value["id"]] = value
        self.owners[value["id"]] = owner
        return value

    def get(self, kind: str, id: str, *, owner: str = PLATFORM) -> Json:
        found = self.objects[kind].get(id)
        if found is None or self.owners[id] != owner:
            raise no_such(kind, id)
        return found

    def of(self, kind: str, *, owner: str = PLATFORM) -> list[Json]:
        """Newest first."""
        rows = [row for id, row in self.objects[kind].items() if self.owners[id] == owner]
        return rows[::-1]

    # --- money -----------------------------------------------------------------------------------

    def fund(self, currency: str, units: int, *, account: str = PLATFORM) -> None:
        """Money comes in from outside."""
        with self.lock:
            self.book(account, currency, units, type="topup", source=None)

    def book(
        self,
        account: str,
        currency: str,
        units: int,
        *,
        type: str,
        source: str | None,
        fee: int = 0,
        description: str | None = None,
    ) -> Json:
        """Change an available balance by ``units - fee``, with its balance transaction."""
        net = units - fee
        if net < 0 and self.money[account, currency] + net < 0:
            raise not_enough(currency)
        self.money[account, currency] += net
        now = self.clock()
        fees = [
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Payout fee",
                "type": "stripe_fee",
            }
        ]
        return self.keep(
            "balance_transaction",
            {
                "id": self.new_id("txn"),
                "object": "balance_transaction",
                "amount": units,
                "available_on": now,
                "balance_type": "payments",
                "created": now,
                "currency": currency,
                "description": description,
                "exchange_rate": None,
                "fee": fee,
                "fee_details": fees if fee else [],
                "net": net,
                "reporting_category": type,
                "source": source,
                "status": "available",
                "type": type,
            },
            owner=account,
        )

    # --- events ----------------------------------------------------------------------------------

    def say(self, type: str, value: Json, *, account: str = PLATFORM) -> Json:
        """An event with the object as it is now."""
        event: Json = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": self.clock(),
            "data": {"object": snapshot(value)},
            "livemode": self.livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": type,
        }
        if account:
            event["account"] = account
        self.events.append(event)
        for told in self.on_event:
            told(event)
        return event


def snapshot(value: Any) -> Any:
    """A copy that later changes don't reach."""
    if isinstance(value, dict):
        return {name: snapshot(part) for name, part in value.items()}
    if isinstance(value, list):
        return [snapshot(part) for part in value]
    return value


def checked_amount(request: Request, *, least: int = 1) -> int:
    amount = request.whole("amount")
    if amount > MAX_AMOUNT:
        raise Refused("Amount must be no more than 999,999.99", code="amount_too_large")
    if amount < least:
        raise Refused("Amount is below the least that may be paid.", code="amount_too_small")
    return amount


def listed(request: Request, rows: list[Json], *, filters: tuple[str, ...] = ()) -> Json:
    """A page of ``rows``, which are newest first."""
    for name in filters:
        if name in request.params:
            rows = [row for row in rows if str(row.get(name)) == request.params[name]]
    created = request.params.get("created") or {}
    if "gte" in created:
        rows = [row for row in rows if row["created"] >= int(created["gte"])]
    if "lte" in created:
        rows = [row for row in rows if row["created"] <= int(created["lte"])]
    after = request.params.get("starting_after")
    if after:
        ids = [row["id"] for row in rows]
        rows = rows[ids.index(after) + 1 :] if after in ids else []
    limit = int(request.params.get("limit", 10))
    return {
        "object": "list",
        "data": rows[:limit],
        "has_more": len(rows) > limit,
        "url": request.path,
    }
