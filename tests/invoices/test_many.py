"""Very many transfers to one invoice: all arrive, and nobody else waits for them."""

from collections.abc import Sequence

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from gateway.chains.models import Deposit
from gateway.events import relay
from gateway.events.models import Event, OutboxItem
from gateway.invoices import applying
from gateway.invoices.models import Invoice, Payment
from tests.chain_rows import make_deposit, tell
from tests.invoices.books import available, promised, state, told
from tests.invoices.conftest import World

MANY = 60


def mined(world: World, invoice: Invoice, *, units: Sequence[int]) -> list[Deposit]:
    """Transfers in one block, seen at once."""
    deposits = [
        make_deposit(
            units=each,
            at=world.now,
            address=bytes(invoice.address),
            invoice_id=invoice.id,
            shop_id=invoice.shop_id,
        )
        for each in units
    ]
    hear(world, deposits, "seen")
    return deposits


def hear(world: World, deposits: Sequence[Deposit], news: str) -> None:
    with transaction.atomic():
        for deposit in deposits:
            tell(deposit, news, now=world.now)


def test_specks_sent_to_one_invoice_do_not_delay_another_shopper(world: World) -> None:
    griefed, honest = world.issue(), world.issue()
    world.drain()
    specks = mined(world, griefed, units=[1] * MANY)
    [payment] = mined(world, honest, units=[world.quote(honest).units])
    hear(world, [*specks, payment], "confirmed")
    handled = 0
    while state(honest)[0] != "paid":
        assert relay.handle_next()
        handled += 1
    # Turn by turn: one item of the one, one of the other.
    assert handled <= 12
    assert OutboxItem.objects.filter(lane=f"invoice:{griefed.id}").count() > MANY


def test_specks_that_come_together_are_told_of_together(world: World) -> None:
    invoice = world.issue()
    hear(world, mined(world, invoice, units=[1] * MANY), "confirmed")
    world.drain()
    assert Payment.objects.filter(invoice=invoice).count() == MANY
    assert len(told(invoice)) < MANY / 4
    assert [entry["credited"] for entry in world.again(invoice).received] == [True] * MANY


def test_many_small_transfers_that_pay_the_whole_still_pay_it(world: World) -> None:
    invoice = world.issue()
    due = world.quote(invoice).units
    parts = [due // MANY] * (MANY - 1)
    parts.append(due - sum(parts))
    deposits = mined(world, invoice, units=parts)
    world.drain()
    assert state(invoice)[0] == "processing"
    hear(world, deposits, "confirmed")
    world.drain()
    assert state(invoice) == ("paid", set(), "yes")
    assert 0 <= promised(world, invoice) - available(world) <= MANY
    assert told(invoice).count("paid") == 1


def test_one_deposit_that_cannot_be_applied_holds_up_none_of_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.issue()
    deposits = mined(world, invoice, units=[1] * 5)
    world.drain()
    run = applying._Applying.run

    def fails_for_one(this: applying._Applying) -> list[str]:
        if this.deposit.id == deposits[2].id:
            raise ValueError("not this one")
        return run(this)

    monkeypatch.setattr(applying._Applying, "run", fails_for_one)
    hear(world, deposits, "confirmed")
    world.drain()
    assert Payment.objects.filter(invoice=invoice).count() == 4
    monkeypatch.undo()
    OutboxItem.objects.update(due_at=world.now)
    world.drain()
    assert Payment.objects.filter(invoice=invoice).count() == 5
    assert Event.objects.filter(type="payment.credited").count() == 5


def test_telling_of_sixty_costs_what_telling_of_one_does(world: World) -> None:
    from django.db import connection

    def statements(number: int) -> int:
        invoice = world.issue()
        deposits = mined(world, invoice, units=[1] * number)
        world.drain()
        with CaptureQueriesContext(connection) as queries:
            applying.invoice_apply_deposits(
                deposit_ids={deposit.id for deposit in deposits}, now=world.now
            )
        return len(queries)

    assert statements(MANY) - statements(1) <= 2 * MANY
