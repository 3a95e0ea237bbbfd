"""Questions about refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from gateway.chains.models import Token
from gateway.compliance.selectors import verdict_states
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from gateway.invoices.claims import claims_of
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds.errors import LinkUnknown, RefundUnknown
from gateway.refunds.life import UNDONE
from gateway.refunds.links import TOKEN_CHARACTERS, token_hash
from gateway.refunds.models import WORTH, Refund
from gateway.refunds.paid import paid_of
from gateway.refunds.requesting import OWED_STATES
from gateway.tenancy.scope import entered, statement_enters

ORDERS: Final = (*BY_TIME, *both_ways("amount", down="largest", up="smallest", by=WORTH))
"""By when they were asked for; by what they were worth. What nobody could value counts as none."""


def refund_get(*, shop_id: UUID, refund_id: UUID) -> Refund:
    """One refund of a shop. One query.

    Raises:
        RefundUnknown: the shop has no such refund.
    """
    refund = Refund.objects.filter(shop_id=shop_id, id=refund_id).first()
    if refund is None:
        raise RefundUnknown
    return refund


def refund_by_link(token: str) -> Refund:
    """The refund that a claim link leads to: whoever holds the link may see it. Its shop is this
    session's scope from here on. One query.

    Raises:
        LinkUnknown: none, or not any more.
    """
    if len(token) != TOKEN_CHARACTERS:
        raise LinkUnknown
    with statement_enters():
        found = list(Refund.objects.raw("SELECT * FROM refunds_open(%s)", [token_hash(token)]))
    entered(found[0].shop_id if found else None)
    if not found:
        raise LinkUnknown
    return found[0]


def refunds_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    statuses: Sequence[str] = (),
    invoice_id: UUID | None = None,
    order: Order = NEWEST,
    size: int = PAGE_SIZE,
) -> Page[Refund]:
    """A shop's refunds. One query.

    Raises:
        BadCursor: the cursor isn't one of ours.
    """
    refunds = Refund.objects.filter(shop_id=shop_id)
    if statuses:
        refunds = refunds.filter(status__in=statuses)
    if invoice_id is not None:
        refunds = refunds.filter(invoice_id=invoice_id)
    return sorted_page(refunds, order=order, cursor=cursor, size=size)


def refunds_found(
    *, shop_id: UUID, by: Literal["id", "tx_hash", "destination"], value: UUID | bytes, most: int
) -> list[Refund]:
    """A shop's refunds by what a person knows of them, newest first. One query, by an index of its
    own."""
    return list(Refund.objects.filter(shop_id=shop_id, **{by: value}).order_by("-id")[:most])


def refunds_to_approve(*, shop_id: UUID) -> int:
    """How many of a shop's refunds wait for somebody's word. One query."""
    waiting = Refund.objects.filter(
        shop_id=shop_id, approved_by="", status__in=("requested", "claimed")
    )
    return waiting.count()


@dataclass(frozen=True, slots=True)
class Owed:
    """Money of an invoice that is its payer's, and no refund of it is under way."""

    claim_id: UUID
    amount: Amount
    reason: str


@dataclass(frozen=True, slots=True)
class Refundable:
    """What may still go back of an invoice: of the shop's own, and what is owed to the payer."""

    left: Amount
    owed: tuple[Owed, ...]

    @property
    def is_anything(self) -> bool:
        return self.left.is_positive or bool(self.owed)


def refundable_of(invoice: Invoice) -> Refundable:
    """At most eight queries. A promise only under the invoice's lock."""
    taken = set(
        Refund.objects.filter(invoice_id=invoice.id, claim_id__isnull=False)
        .exclude(status__in=UNDONE)
        .values_list("claim_id", flat=True)
    )
    claims = [claim for claim in claims_of(invoice.id) if claim.id not in taken]
    verdicts = verdict_states([claim.deposit_id for claim in claims])
    decimals = dict(
        Token.objects.filter(code__in={claim.asset for claim in claims}).values_list(
            "code", "decimals"
        )
    )
    return Refundable(
        left=Amount(paid_of(invoice).left_pricing_units, FIAT[invoice.currency]),
        owed=tuple(
            Owed(
                claim_id=claim.id,
                amount=Amount(int(claim.units), Asset(claim.asset, decimals[claim.asset])),
                reason=claim.reason,
            )
            for claim in claims
            if verdicts.get(claim.deposit_id) in OWED_STATES
        ),
    )
