"""The fake does what we rely on it for: keys, limits, faults, signatures."""

import random
import threading

import pytest
import stripe

from tests.stripe_fake import accounts, payouts, transfers
from tests.stripe_fake.faults import Fault
from tests.stripe_fake.requests import parse_form
from tests.stripe_fake.server import KEY, SECRET, Fake, fingerprint


def _onboarded(fake: Fake, client: stripe.StripeClient) -> str:
    account = client.v1.accounts.create(
        {"country": "DE", "capabilities": {"transfers": {"requested": True}}}
    )
    accounts.onboard(fake.state, account.id)
    fake.state.fund("eur", 100_000)
    return account.id


def _send(client: stripe.StripeClient, account: str, amount: int, key: str) -> stripe.Transfer:
    return client.v1.transfers.create(
        {"amount": amount, "currency": "eur", "destination": account},
        options={"idempotency_key": key},
    )


def test_the_same_key_gives_the_same_transfer(fake: Fake, client: stripe.StripeClient) -> None:
    account = _onboarded(fake, client)
    assert _send(client, account, 500, "k").id == _send(client, account, 500, "k").id
    assert fake.state.money["", "eur"] == 99_500


def test_a_key_with_other_parameters_is_refused(fake: Fake, client: stripe.StripeClient) -> None:
    account = _onboarded(fake, client)
    _send(client, account, 500, "k")
    with pytest.raises(stripe.IdempotencyError):
        _send(client, account, 501, "k")
    assert fake.state.money["", "eur"] == 99_500


def test_a_key_that_is_being_worked_on_is_a_conflict(
    fake: Fake, client: stripe.StripeClient
) -> None:
    account = _onboarded(fake, client)
    _send(client, account, 500, "k")
    fake.keys.in_use(
        account="", key="k", fingerprint=fingerprint(fake.sent("POST /v1/transfers")[0])
    )
    with pytest.raises(stripe.StripeError) as refused:
        _send(client, account, 500, "k")
    assert refused.value.http_status == 409


def test_a_refusal_is_kept_under_its_key_for_a_day(fake: Fake, client: stripe.StripeClient) -> None:
    account = _onboarded(fake, client)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            _send(client, account, 200_000, "k")
        assert refused.value.code == "balance_insufficient"
        fake.state.fund("eur", 200_000)
    assert _send(client, account, 200_000, "k2").amount == 200_000


@pytest.mark.parametrize(("amount", "code"), [(100_000_000, "amount_too_large")])
def test_amounts_have_a_limit(
    fake: Fake, client: stripe.StripeClient, amount: int, code: str
) -> None:
    account = _onboarded(fake, client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _send(client, account, amount, "k")
    assert refused.value.code == code


def test_a_payout_below_the_banks_least_is_refused(fake: Fake, client: stripe.StripeClient) -> None:
    account = _onboarded(fake, client)
    _send(client, account, 500, "k")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create(
            {"amount": 99, "currency": "eur"}, options={"stripe_account": account}
        )
    assert refused.value.code == "amount_too_small"


def test_a_shop_that_is_not_onboarded_gets_nothing(fake: Fake, client: stripe.StripeClient) -> None:
    account = client.v1.accounts.create(
        {"country": "DE", "capabilities": {"transfers": {"requested": True}}}
    )
    fake.state.fund("eur", 1_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _send(client, account.id, 500, "k")
    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_money_is_neither_made_nor_lost(fake: Fake, client: stripe.StripeClient) -> None:
    account = _onboarded(fake, client)
    sent = _send(client, account, 5_000, "k")
    owner = {"stripe_account": account}
    first = client.v1.payouts.create({"amount": 3_000, "currency": "eur"}, options=owner)
    client.v1.transfers.reversals.create(sent.id, {"amount": 2_000})
    with pytest.raises(stripe.InvalidRequestError):  # nothing lies there any more
        client.v1.transfers.reversals.create(sent.id, {"amount": 1})
    payouts.arrives(fake.state, first.id)
    payouts.fails(fake.state, first.id)
    transfers.reversed_by_hand(fake.state, sent.id, 3_000)
    assert fake.state.money["", "eur"] == 100_000
    assert fake.state.money[account, "eur"] == 0
    with pytest.raises(stripe.InvalidRequestError):  # more than was sent
        client.v1.transfers.reversals.create(sent.id, {"amount": 1})


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
def test_a_cut_connection_hides_whether_it_was_done(
    fault: Fault, fake: Fake, client: stripe.StripeClient
) -> None:
    account = _onboarded(fake, client)
    fake.faults.order(fault, on="POST /v1/transfers")
    with pytest.raises(stripe.APIConnectionError):
        _send(client, account, 500, "k")
    assert len(client.v1.transfers.list().data) == (0 if fault.is_before else 1)
    _send(client, account, 500, "k")
    assert len(client.v1.transfers.list().data) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.CONFLICT, 409),
        (Fault.BUSY, 429),
        (Fault.ERROR_BEFORE, 500),
        (Fault.ERROR_AFTER, 500),
    ],
)
def test_errors_come_as_ordered(
    fault: Fault, status: int, fake: Fake, client: stripe.StripeClient
) -> None:
    account = _onboarded(fake, client)
    fake.faults.order(fault, on="POST /v1/transfers")
    with pytest.raises(stripe.StripeError) as refused:
        _send(client, account, 500, "k")
    assert refused.value.http_status == status
    assert len(client.v1.transfers.list().data) == (1 if fault is Fault.ERROR_AFTER else 0)


def test_an_error_of_the_server_is_kept_under_its_key(
    fake: Fake, client: stripe.StripeClient
) -> None:
    account = _onboarded(fake, client)
    fake.faults.order(Fault.ERROR_BEFORE, on="POST /v1/transfers")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            _send(client, account, 500, "k")
    assert client.v1.transfers.list().data == []


def test_webhooks_carry_the_signature_that_stripes_program_checks(
    fake: Fake, client: stripe.StripeClient
) -> None:
    _onboarded(fake, client)
    fake.webhooks.secrets[:] = ["whsec_new", SECRET]
    delivery = fake.webhooks.signed(fake.state.events[0])
    for secret in ("whsec_new", SECRET):
        event = stripe.Webhook.construct_event(delivery.body, delivery.signature, secret)
        assert event.id == delivery.event["id"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, delivery.signature, "whsec_other")


def test_events_come_twice_and_in_any_order_when_a_test_says_so(
    fake: Fake, client: stripe.StripeClient
) -> None:
    _onboarded(fake, client)
    got: list[bytes] = []

    def post(body: bytes, signature: str) -> int:
        got.append(body)
        return 200

    assert len(fake.webhooks.waiting) == 2
    fake.webhooks.deliver(post, times=2, shuffled=random.Random(3))
    assert len(got) == 4 and len(set(got)) == 2
    assert fake.webhooks.waiting == []


def test_two_with_one_key_at_once_make_one_transfer(
    fake: Fake, client: stripe.StripeClient
) -> None:
    account = _onboarded(fake, client)

    statuses: list[int | None] = []

    def send() -> None:
        try:
            _send(client, account, 500, "k")
        except stripe.StripeError as refused:
            statuses.append(refused.http_status)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {409}
    assert len(fake.state.objects["transfer"]) == 1


def test_a_wrong_key_is_refused(fake: Fake) -> None:
    stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": fake.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.balance.retrieve()
    assert KEY != "sk_test_other"


def test_forms_are_read_as_they_are_nested() -> None:
    assert parse_form("a=1&b[c]=2&b[d][e]=3") == {"a": "1", "b": {"c": "2", "d": {"e": "3"}}}
