"""What must hold after any run, however many processes died in it."""

import json
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from gateway.supervisor.devchain.calls import call_data
from tests.faults.program import Ear
from tests.faults.rest import SETTLE_SECONDS, wait_until_settled
from tests.faults.stories import Teller
from tests.house.place import Place

CHECKED_AT_ONCE = 6
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256("Transfer(address,address,uint256)")"""

BOOKS = """
import json
from django.utils import timezone
from gateway.ledger.checks import ledger_checks
from gateway.settlement.reconciling.running import reconcile, run_lines

run = reconcile(asked_by="faults", now=timezone.now())
print(json.dumps({
    "ledger": [f"{one.check}: {one.where}: {one.found}" for one in ledger_checks()],
    "lines": len(run_lines(run.id)),
    "differing": [
        f"{line.account} {line.asset}: {line.state} {line.reason} {line.difference_units}"
        for line in run_lines(run.id) if line.state != "agrees"
    ],
}))
"""
TWICE: Final = {
    "a sale was made twice": (
        "SELECT order_id FROM invoices_invoice WHERE order_id <> ''"
        " GROUP BY shop_id, order_id HAVING count(*) > 1"
    ),
    "a deposit was credited twice": (
        "SELECT deposit_id FROM invoices_payment WHERE reversed_at IS NULL"
        " GROUP BY deposit_id HAVING count(*) > 1"
    ),
    "a pending entry was resolved twice": (
        "SELECT pending_id FROM ledger_resolution GROUP BY pending_id HAVING count(*) > 1"
    ),
    "a payout was paid by two transactions": (
        "SELECT reference FROM chains_outgoingtransaction WHERE outcome = 'succeeded'"
        " AND reference LIKE 'payout:%%' GROUP BY reference HAVING count(*) > 1"
    ),
    "a refund was paid by two transactions": (
        "SELECT split_part(reference, ':', 2) FROM chains_outgoingtransaction"
        " WHERE outcome = 'succeeded' AND reference LIKE 'refund:%%'"
        " GROUP BY 1 HAVING count(*) > 1"
    ),
    "an asset's postings do not sum to zero": (
        "SELECT asset FROM ledger_posting GROUP BY asset HAVING sum(units) <> 0"
    ),
    "an entry does not sum to zero": (
        "SELECT entry_id FROM ledger_posting GROUP BY entry_id, asset HAVING sum(units) <> 0"
    ),
}


def books_differ(place: Place, *, seconds: float = SETTLE_SECONDS) -> list[str]:
    """Where journal, balances and chain do not agree to the unit, once nothing moves any more."""
    deadline = time.monotonic() + seconds
    while True:
        told: dict[str, Any] = {}
        try:
            told = json.loads(place.shop.house.manage("shell", "-c", BOOKS).splitlines()[-1])
            found = [*told["ledger"], *told["differing"]]
            if not told["lines"]:
                found.append("nothing was compared with the chain")
        except RuntimeError as died:
            found = [str(died)]
        if not found or told.get("ledger") or time.monotonic() > deadline:
            return found
        time.sleep(2)
        wait_until_settled(place, seconds=30)


def happened_twice(place: Place) -> list[str]:
    return [f"{what}: {row[0]}" for what, query in TWICE.items() for row in place.sql(query)]


def tellers_differ(tellers: Sequence[Teller], ear: Ear) -> list[tuple[int, str]]:
    """What is wrong with each run's own shop, by the run's place in the sequence."""
    with ThreadPoolExecutor(max_workers=CHECKED_AT_ONCE) as pool:
        found = pool.map(lambda teller: _teller_differs(teller, ear), tellers)
        return [(number, what) for number, all_of_it in enumerate(found) for what in all_of_it]


def _teller_differs(teller: Teller, ear: Ear) -> list[str]:
    return [
        *teller.program.answers_differing(),
        *_paid_otherwise(teller),
        *_sales_open(teller),
        *_webhooks_differ(teller, ear),
    ]


def _paid_otherwise(teller: Teller) -> Iterable[str]:
    """What arrived on chain where a payout or refund went: once, and exactly that."""
    place = teller.place
    for (symbol, address), units in teller.paid_to.items():
        logs: Any = place.rpc.call(
            "eth_getLogs",
            [
                {
                    "fromBlock": "0x0",
                    "address": place.shop.chain.token(symbol).address,
                    "topics": [TRANSFER, None, "0x" + address[2:].lower().rjust(64, "0")],
                }
            ],
        )
        arrived = [int(log["data"], 16) for log in logs]
        if arrived != [units]:
            yield f"{address} was paid {arrived}, not {[units]} once"
        data = "0x" + call_data("balanceOf(address)", address).hex()
        token = place.shop.chain.token(symbol).address
        held = int(str(place.rpc.call("eth_call", [{"to": token, "data": data}, "latest"])), 16)
        if held != units:
            yield f"{address} holds {held}, not {units}"


def _sales_open(teller: Teller) -> Iterable[str]:
    for invoice_id in teller.invoices:
        status = teller.program.get(f"invoices/{invoice_id}")["status"]
        if status not in ("paid", "cancelled", "expired", "waiting"):
            yield f"the sale {invoice_id} came to no end: {status}"


def _webhooks_differ(teller: Teller, ear: Ear) -> Iterable[str]:
    """Every event of the shop was heard at least once, under one id with one body."""
    heard = ear.heard[teller.program.shop_id]
    for event_id, bodies in heard.items():
        if len(bodies) != 1:
            yield f"the webhook {event_id} came with {len(bodies)} bodies"
    delivered = {
        str(row[0])
        for row in teller.place.sql(
            "SELECT d.event_id FROM webhooks_delivery d JOIN webhooks_endpoint e"
            " ON e.id = d.endpoint_id WHERE e.shop_id = %s",
            teller.program.shop_id,
        )
    }
    told = {event["id"] for event in teller.program.get("events?limit=100")["data"]}
    for missing in (delivered | told) - set(heard):
        yield f"the event {missing} was never heard"
