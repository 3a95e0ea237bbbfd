"""What a test asks of a shop's payouts."""

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger.selectors import shop_balance
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from gateway.settlement.selectors import payable_balances
from gateway.shops.selectors import shop_view
from tests.settlement.conftest import USDC, World


def request(world: World, units: int | None = None, key: str | None = None) -> Payout:
    return payout_request(
        shop_id=world.shop_id, units=units, idempotency_key=key or str(uuid7()), now=world.now
    )


def balance(world: World) -> tuple[int, int]:
    found = shop_balance(shop_id=world.shop_id, asset=USDC.code)
    return found.available, found.reserved


def payable(world: World) -> int:
    return payable_balances(shop=shop_view(shop_id=world.shop_id))[USDC.code].units


def status(payout: Payout) -> str:
    return Payout.objects.get(id=payout.id).status


def events(payout: Payout) -> list[str]:
    return list(
        Event.objects.filter(subject=f"payout:{payout.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    )
