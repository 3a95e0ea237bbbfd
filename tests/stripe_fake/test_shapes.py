"""The fake answers with the keys that Stripe's own published fixtures have, where we have those."""

import json
import os
from pathlib import Path

import pytest
import stripe

from tests.stripe_fake import accounts, checkout_sessions, disputes, payouts
from tests.stripe_fake.server import Fake
from tests.stripe_fake.state import Json

CHECKOUT = Path(__file__).resolve().parents[2]
BESIDE = CHECKOUT.parent / "shared" / "data" / "stripe" / "fixtures3.json"
FIXTURES = Path(os.environ.get("STRIPE_FIXTURES") or BESIDE)
"""``openapi/fixtures3.json`` of github.com/stripe/openapi; not kept in this repository."""


@pytest.fixture(scope="session")
def published() -> dict[str, Json]:
    if not FIXTURES.exists():
        pytest.skip("Stripe's published fixtures are not here: name them by STRIPE_FIXTURES")
    found: dict[str, Json] = json.loads(FIXTURES.read_text())["resources"]
    return found


@pytest.fixture
def objects(fake: Fake, client: stripe.StripeClient) -> dict[str, Json]:
    """One of each, as the fake answers it."""
    account = client.v1.accounts.create(
        {"country": "DE", "capabilities": {"transfers": {"requested": True}}}
    )
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://localhost/again",
            "return_url": "http://localhost/back",
        }
    )
    accounts.onboard(fake.state, account.id)
    fake.state.fund("eur", 100_000)
    transfer = client.v1.transfers.create(
        {"amount": 5_000, "currency": "eur", "destination": account.id}
    )
    owner = {"stripe_account": account.id}
    paid = client.v1.payouts.create({"amount": 2_000, "currency": "eur"}, options=owner)
    payouts.arrives(fake.state, paid.id)
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    capability = client.v1.accounts.capabilities.retrieve(account.id, "transfers")
    transaction = client.v1.balance_transactions.list().data[0]
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://localhost/back",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": 500,
                        "product_data": {"name": "Shop"},
                    },
                }
            ],
            "payment_intent_data": {"capture_method": "manual"},
        }
    )
    intent = checkout_sessions.pays(fake.state, session.id)["id"]
    client.v1.payment_intents.capture(intent)
    dispute = disputes.opens(fake.state, intent)["id"]
    charge = str(client.v1.payment_intents.retrieve(intent).latest_charge)
    place = client.v1.terminal.locations.create(
        {
            "display_name": "Shop",
            "address": {
                "line1": "Gasse 1",
                "city": "Berlin",
                "postal_code": "10115",
                "country": "DE",
            },
        }
    )
    reader = client.v1.terminal.readers.create(
        {"registration_code": "simulated-wpe", "location": place.id}
    )
    found = {
        "terminal.location": place,
        "terminal.reader": reader,
        "checkout.session": session,
        "payment_intent": client.v1.payment_intents.retrieve(intent),
        "charge": client.v1.charges.retrieve(charge),
        "dispute": client.v1.disputes.retrieve(dispute),
        "account": account,
        "account_link": link,
        "capability": capability,
        "transfer": transfer,
        "transfer_reversal": reversal,
        "payout": paid,
        "balance": client.v1.balance.retrieve(),
        "balance_transaction": transaction,
        "event": client.v1.events.list().data[0],
    }
    return {name: value.to_dict() for name, value in found.items()}


def test_every_object_has_the_published_keys(
    published: dict[str, Json], objects: dict[str, Json]
) -> None:
    for name, value in objects.items():
        assert set(value) == set(published[name]), name


@pytest.mark.parametrize("part", ["requirements", "future_requirements", "business_profile"])
def test_an_accounts_parts_have_the_published_keys(
    part: str, published: dict[str, Json], objects: dict[str, Json]
) -> None:
    assert set(objects["account"][part]) == set(published["account"][part])
