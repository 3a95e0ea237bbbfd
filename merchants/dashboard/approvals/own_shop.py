"""Nobody decides for the house about a shop that they work in: the second person would be no
second one, and the first has a reason of their own."""

from uuid import UUID

from gateway.chains.models import Deposit
from gateway.compliance.cases.models import Case
from gateway.custody.approvals.models import Act
from gateway.events.errors import TillwayError
from merchants.accounts.actions import HOUSE_ROLES
from merchants.accounts.models import User
from merchants.accounts.selectors import roles_of


class OwnShop(TillwayError):
    code = "own_shop"
    message = "You work in this shop: somebody else of the house must decide about it."
    status = 403


def check_not_own(user: User, shop_id: UUID | None) -> None:
    """Before somebody decides for the house about something of a shop's. One query.

    Raises:
        OwnShop
    """
    if shop_id is not None and roles_of(user=user, shop_id=shop_id) - HOUSE_ROLES:
        raise OwnShop


def shop_of(act: Act) -> UUID | None:
    """Whose shop an act is about; None if it is about none. One query at most, for payments and
    cases: their acts are told to no shop, and name none."""
    kind, _, about = act.subject.partition(":")
    match kind:
        case "shop":
            return UUID(about.partition(":")[0])  # ``shop:<id>:<asset>`` too
        case "deposit":
            return Deposit.objects.values_list("shop_id", flat=True).get(id=about)
        case "case":
            return Case.objects.values_list("shop_id", flat=True).get(id=about)
    return act.shop_id
