"""Processes die, the node hangs or forgets, a market is pushed: money stays whole."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from gateway.supervisor.devchain.calls import call_data
from tests.house.place import Place, fresh_key

Json = dict[str, Any]


def _credits(place: Place, invoice: Json) -> list[tuple[Any, ...]]:
    return place.sql(
        "SELECT credited_units FROM invoices_payment WHERE invoice_id = %s AND reversed_at IS NULL",
        invoice["id"],
    )


def test_whatever_is_killed_in_mid_payment_it_is_credited_once(place: Place) -> None:
    invoice = place.invoice("4.20")
    place.pay(invoice)
    place.kill("watcher", "relay")
    place.until(invoice, lambda found: found["received"], seconds=60)
    place.kill("signer", "market", "sender", "worker", "beat", "webhooks", "relay")
    paid = place.until_paid(invoice, seconds=60)
    assert _credits(place, invoice) == [(int(paid["credited"]["units"]),)]
    [(entries,)] = place.sql(
        "SELECT count(*) FROM ledger_entry WHERE kind = 'payment' AND refs::text LIKE %s",
        f"%{invoice['id']}%",
    )
    assert entries == 1
    place.until_ready()


def test_a_web_process_killed_under_requests_makes_no_second_invoice(place: Place) -> None:
    key, order = fresh_key(), fresh_key()

    def ask(_: int) -> str:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(
                    f"{place.shop.house.url}/v1/invoices",
                    json={"amount": "4.20", "order_id": order},
                    headers={"Authorization": f"Bearer {place.key}", "Idempotency-Key": key},
                    timeout=10,
                )
            except httpx.HTTPError:
                time.sleep(0.2)
                continue
            if answer.status_code == 201:
                return str(answer.json()["id"])
            assert answer.status_code in {409, 503}, answer.text
            time.sleep(0.2)
        raise AssertionError("the web never came back")

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, number) for number in range(6)]
        workers = place.children(place.kill("web")["web"])
        made = {one.result() for one in asked}
    assert len(made) == 1
    assert place.sql("SELECT count(*) FROM invoices_invoice WHERE order_id = %s", order) == [(1,)]
    assert workers
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "old workers still answer"
        time.sleep(0.1)
    place.until_ready()


def test_a_node_that_hangs_is_said_and_then_forgiven(place: Place) -> None:
    before = place.invoice("4.20")
    chain = place.pids("chain")["chain"]
    os.kill(chain, signal.SIGSTOP)
    try:
        deadline = time.monotonic() + 40
        while place.ready()["ready"]:
            assert time.monotonic() < deadline, "nobody noticed"
            time.sleep(0.3)
        answer = place.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["missing"]
        # What is known is still told, and what can't be promised is refused with a code.
        assert place.get(f"invoices/{before['id']}")["status"] == "waiting"
        assert place.http.get(f"/i/{before['id']}").status_code == 200
        asked = place.send("POST", "invoices", {"amount": "4.20"})
        if asked.status_code != 201:
            assert asked.status_code in {409, 503}, asked.text
            assert asked.json()["code"] in {"no_quote", "market_unavailable"}
            assert asked.json()["hint"]
    finally:
        os.kill(chain, signal.SIGCONT)
    place.until_ready()
    place.pay(before)
    place.until_paid(before)


def test_a_node_that_forgets_the_last_seconds_takes_back_what_they_held(place: Place) -> None:
    """The dev chain keeps its state every ten seconds; killed, it comes back shorter."""
    invoice = place.invoice("4.20")
    place.pay(invoice)
    place.until_paid(invoice)
    head = place.head()
    place.kill("chain")
    deadline = time.monotonic() + 60
    while True:
        try:
            now = place.head()
            if now > head + 2:
                break
        except Exception:
            pass
        assert time.monotonic() < deadline, "the chain never came back"
        time.sleep(0.3)
    place.until_ready()
    units = place.balance(invoice["address"], "USDC")
    swept = place.sql(
        "SELECT 1 FROM ledger_entry WHERE kind = 'sweep' AND refs::text LIKE %s",
        f"%{invoice['id']}%",
    )
    if units or swept:
        place.until_paid(invoice)
    else:
        gone = place.until(invoice, lambda found: "reverted" in found["exceptions"])
        assert gone["release_goods"] == "no"
        assert _credits(place, invoice) == []
    again = place.invoice("4.20")
    place.pay(again)
    place.until_paid(again)


def test_a_pool_pushed_in_one_block_does_not_set_the_price(place: Place) -> None:
    before = int(place.due(place.invoice("40.00"), "WETH")["units"])
    undo = _push(place, percent=20)
    try:
        deadline = time.monotonic() + 6
        asked = refusals = 0
        while time.monotonic() < deadline:
            answer = place.send("POST", "invoices", {"amount": "40.00"})
            found = answer.json() if answer.status_code == 201 else {"due": []}
            due = [due for due in found["due"] if due["symbol"] in {"WETH", "ETH"}]
            refusals += not due
            for one in due:
                asked += 1
                assert int(one["units"]) > before * 985 // 1000, "the pushed pool set the price"
            time.sleep(0.5)
        assert asked + refusals > 5
    finally:
        undo()


def _push(place: Place, *, percent: int) -> Any:
    """Buy WETH from its deepest V2 pool until it costs this much more; how to sell it again."""
    chain = place.shop.chain
    weth, usdc = chain.token("WETH").address, chain.token("USDC").address
    pair = next(one for one in chain.v2_pairs if {one.token0, one.token1} == {weth, usdc})
    trader = "0x00000000000000000000000000000000000badd5"

    def reserves() -> tuple[int, int]:
        raw = place.rpc.call(
            "eth_call",
            [{"to": pair.address, "data": "0x" + call_data("getReserves()").hex()}, "latest"],
        )
        first, second = int(raw[2:66], 16), int(raw[66:130], 16)
        return (first, second) if pair.token0 == usdc else (second, first)

    def swap(*way: str, units: int) -> None:
        """Through the router, in one transaction: others trade in the pool meanwhile."""
        spend = call_data("approve(address,uint256)", chain.v2_router, units)
        place.mined(place.send_as(trader, to=way[0], data=spend))
        trade = call_data(
            "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
            units,
            0,
            way,
            trader,
            2**40,
        )
        place.mined(place.send_as(trader, to=chain.v2_router, data=trade))

    dollars, ether = reserves()
    price = dollars / ether
    units = round(dollars * ((1 + percent / 100) ** 0.5 - 1) * 1.002)
    place.shop.give(to=trader, USDC=units)
    swap(usdc, weth, units=units)
    dollars, ether = reserves()
    assert dollars / ether > price * (1 + percent / 100) * 0.99
    return lambda: swap(weth, usdc, units=place.balance(trader, "WETH"))


def test_after_all_that_the_books_hold(place: Place) -> None:
    place.books_hold()
