"""The wallets behind payments are traced by the house's own workers, over its real chain."""

import re
import time

from tests.house.place import Place

COUNTED = re.compile(r'^tillway_traces_total\{state="(\w+)"\} ([0-9.]+)$', re.MULTILINE)
WITHIN_SECONDS = 60


def _traces(place: Place) -> dict[str, int]:
    page = place.http.get("/metrics").text
    return {state: round(float(number)) for state, number in COUNTED.findall(page)}


def test_a_payment_s_wallet_is_traced_by_a_worker(place: Place) -> None:
    before = sum(_traces(place).values())
    invoice = place.invoice("4.20")
    place.pay(invoice)
    place.until_paid(invoice)
    until = time.monotonic() + WITHIN_SECONDS
    while (after := _traces(place)) is not None and sum(after.values()) <= before:
        assert time.monotonic() < until, after
        time.sleep(1)
    assert after.get("clear", 0) > 0  # the shoppers' money is fresh from the faucet
