"""What a test asks about an invoice, its shop's balance and the books."""

from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.invoices.quotebook import promise_of
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import balance, shop_balance
from gateway.money.assets import Asset
from tests.chain_rows import (
    USDC,
    WETH,
)
from tests.invoices.conftest import World

S = Asset(USDC, 6)
W = Asset(WETH, 18)


def available(world: World) -> int:
    """Settlement units the shop may draw."""
    return shop_balance(shop_id=world.shop_id, asset=USDC).available


def owed(account: AccountName, asset: Asset = S) -> int:
    """Units that stand on an account of what the house owes."""
    return -balance(account=account, asset=asset).units


def suspense(asset: Asset = S) -> int:
    return owed(accounts.suspense(), asset)


def refunds(asset: Asset = S) -> int:
    return owed(accounts.refunds(), asset)


def told(invoice: Invoice) -> list[str]:
    """The invoice's events after its creation, in order."""
    events = Event.objects.filter(subject=f"invoice:{invoice.id}").order_by("sequence")
    return [event.type.removeprefix("invoice.") for event in events][1:]


def promised(world: World, invoice: Invoice, asset: str = USDC) -> int:
    return promise_of(world.quote(invoice, asset)).credit_units


def state(invoice: Invoice) -> tuple[str, set[str], str]:
    fresh = Invoice.objects.get(id=invoice.id)
    return fresh.status, set(fresh.exceptions), fresh.release_goods
