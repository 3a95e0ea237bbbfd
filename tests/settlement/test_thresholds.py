"""A shop that has reached its threshold is paid by itself."""

from gateway.events import relay
from gateway.settlement.models import Payout
from gateway.settlement.scheduling import REST, run_if_due
from tests.settlement.asking import balance, payable
from tests.settlement.conftest import World


def test_a_threshold_pays_by_itself(world: World) -> None:
    world.fund(1_000)
    world.open_shop(threshold_units=150)
    world.paid(100)
    assert not Payout.objects.filter(shop_id=world.shop_id).exists()
    world.paid(70)
    (payout,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (payout.units, payout.trigger, payout.status) == (170, "threshold", "sending")


def test_a_threshold_rests_after_a_payout_failed(world: World) -> None:
    world.fund(1_000)
    world.open_shop(threshold_units=50)
    world.paid(100)
    (queued,) = world.queued()
    world.transaction_is(queued, "transaction.failed", status="refused", fee=0)
    (failed,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (failed.status, balance(world)) == ("failed", (100, 0))
    world.paid(20)
    assert Payout.objects.filter(shop_id=world.shop_id).count() == 1
    later = failed.ended_at + REST * 2
    run = run_if_due(shop_id=world.shop_id, reason="later", now=later)
    assert run is not None and run.units == 120


def test_a_threshold_without_an_address_waits_quietly(world: World) -> None:
    world.open_shop(threshold_units=50, payout_address=None)
    world.paid(100)
    assert payable(world) == 100
    assert relay.drain(limit=1000) == 0
