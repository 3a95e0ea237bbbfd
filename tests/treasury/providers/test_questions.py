"""Positions are paged and cost a fixed number of queries; the command says the same."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.addresses import checksum
from gateway.events.errors import BadCursor
from gateway.events.models import Event
from gateway.treasury.providers.depositing import deposit_arrived
from gateway.treasury.providers.models import Provider, ProviderDeposit
from gateway.treasury.providers.selectors import inventory_of, pools, positions
from tests.treasury.providers.conftest import DOLLAR, Providing


def run(*words: str) -> str:
    out = StringIO()
    call_command("providers", *words, stdout=out)
    return out.getvalue()


def test_positions_page_by_cursor(providing: Providing, django_assert_num_queries) -> None:
    names = [f"p{n}" for n in range(5)]
    for name in names:
        providing.bring(providing.join(name), 10 * DOLLAR)
    found: list[str] = []
    cursor = None
    for _ in range(3):
        with django_assert_num_queries(1):
            page = positions(now=providing.now, cursor=cursor, size=2)
        found += [view.provider for view in page.items]
        cursor = page.next_cursor
    assert found == names[::-1]
    assert cursor is None
    with pytest.raises(BadCursor):
        positions(now=providing.now, cursor="nonsense!")
    pool = providing.pool
    with django_assert_num_queries(7):
        assert inventory_of(pool).owned == 50 * DOLLAR


def test_pools_cost_eight_queries_each(providing: Providing, django_assert_num_queries) -> None:
    providing.open(name="second", fee_share_ppm=0, loss_share_ppm=0)
    with django_assert_num_queries(1 + 2 * 8):
        assert len(pools(now=providing.now)) == 2


def test_the_command_does_it_all(providing: Providing) -> None:
    signed = ("--by", "ann", "--reason", "they wrote")
    terms = ("--fee-share-ppm", "1", "--loss-share-ppm", "1", "--full-share-units", "1")
    run("open", "tiny", "--asset", "USDC@31337", *terms, "--by", "ann")
    wallet = checksum(b"\x77" * 20)
    run("join", "bob", "--mode", "test", "--wallet", wallet, "--by", "ann")
    bob = str(Provider.objects.get(name="bob").id)
    assert wallet in run("people")
    assert "announced" in run("deposit", "dollars", bob, "0x" + "ab" * 32, "--by", "ann")
    with pytest.raises(CommandError, match="32 bytes"):
        run("deposit", "dollars", bob, "0xzz", "--by", "ann")
    deposit = ProviderDeposit.objects.get()
    deposit_arrived(deposit_id=deposit.id, units=5 * DOLLAR, now=providing.now)
    assert "arrived 5000000" in run("deposits")
    assert "value=5000000" in run("list", "--pool", "dollars")
    assert "#1 waiting" in run("withdraw", "dollars", bob, "--key", "k", *signed)
    assert "principal=5000000" in run("pools")
    providing.later(minutes=1)
    assert providing.pay() is not None
    listed = run("withdrawals")
    assert "principal=5000000" in listed
    identity = listed.split()[0]
    for words in (
        ("retry", identity, *signed),
        ("decide", str(deposit.id), "release", "--by", "ann"),
        ("loss", "dollars", "nonsense", "--by", "ann"),
        ("list", "--pool", "none"),
    ):
        with pytest.raises(CommandError):
            run(*words)
    assert "waiting" in run("cancel", identity, *signed)
    told = Event.objects.get(type="withdrawal.requested").body
    assert (told["by"], told["because"]) == ("ann", "they wrote")
    with pytest.raises(CommandError, match="--by"):
        run("cancel", identity, "--reason", "nobody says so")
