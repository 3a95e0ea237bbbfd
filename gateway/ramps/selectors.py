"""Questions about shops' accounts at ramps, and about instructions."""

from uuid import UUID

from gateway.money.assets import FIAT, Asset
from gateway.ramps.configuration import ramp_settings
from gateway.ramps.errors import RampNotOffered, RampNotReady
from gateway.ramps.models import RampAccount, RampInstruction


def accounts_of(*, shop_id: UUID) -> list[RampAccount]:
    """A shop's accounts, by ramp. One query."""
    return list(RampAccount.objects.filter(shop_id=shop_id).order_by("ramp"))


def account_ready(*, shop_id: UUID, ramp: str, currency: str) -> RampAccount:
    """The account that a shop can be paid through in a currency. One query.

    Raises:
        RampNotReady: it has none, or none that may be paid to now.
    """
    row = RampAccount.objects.filter(shop_id=shop_id, ramp=ramp).first()
    if row is None or not row.is_ready:
        raise RampNotReady
    if currency not in row.banks:
        raise RampNotReady(f"The shop has named no bank account in {currency}.")
    return row


def bank_currencies(*, shop_id: UUID) -> list[str]:
    """The currencies that a shop can be paid in to a bank now. One query."""
    ready = [row for row in accounts_of(shop_id=shop_id) if row.is_ready]
    offered = {entry.name: entry.currencies for entry in ramp_settings()} if ready else {}
    return sorted(
        {code for row in ready for code in row.banks if code in offered.get(row.ramp, {})}
    )


def unclear_instructions() -> list[RampInstruction]:
    """What waits for a person, oldest first. One query."""
    return list(RampInstruction.objects.filter(status="unclear").order_by("created_at"))


def currency_of(code: str) -> Asset:
    """Raises RampNotOffered."""
    found = FIAT.get(code)
    if found is None:
        raise RampNotOffered(f"{code[:16]!r} is no currency we know.")
    return found
