"""What shoppers do with their money, on a real chain, and what becomes of it."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from demo.shopper import parse_erc681
from tests.house.place import Place, refused, with_units

LISTED = "0x000000000000000000000000000000000000dEaD"
NEVER_SAID = re.compile(r"sanction|listed|screen|complian|ofac|verdict|0{30}dead", re.IGNORECASE)
"""What would tell a payer, or whoever watches the shop, why money does not move."""


def _credited(found: dict[str, Any]) -> int:
    return int(found["credited"]["units"])


def _promised(due: dict[str, Any]) -> int:
    """Units a full payment earns the shop."""
    return int(Decimal(due["credit"]).scaleb(6))


def test_exactly_what_was_asked_is_paid_and_earns_what_was_promised(place: Place) -> None:
    invoice = place.invoice("4.20")
    due = place.due(invoice, "USDC")
    place.pay(invoice)
    paid = place.until_paid(invoice)
    assert paid["exceptions"] == []
    assert paid["release_goods"] == "yes"
    assert _credited(paid) == _promised(due)
    assert [entry["credited"] for entry in paid["received"]] == [True]


def test_the_native_coin_is_money_too(place: Place) -> None:
    invoice = place.invoice("6.00")
    place.pay(invoice, "ETH")
    paid = place.until_paid(invoice)
    assert paid["received"][0]["asset"] == f"ETH@{place.shop.chain.chain_id}"
    assert _credited(paid) == _promised(place.due(invoice, "ETH"))


def test_a_part_waits_for_the_rest_and_the_rest_closes_it(place: Place) -> None:
    invoice = place.invoice("9.00")
    units = int(place.due(invoice, "USDC")["units"])
    place.pay(invoice, units=units // 3)
    part = place.until(invoice, lambda found: found["status"] == "partial" and _credited(found) > 0)
    assert "underpaid" in part["exceptions"]
    assert part["release_goods"] == "wait"
    rest = int(place.due(part, "USDC")["units"])
    assert units - units // 3 <= rest <= units - units // 3 + 1
    place.pay(part)
    paid = place.until_paid(invoice)
    assert paid["exceptions"] == []
    assert _credited(paid) >= int(_credited(part)) * 2


def test_the_rest_may_come_in_another_token(place: Place) -> None:
    invoice = place.invoice("9.00")
    units = int(place.due(invoice, "USDC")["units"])
    place.pay(invoice, units=units // 2)
    part = place.until(invoice, lambda found: found["status"] == "partial")
    place.pay(part, "ETH")
    paid = place.until_paid(invoice)
    assert len(paid["received"]) == 2
    assert "overpaid" not in paid["exceptions"]


def test_more_than_the_lock_covers_is_never_converted_at_it(place: Place) -> None:
    """A shopper with a favourable lock sends three times what was asked."""
    invoice = place.invoice("4.20")
    due = place.due(invoice, "ETH")
    place.pay(invoice, "ETH", units=int(due["units"]) * 3)
    paid = place.until_paid(invoice)
    assert "overpaid" in paid["exceptions"]
    # The shop's tolerance is one percent.
    assert _promised(due) <= _credited(paid) <= _promised(due) * 101 // 100 + 1
    [(surplus,)] = place.sql(
        "SELECT surplus_units FROM invoices_payment WHERE invoice_id = %s", invoice["id"]
    )
    assert int(surplus) >= int(due["units"]) * 198 // 100


def test_two_transfers_in_one_transaction_are_two(place: Place) -> None:
    invoice = place.invoice("8.00")
    units = int(place.due(invoice, "USDC")["units"])
    half = units // 2
    place.mined(
        place.split_transfer(symbol="USDC", to=invoice["address"], parts=(half, units - half))
    )
    paid = place.until_paid(invoice)
    assert len(paid["received"]) == 2
    assert len({entry["tx_hash"] for entry in paid["received"]}) == 1
    assert paid["exceptions"] == []


def test_two_equal_transfers_in_one_transaction_are_two(place: Place) -> None:
    invoice = place.invoice("8.00")
    units = int(place.due(invoice, "USDC")["units"])
    place.mined(place.split_transfer(symbol="USDC", to=invoice["address"], parts=(units // 4,) * 4))
    found = place.until(invoice, lambda found: len(found["received"]) == 4)
    assert {entry["units"] for entry in found["received"]} == {str(units // 4)}


def test_many_transfers_lose_none(place: Place) -> None:
    invoice = place.invoice("12.00")
    units = int(place.due(invoice, "USDC")["units"])
    share = units // 8 + 1
    request = parse_erc681(with_units(place.due(invoice, "USDC")["uri"], share))
    wallets = [place.wallet(ETH=10**17, USDC=share * 4) for _ in range(2)]
    for _ in range(4):
        for tx in [wallet.pay(request) for wallet in wallets]:
            place.mined(tx)
    paid = place.until(
        invoice,
        lambda found: found["status"] == "paid" and all(e["credited"] for e in found["received"]),
    )
    assert len(paid["received"]) == 8


def test_money_that_comes_before_the_page_was_ever_opened_counts(place: Place) -> None:
    # Nobody asks for the invoice between its creation and the payment's burial.
    invoice = place.invoice("4.20")
    tx = place.mined(place.pay(invoice))
    while place.head() < int(tx["blockNumber"], 16) + 4:
        pass
    assert place.until_paid(invoice)["exceptions"] == []
    page = place.http.get(f"/i/{invoice['id']}")
    assert "Paid" in page.text


def test_what_comes_after_voiding_is_the_payers(place: Place) -> None:
    invoice = place.invoice("4.20")
    assert place.send("POST", f"invoices/{invoice['id']}/void", {}).status_code == 200
    place.pay(invoice)
    found = place.until(invoice, lambda found: any(e["state"] != "seen" for e in found["received"]))
    assert (found["status"], found["release_goods"]) == ("cancelled", "no")
    assert _credited(found) == 0
    [(reason, units)] = _claims(place, invoice)
    assert (reason, int(units)) == ("cancelled", int(place.due(invoice, "USDC")["units"]))
    refused(place.send("POST", f"invoices/{invoice['id']}/requote", {}), 409, "invoice_not_open")


def _claims(place: Place, invoice: dict[str, Any]) -> list[tuple[Any, ...]]:
    return place.sql(
        "SELECT reason, units FROM invoices_claim WHERE invoice_id = %s AND reversed_at IS NULL",
        invoice["id"],
    )


def test_a_token_that_was_not_quoted_is_said_and_kept(place: Place) -> None:
    only = place.another_shop()
    place.sql(
        "UPDATE shops_shop SET terms = terms || %s::jsonb WHERE id = %s",
        json.dumps({"accepted_assets": [f"USDC@{place.shop.chain.chain_id}"]}),
        only["shop_id"],
    )
    invoice = place.invoice("4.20", key=only["api_key"])
    assert {due["symbol"] for due in invoice["due"]} == {"USDC"}
    uri = invoice["due"][0]["uri"].replace(
        place.shop.chain.token("USDC").address, place.shop.chain.token("DAI").address
    )
    place.wallet(ETH=10**17, DAI=5 * 10**18).pay(parse_erc681(with_units(uri, 5 * 10**18)))
    found = place.until(
        invoice, lambda found: "wrong_asset" in found["exceptions"], key=only["api_key"]
    )
    assert (found["status"], _credited(found)) == ("waiting", 0)
    # …and the right one still pays it.
    place.pay(invoice)
    paid = place.until_paid(invoice, key=only["api_key"])
    assert _credited(paid) == _promised(invoice["due"][0])


def test_one_shoppers_payment_is_no_other_shoppers(place: Place) -> None:
    """Two invoices of the same amount, one paid: the other stays open, whoever points at it."""
    mine, hers = place.invoice("5.00"), place.invoice("5.00")
    assert mine["address"] != hers["address"]
    place.pay(hers)
    place.until_paid(hers)
    found = place.get(f"invoices/{mine['id']}")
    assert (found["status"], found["received"]) == ("waiting", [])


def test_a_listed_payers_money_is_held_and_nobody_is_told_why(place: Place) -> None:
    from gateway.supervisor.devchain.calls import call_data

    invoice = place.invoice("4.20")
    due = place.due(invoice, "USDC")
    place.shop.give(to=LISTED, USDC=int(due["units"]))
    place.mined(
        place.send_as(
            LISTED,
            to=due["token"],
            data=call_data("transfer(address,uint256)", invoice["address"], int(due["units"])),
        )
    )
    held = place.until(invoice, lambda found: "held" in found["exceptions"])
    assert held["release_goods"] == "no"
    assert _credited(held) == 0
    page = place.http.get(f"/i/{invoice['id']}").text
    assert "being checked" in page
    status = place.http.get(f"/i/{invoice['id']}/status").text
    events = place.get("events?limit=100")["data"]
    of_it = [event for event in events if invoice["id"] in str(event)]
    assert "invoice.held" in {event["type"] for event in of_it}
    assert not [e for e in events if e["type"].startswith(("hold.", "verdict.", "deposit."))]
    for told in (page, status, str(held), *map(str, of_it)):
        assert not NEVER_SAID.search(told.replace(invoice["id"], "")), NEVER_SAID.search(told)


def _available(place: Place) -> int:
    return int(place.get("balances")["balances"][0]["available_units"])


@pytest.mark.parametrize("after", ["paid", "seen"])
def test_a_reorganisation_undoes_a_payment_and_says_so(place: Place, after: str) -> None:
    invoice = place.invoice("4.20")
    before = _available(place)
    block = int(place.mined(place.pay(invoice))["blockNumber"], 16)
    if after == "paid":
        place.until_paid(invoice)
    else:
        place.until(invoice, lambda found: found["received"])
    depth = place.head() - block + 1
    assert depth < 6, "too late for a reorganisation above finality"
    place.rpc.call("anvil_reorg", [depth, []])
    gone = place.until(
        invoice,
        lambda found: found["received"] and found["received"][0]["state"] == "orphaned",
    )
    assert gone["status"] == "waiting"
    assert "reverted" in gone["exceptions"]
    assert gone["release_goods"] == "no"
    assert _credited(gone) == 0
    assert "took the payment back" in place.http.get(f"/i/{invoice['id']}").text
    assert _available(place) == before
    place.pay(invoice)
    paid = place.until_paid(invoice)
    assert _credited(paid) == _promised(place.due(invoice, "USDC"))
    assert "reverted" not in paid["exceptions"]


def test_after_all_that_the_books_hold(place: Place) -> None:
    place.books_hold()
