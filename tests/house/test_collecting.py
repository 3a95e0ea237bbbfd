"""What shoppers paid leaves its addresses: sold within the signer's bounds, or kept for payers."""

import time

from tests.house.place import Place

COLLECTED_SECONDS = 90
SYMBOLS = ("WETH", "ETH", "WBTC", "EURC", "DAI")


def test_each_token_is_sold_within_the_signers_bounds_and_a_claim_is_only_swept(
    place: Place,
) -> None:
    voided = place.invoice("9.00")
    assert place.send("POST", f"invoices/{voided['id']}/void", {}).status_code == 200
    place.pay(voided, "WETH")
    paid = {place.invoice("8.00")["id"]: symbol for symbol in SYMBOLS}
    for invoice_id, symbol in paid.items():
        place.pay(place.get(f"invoices/{invoice_id}"), symbol)

    expected = dict.fromkeys(paid, "filled") | {voided["id"]: "swept"}
    deadline = time.monotonic() + COLLECTED_SECONDS
    while (found := _statuses(place, list(expected))) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(1)
    [(is_bought,)] = place.sql(
        "SELECT is_bought FROM execution_fillrequest WHERE invoice_id = %s", voided["id"]
    )
    assert not is_bought
    place.books_hold()


def _statuses(place: Place, invoice_ids: list[str]) -> dict[str, str]:
    rows = place.sql(
        "SELECT invoice_id::text, status FROM execution_fillrequest"
        " WHERE invoice_id = ANY(%s::uuid[])",
        invoice_ids,
    )
    return {str(invoice_id): str(status) for invoice_id, status in rows}
