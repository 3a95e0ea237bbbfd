"""Money on its way back to shoppers, and the links by which they say where to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from gateway.chains.signed_texts import SIGNATURE_KINDS
from gateway.events.ids import uuid7
from gateway.invoices.models import CLAIM_REASONS
from gateway.money.fields import UnitsField
from gateway.refunds.life import ENDED, STATUSES, WAITING_REASONS

MODES = ("test", "live")
KINDS = ("payment", *CLAIM_REASONS)
"""``payment``: a shop gives back what it was credited. The others: money that was never the
shop's, by the reason why it is owed to its payer."""
RATES = ("paid", "today")
WORTH = RawSQL("coalesce(worth_units, 0)", (), UnitsField())
"""What a refund was worth, nothing where nobody could say. An index has it as it stands here."""


class Refund(models.Model):
    """One amount that goes back to a shopper, named for who asked and who approved.

    What it is is fixed when it is asked for. How much of which token goes where is fixed when it
    is queued for its chain.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    status = models.TextField(default="requested")
    kind = models.TextField()
    claim_id = models.UUIDField(null=True, help_text="the money owed; null: the shop gives its own")
    deposit_id = models.UUIDField(null=True, help_text="the deposit of the money owed")
    rate = models.TextField(help_text="paid or today")
    reason = models.TextField(default="", help_text="why, in the shop's words")

    part_units = UnitsField(
        default=0, help_text="settlement units at the rate paid, of what was paid before the fee"
    )
    taken_units = UnitsField(
        default=0, help_text="settlement units set aside from the shop's balance"
    )
    settlement_asset = models.TextField()
    settlement_decimals = models.PositiveSmallIntegerField()
    token_asset = models.TextField(help_text="the token that was paid")
    token_decimals = models.PositiveSmallIntegerField()
    token_units = UnitsField(help_text="its base units at the rate paid")
    currency = models.TextField()
    worth_units = UnitsField(null=True, help_text="minor units; null: nobody could say")
    offered = ArrayField(models.TextField(), help_text="assets the shopper may choose from")

    requested_by = models.TextField()
    requested_via = models.TextField(help_text="till, dashboard or api")
    session = models.TextField(default="", help_text="names the till or browser session")
    external_key = models.TextField(default="", help_text="the caller's name for this refund")
    needs_second = models.BooleanField(help_text="nobody approves what they asked for")
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="", help_text="who rejected it; empty: nobody did")
    end_reason = models.TextField(default="", help_text="a code")

    link_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the claim link's token")
    link_expires_at = models.DateTimeField()
    linked_by = models.TextField(help_text="who made the link that holds now, and could read it")

    asset = models.TextField(default="", help_text="as chosen by the shopper")
    decimals = models.PositiveSmallIntegerField(default=0)
    chain_id = models.BigIntegerField(null=True)
    destination = models.BinaryField(max_length=20, null=True)
    claimed_at = models.DateTimeField(null=True)
    proof_kind = models.TextField(
        default="", help_text="eip191, erc1271, erc6492; empty: none was asked"
    )
    proof_payer = models.BinaryField(
        max_length=20,
        null=True,
        help_text="the address that paid, as the shopper showed",
    )
    proof_signature = models.BinaryField(null=True, help_text="its signature of this claim")
    promised_units = UnitsField(null=True, help_text="of the token, if sent by promised_until")
    promised_until = models.DateTimeField(null=True)
    verdict = models.TextField(default="", help_text="on the destination: clear or listed")
    verdict_lists = models.TextField(default="", help_text="versions it was given by")
    verdict_at = models.DateTimeField(null=True)

    units = UnitsField(null=True, help_text="of the asset, as queued for its chain")
    cost_units = UnitsField(null=True, help_text="settlement units that the token cost the shop")
    waiting_reason = models.TextField(default="")
    sends = models.PositiveIntegerField(default=0, help_text="transactions queued so far")
    transaction_id = models.UUIDField(null=True, help_text="of the latest outgoing transaction")
    tx_hash = models.BinaryField(max_length=32, null=True)
    fee_units = UnitsField(default=0, help_text="wei of gas, paid by the house")
    failure_code = models.TextField(default="")

    requested_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link_hash"], name="refund_link_once"),
            models.UniqueConstraint(fields=["transaction_id"], name="refund_of_transaction"),
            models.UniqueConstraint(
                fields=["shop_id", "external_key"],
                condition=~Q(external_key=""),
                name="refund_external_key_once",
            ),
            # Money owed goes back once, whoever asks at the same time.
            models.UniqueConstraint(
                fields=["claim_id"],
                condition=Q(claim_id__isnull=False) & ~Q(status__in=("expired", "rejected")),
                name="refund_of_claim_once",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="refund_status_known"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="refund_mode_known"),
            models.CheckConstraint(condition=Q(rate__in=RATES), name="refund_rate_known"),
            models.CheckConstraint(
                condition=Q(
                    kind="payment", claim_id__isnull=True, part_units__gt=0, taken_units__gt=0
                )
                | (
                    Q(kind__in=CLAIM_REASONS, claim_id__isnull=False, deposit_id__isnull=False)
                    & Q(part_units=0, taken_units=0, token_units__gt=0)
                ),
                name="refund_of_a_payment_or_of_money_owed",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | Q(approved_by="")
                | ~Q(approved_by=F("requested_by")),
                name="refund_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="", approved_at__isnull=True)
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="refund_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "sending", "completed"))
                | (~Q(approved_by="") & Q(destination__isnull=False, claimed_at__isnull=False)),
                name="refund_leaves_claimed_and_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("sending", "completed"))
                | Q(transaction_id__isnull=False, units__gt=0, verdict="clear"),
                name="refund_sent_by_a_transaction",
            ),
            models.CheckConstraint(
                condition=Q(waiting_reason="")
                | Q(waiting_reason__in=WAITING_REASONS, status__in=("approved", "sending")),
                name="refund_waits_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(proof_kind="", proof_payer__isnull=True, proof_signature__isnull=True)
                | Q(
                    proof_kind__in=SIGNATURE_KINDS,
                    proof_payer__isnull=False,
                    proof_signature__isnull=False,
                ),
                name="refund_proof_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(status__in=ENDED),
                name="refund_ended_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "id"], name="refund_of_shop"),
            models.Index(
                fields=["shop_id", "tx_hash", "id"],
                name="refund_in_transaction",
                condition=Q(tx_hash__isnull=False),
            ),
            models.Index(
                fields=["shop_id", "destination", "id"],
                name="refund_to_address",
                condition=Q(destination__isnull=False),
            ),
            models.Index(F("shop_id"), WORTH, F("id"), name="refund_by_worth"),
            models.Index(fields=["invoice_id", "id"], name="refund_of_invoice"),
            models.Index(
                fields=["asset", "id"], name="refund_to_send", condition=Q(status="approved")
            ),
            models.Index(
                fields=["link_expires_at"],
                name="refund_to_expire",
                condition=Q(status="requested"),
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.id} ({self.status})"

    @property
    def is_converted(self) -> bool:
        """Whether the desk has sold the token that it is to be sent in: then it stays in that."""
        return self.cost_units is not None
