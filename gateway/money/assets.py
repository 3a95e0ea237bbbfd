"""Assets: a token on a chain (``USDC@8453``) or a fiat currency (``EUR``), with its decimals."""

import re
from dataclasses import dataclass

from gateway.money.errors import BadAsset, UnknownCurrency

MAX_DECIMALS = 36

# A wallet shows this many places of an 18-decimal token before it shortens the number itself,
# and a person can still compare them with what the till says.
WALLET_PLACES = 6
WALLET_PLACES_MAX = 8

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,31}(?:@[1-9][0-9]{0,18})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asset:
    """What an amount is of: ``code`` names it, ``decimals`` says how many base units make one."""

    code: str
    decimals: int

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise BadAsset(f"{self.code!r} is not an asset code.")
        if type(self.decimals) is not int or not 0 <= self.decimals <= MAX_DECIMALS:
            raise BadAsset(f"{self.code} cannot have {self.decimals!r} decimals.")

    @property
    def symbol(self) -> str:
        """The part people read: ``USDC`` of ``USDC@8453``."""
        return self.code.partition("@")[0]

    @property
    def chain_id(self) -> int | None:
        """The chain the token lives on; None for fiat."""
        chain = self.code.partition("@")[2]
        return int(chain) if chain else None

    @property
    def is_fiat(self) -> bool:
        return "@" not in self.code

    @property
    def one(self) -> int:
        """Base units of one whole unit."""
        return int(10**self.decimals)

    def __str__(self) -> str:
        return self.code


# ISO 4217, with the minor units a price is written in.
FIAT: dict[str, Asset] = {
    code: Asset(code, decimals)
    for code, decimals in (
        ("EUR", 2),
        ("USD", 2),
        ("GBP", 2),
        ("CHF", 2),
        ("JPY", 0),
        ("CNY", 2),
        ("SEK", 2),
        ("NOK", 2),
        ("DKK", 2),
        ("PLN", 2),
        ("CZK", 2),
        ("HUF", 2),
        ("RON", 2),
        ("CAD", 2),
        ("AUD", 2),
        ("NZD", 2),
        ("SGD", 2),
        ("HKD", 2),
        ("KRW", 0),
        ("INR", 2),
        ("BRL", 2),
        ("MXN", 2),
        ("ZAR", 2),
        ("TRY", 2),
        ("AED", 2),
        ("KWD", 3),
    )
}


def fiat(code: str) -> Asset:
    """The currency of an ISO code.

    Raises:
        UnknownCurrency: we do not know it. The code is case-sensitive: ``eur`` is a mistake.
    """
    try:
        return FIAT[code]
    except KeyError:
        raise UnknownCurrency(f"{str(code)[:32]!r} is not a currency we know.") from None


def wallet_places(asset: Asset) -> int:
    """Decimals of ``asset`` a wallet shows: all of a token's up to eight, six of longer ones."""
    return asset.decimals if asset.decimals <= WALLET_PLACES_MAX else WALLET_PLACES
