"""Pools and providers' positions on the desk's pages: what they show, and taking part in them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gateway.compliance.services import list_load
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.snapshot_store import forget_snapshot
from gateway.money.amounts import Amount
from gateway.treasury.providers.depositing import deposit_arrived, provider_deposit
from gateway.treasury.providers.joining import pool_open, provider_join
from gateway.treasury.providers.models import (
    LiquidityPool,
    Provider,
    ProviderDeposit,
    ProviderPosition,
    Withdrawal,
)
from gateway.treasury.providers.sharing import fees_share, loss_share
from tests.invoices.conftest import World
from tests.merchants.desk.conftest import DOLLAR, USDC

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"
HERE = "/desk/liquidity"
LONG = "The Very Long Named Providing Company of Somewhere Far Away Limited " * 3


@pytest.fixture
def pool(open_shop: World) -> LiquidityPool:
    nobody = "0x" + "aa" * 20
    list_load(lines=[nobody], source="ofac", loaded_by="test", now=timezone.now(), forced=True)
    return pool_open(
        name="dollars",
        asset=USDC.code,
        fee_share_ppm=400_000,
        loss_share_ppm=500_000,
        full_share_units=1_000 * DOLLAR,
        least_payment_units=10 * DOLLAR,
        by="ann",
        now=timezone.now() - timedelta(days=3),
    )


def join(name: str = "Ann") -> Provider:
    wallet = bytes(16) + name[:4].encode().ljust(4, b".")
    return provider_join(name=name, mode="test", wallet=wallet, by="ann", now=timezone.now())


def bring(pool: LiquidityPool, provider: Provider, units: int, number: int = 1) -> ProviderPosition:
    earlier = timezone.now() - timedelta(days=2)
    named = provider_deposit(
        pool_id=pool.id, provider_id=provider.id, tx_hash=number.to_bytes(32, "big"), now=earlier
    )
    deposit_arrived(deposit_id=named.id, units=units, now=earlier)
    return ProviderPosition.objects.get(pool=pool, provider=provider)


@pytest.fixture
def ann(pool: LiquidityPool) -> ProviderPosition:
    return bring(pool, join(), 1_000 * DOLLAR)


def page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def words(html: str) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    return text.replace("\N{NO-BREAK SPACE}", " ")


def ask(dora: Client, position: ProviderPosition, **typed: str) -> Any:
    form = {"what": "all", "reason": "they asked by letter", "draft": "d1", "amount": ""}
    return dora.post(f"{HERE}/positions/{position.id}/withdraw", {**form, **typed})


# --- what is shown -------------------------------------------------------------------------------


def test_an_empty_house_says_how_to_begin(dora: Client, open_shop: World) -> None:
    shown = page(dora, HERE)
    assert "No pool is open" in shown and "manage.py providers open" in shown
    assert "Nobody has brought anything yet" in shown


def test_an_empty_pool_is_no_error(dora: Client, pool: LiquidityPool) -> None:
    shown = page(dora, f"{HERE}/pools/{pool.id}")
    for told in ("Nothing is in it", "Nobody waits", "No day is over yet", "There is no provider"):
        assert told in shown


def test_a_position_shows_what_was_made_and_where_it_is_booked(
    dora: Client, pool: LiquidityPool, ann: ProviderPosition, post: Callable[..., None]
) -> None:
    post(
        debit(accounts.desk(), Amount(100 * DOLLAR, USDC)),
        credit(accounts.fees(), Amount(100 * DOLLAR, USDC)),
    )
    # The day of the fees is over, and the day over which they are earned too.
    LiquidityPool.objects.update(fees_through=timezone.now() - timedelta(hours=1))
    later = timezone.now() + timedelta(hours=1)
    fees_share(pool_id=pool.id, ends_at=later - timedelta(minutes=20), now=later)
    LiquidityPool.objects.update(coming_from_s=0, coming_to_s=1)
    shown = words(page(dora, f"{HERE}/positions/{ann.id}"))
    assert "1,000 USDC" in shown  # worth
    assert "+39.9999 USDC" in shown or "+40 USDC" in shown  # made
    assert re.search(r"At \$1\.\d+ by .*old", shown), "the mark has its source and its age"
    html = page(dora, f"{HERE}/positions/{ann.id}")
    entry = re.search(r'href="(/desk/entries/[0-9a-f-]{36})"', html)
    assert entry and "pool:" in page(dora, entry[1])
    of_pool = page(dora, f"{HERE}/pools/{pool.id}")
    assert "Fees of the last shared day" in of_pool and 'data-chart="share-picture"' in of_pool
    overview = words(page(dora, HERE))
    assert "Ann" in overview and "1,040 USDC" in overview  # owned: with the fees


def test_points_grow_with_time(dora: Client, ann: ProviderPosition) -> None:
    shown = words(page(dora, f"{HERE}/positions/{ann.id}"))
    assert "Reward points 2,000" in shown  # a thousand dollars for two days


def test_without_a_price_dollars_are_not_made_up(
    dora: Client, ann: ProviderPosition, valkey: Any
) -> None:
    valkey.flushdb()
    forget_snapshot()
    shown = words(page(dora, f"{HERE}/positions/{ann.id}"))
    assert "No fresh price" in shown and "1,000 USDC" in shown


def test_a_loss_leads_to_its_cause(
    dora: Client, pool: LiquidityPool, ann: ProviderPosition, open_shop: World
) -> None:
    lost = Amount(100 * DOLLAR, USDC)
    with transaction.atomic():
        entry_post(
            key="loss:1",
            kind="test",
            postings=entry_of(debit(accounts.losses(), lost), credit(accounts.desk(), lost)),
            refs={},
            now=timezone.now(),
        )
    loss_share(pool_id=pool.id, entry_key="loss:1", by="ann", now=timezone.now())
    shown = page(dora, f"{HERE}/pools/{pool.id}")
    assert "Losses borne" in shown and "/desk/entries/of/loss:1" in shown
    assert re.search("[-−]50 USDC", words(page(dora, f"{HERE}/positions/{ann.id}")))


def test_long_names_and_the_other_language(dora: Client, pool: LiquidityPool) -> None:
    position = bring(pool, join(LONG), 10**12 * DOLLAR, number=9)
    dora.cookies["django_language"] = "zh-hans"
    for path in (HERE, f"{HERE}/pools/{pool.id}", f"{HERE}/positions/{position.id}"):
        assert LONG[:30] in page(dora, path)
    assert "流动性" in page(dora, HERE)


def test_a_part_alone_is_drawn_for_the_stream(dora: Client, ann: ProviderPosition) -> None:
    for path in (HERE, f"{HERE}/pools/{ann.pool_id}", f"{HERE}/positions/{ann.id}"):
        part = page(dora, path, **{"X-Part": "1"})
        assert "<html" not in part and "</section>" in part


def test_what_is_not_there_is_not_found(dora: Client, open_shop: World) -> None:
    nothing = "00000000-0000-0000-0000-000000000001"
    for path in (f"pools/{nothing}", f"positions/{nothing}"):
        assert dora.get(f"{HERE}/{path}").status_code == 404
    assert dora.get(f"{HERE}?cursor=nonsense").status_code == 404
    for path in (f"positions/{nothing}/withdraw", f"withdrawals/{nothing}/cancel"):
        assert dora.post(f"{HERE}/{path}", {}).status_code == 404


# --- bringing ------------------------------------------------------------------------------------


def test_a_deposit_is_named_once_after_it_is_confirmed(dora: Client, pool: LiquidityPool) -> None:
    provider = join()
    form = {"provider": str(provider.id), "transaction": "0x" + "ab" * 32}
    path = f"{HERE}/pools/{pool.id}/deposit"
    assert "Does this transaction bring it?" in dora.post(path, form).content.decode()
    assert not ProviderDeposit.objects.exists()
    for _ in range(2):
        assert dora.post(path, {**form, "confirmed": "yes"}).status_code == 302
    named = ProviderDeposit.objects.get()
    assert (named.status, bytes(named.tx_hash)) == ("announced", b"\xab" * 32)
    assert Event.objects.get(type="provider.deposit_named").body["by"] == WHO
    assert "Looked for" in page(dora, f"{HERE}/pools/{pool.id}")


@pytest.mark.parametrize("told", ["", "0x12", "zz" * 32, "0x" + "ab" * 33, "0x" + "é" * 64])
def test_what_is_no_transaction_is_refused_where_it_was_typed(
    dora: Client, pool: LiquidityPool, told: str
) -> None:
    provider = join()
    answer = dora.post(
        f"{HERE}/pools/{pool.id}/deposit", {"provider": str(provider.id), "transaction": told}
    )
    assert answer.status_code == 422
    assert "0x and 64 digits" in answer.content.decode()
    assert not ProviderDeposit.objects.exists()


def test_a_deposit_needs_somebody_who_brings_it(dora: Client, pool: LiquidityPool) -> None:
    answer = dora.post(f"{HERE}/pools/{pool.id}/deposit", {"transaction": "ab" * 32})
    assert answer.status_code == 422 and "Choose who brings it" in answer.content.decode()


# --- taking out ----------------------------------------------------------------------------------


def confirmed(dora: Client, position: ProviderPosition, **typed: str) -> Any:
    """As somebody who presses both buttons."""
    shown = ask(dora, position, **typed).content.decode()
    shares = re.search(r'name="shares" value="(\d+)"', shown)
    assert shares, words(shown)
    return ask(dora, position, **{**typed, "shares": shares[1], "confirmed": "yes"})


def test_a_withdrawal_is_confirmed_queued_once_and_given_up(
    dora: Client, ann: ProviderPosition
) -> None:
    shown = words(ask(dora, ann).content.decode())
    assert "Pay out 1,000 USDC?" in shown and not Withdrawal.objects.exists()
    for _ in range(2):
        assert confirmed(dora, ann).status_code == 302
    row = Withdrawal.objects.get()
    assert (row.shares, row.number, row.status) == (ann.shares, 1, "waiting")
    told = Event.objects.get(type="withdrawal.requested").body
    assert (told["by"], told["because"]) == (WHO, "they asked by letter")
    shown = page(dora, f"{HERE}/positions/{ann.id}")
    assert "In the queue, #1" in shown and 'data-while="withdraw" hidden' in shown
    silent = dora.post(f"{HERE}/withdrawals/{row.id}/cancel", {"reason": " "}, follow=True)
    assert "Say why" in silent.content.decode()
    dora.post(f"{HERE}/withdrawals/{row.id}/cancel", {"reason": "they stay"})
    row.refresh_from_db()
    assert row.status == "cancelled"
    assert Event.objects.get(type="withdrawal.cancelled").body["because"] == "they stay"


def test_a_part_takes_no_more_shares_than_it_is_worth(dora: Client, ann: ProviderPosition) -> None:
    assert confirmed(dora, ann, what="part", amount="250").status_code == 302
    row = Withdrawal.objects.get()
    assert ann.pool.value.units_for(row.shares) == 250 * DOLLAR


def test_who_is_behind_others_sees_how_many(dora: Client, ann: ProviderPosition) -> None:
    ben = bring(ann.pool, join("Ben"), 500 * DOLLAR, number=2)
    confirmed(dora, ann)
    confirmed(dora, ben, draft="d2")
    shown = words(page(dora, f"{HERE}/positions/{ben.id}"))
    assert "1 is before it, with 1,000 USDC" in shown


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"what": "part", "amount": "x"}, "That is not an amount"),
        ({"what": "part", "amount": ""}, "amount"),
        ({"confirmed": "yes", "shares": "1", "reason": ""}, "Say why"),
        ({"confirmed": "yes", "shares": "9" * 30}, "more than one order by hand"),
        ({"confirmed": "yes", "shares": "0", "what": "fees"}, "fees"),
    ],
)
def test_a_withdrawal_that_can_not_be_says_why_and_keeps_what_was_typed(
    dora: Client, ann: ProviderPosition, typed: dict[str, str], told: str
) -> None:
    answer = ask(dora, ann, **typed)
    assert answer.status_code >= 400
    shown = answer.content.decode()
    assert told in shown and 'role="alert"' in shown
    assert not Withdrawal.objects.exists()


def test_what_is_worth_more_than_one_order_by_hand_is_refused(
    dora: Client, ann: ProviderPosition, settings: Any
) -> None:
    settings.HEDGING = {**(settings.HEDGING or {}), "most_by_hand_usd_cents": 99_900}
    answer = ask(dora, ann, confirmed="yes", shares=str(ann.shares))
    assert answer.status_code == 422
    assert "more than one order by hand" in answer.content.decode()
    assert not Withdrawal.objects.exists()


def test_only_a_stuck_one_is_tried_again(dora: Client, ann: ProviderPosition) -> None:
    confirmed(dora, ann)
    row = Withdrawal.objects.get()
    path = f"{HERE}/withdrawals/{row.id}/retry"
    assert "Only a stuck" in dora.post(path, {"reason": "now"}, follow=True).content.decode()
    Withdrawal.objects.update(status="stuck", attempts=3)
    assert "a person must look" in page(dora, f"{HERE}/positions/{ann.id}")
    dora.post(path, {"reason": "the policy names it now"})
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("waiting", 0)
    assert Event.objects.get(type="withdrawal.retried").body["by"] == WHO
    assert dora.post(f"{HERE}/withdrawals/{row.id}/burn", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["owner", "manager", "accountant", "compliance_officer"])
def test_nobody_else_sees_or_takes_anything(staff: Any, ann: ProviderPosition, role: str) -> None:
    client = staff.client(role)
    for path in (HERE, f"{HERE}/pools/{ann.pool_id}", f"{HERE}/positions/{ann.id}"):
        assert client.get(path).status_code in (403, 404), path
    answer = ask(client, ann, confirmed="yes", shares="1")
    assert answer.status_code in (403, 404)
    assert not Withdrawal.objects.exists()
