"""Nobody decides for the house about a shop that they work in: the second person would be no
second one, and the first has a reason of their own."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gateway.chains.models import Deposit
from gateway.compliance.cases.models import Case
from gateway.compliance.destinations.releasing import KIND as DESTINATION_RELEASE
from gateway.compliance.knowing.models import Subject
from gateway.custody.approvals.models import Act
from gateway.events.errors import TillwayError
from gateway.refunds.models import Refund
from gateway.settlement.models import Payout
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


def check_act_not_own(user: User, act: Act) -> None:
    """Before somebody agrees for the house to an act. Three queries at most.

    Raises:
        OwnShop
    """
    if act.kind == DESTINATION_RELEASE:
        check_address_not_own(user, bytes.fromhex(act.subject.removeprefix("address:0x")))
    else:
        check_not_own(user, shop_of(act))


def check_address_not_own(user: User, address: bytes) -> None:
    """Before somebody decides for the house about an address that money goes to: no shop that they
    work in pays, or ever asked to pay, to it. Three queries at most.

    Raises:
        OwnShop
    """
    own = list(user.memberships.filter(shop_id__isnull=False).values_list("shop_id", flat=True))
    to_it = {"shop_id__in": own, "destination": address}
    # Over or not: what is taken back today is asked for again once the address is let go.
    if own and any(rows.filter(**to_it).exists() for rows in (Payout.objects, Refund.objects)):
        raise OwnShop


def shop_of(act: Act) -> UUID | None:
    """Whose shop an act is about; None if it is about none. One query at most, for payments, cases
    and people: their acts are told to no shop, and name none."""
    shop_id = shop_about(act.subject)
    return act.shop_id if shop_id is None else shop_id


def shop_about(about: str) -> UUID | None:
    """Whose shop's ``deposit:<id>``, ``subject:<id>`` … that is, whatever follows the id; None of
    anything else. One query at most.

    Raises:
        ValidationError: a payment, case or person of no id.
    """
    kind, _, told = about.partition(":")
    one = told.partition(":")[0]  # ``shop:<id>:<asset>``, ``subject:<id>:<list>:<entity>`` too
    match kind:
        case "shop":
            return UUID(one)
        case "deposit":
            return _shop_id(Deposit.objects.filter(id=one))
        case "case":
            return _shop_id(Case.objects.filter(id=one))
        case "subject":
            return _shop_id(Subject.objects.filter(id=one))
    return None


def _shop_id(rows: QuerySet[Any]) -> UUID | None:
    return rows.values_list("shop_id", flat=True).first()
