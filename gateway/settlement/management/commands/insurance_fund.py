"""`manage.py insurance_fund --asset USDC@8453 --units 250000000 --reference …`: set money aside."""

from gateway.settlement.management.booking import BookingCommand
from gateway.treasury.losses import insurance_fund


class Command(BookingCommand):
    help = "Set base units of the house's capital aside for losses after a reorganisation."
    book = staticmethod(insurance_fund)
    named = "the decision"
