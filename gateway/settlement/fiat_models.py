"""How far a payout to a bank is."""

from django.db import models
from django.db.models import F, Q

from gateway.money.fields import UnitsField
from gateway.settlement.fiat_life import FETCHING, STATES

BEARERS = ("house", "shop")


class FiatWay(models.Model):
    """A payout's way through a ramp to its shop's bank: ``fiat_life.Way`` as a row.

    The payout's amount P is what the shop's balance gave. With a fee f of the shop's the ramp's
    account gets P and the bank P - f; with one of the house's, P + f and P.
    """

    payout = models.OneToOneField(
        "settlement.Payout", on_delete=models.PROTECT, primary_key=True, related_name="fiat_way"
    )
    ramp = models.TextField()
    account = models.TextField(help_text="the shop's, by the ramp's name; set when it is sent")
    state = models.TextField(default="waiting")
    is_back = models.BooleanField(default=False)
    is_direct = models.BooleanField(default=False, help_text="the ramp pays the bank straight away")
    transfer_units = UnitsField(help_text="to the shop's account at the ramp")
    bank_units = UnitsField(help_text="from there to the bank")
    fee_bearer = models.TextField()
    fee_units = UnitsField(default=0, help_text="that the ramp was expected to take")
    charged_units = UnitsField(default=0, help_text="that it took")
    back_units = UnitsField(default=0, help_text="of the transfer, what came back")
    transfer_id = models.TextField(default="", help_text="by the ramp's name")
    transfers = models.PositiveSmallIntegerField(default=0, help_text="instructed")
    fetches = models.PositiveSmallIntegerField(default=0, help_text="reversals instructed")
    retry_at = models.DateTimeField(null=True, help_text="not before, after a refusal")
    note = models.TextField(default="", help_text="for those who run the house")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="fiat_way_state_known"),
            models.CheckConstraint(condition=Q(fee_bearer__in=BEARERS), name="fiat_way_bearer"),
            models.CheckConstraint(
                condition=Q(
                    bank_units__gt=0,
                    transfer_units=F("bank_units") + F("fee_units"),
                    back_units__lte=F("transfer_units"),
                ),
                name="fiat_way_adds_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["retry_at"], name="fiat_way_fetch", condition=Q(state__in=FETCHING)
            ),
            models.Index(
                fields=["ramp"], name="fiat_way_promised", condition=Q(state="transferring")
            ),
        ]

    def __str__(self) -> str:
        return f"way of payout {self.payout_id} ({self.state})"
