"""`manage.py float_fund --asset USDC@8453 --units 250000000 --reference …`: book own money."""

from gateway.settlement.management.booking import BookingCommand
from gateway.treasury.services import float_fund


class Command(BookingCommand):
    help = "Book base units that the house sent to a chain's treasury address."
    book = staticmethod(float_fund)
    named = "the transfer"
