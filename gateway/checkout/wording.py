"""How money, addresses and links are written for people: pure, exact, on strings."""

from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlsplit

from django.utils.formats import get_format

FIAT_SIGNS: Final[dict[str, str]] = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "CN¥",
    "CHF": "CHF\N{NO-BREAK SPACE}",
}
GROUP: Final = 3


def grouped(plain: str) -> str:
    """A plain decimal string with the language's separators; no digit of it is lost."""
    sign, digits = ("−", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    # Django groups no Chinese numbers; sums of money are grouped there like anywhere.
    separator = get_format("THOUSAND_SEPARATOR") or ","
    point = get_format("DECIMAL_SEPARATOR")
    parts: list[str] = []
    while len(whole) > GROUP:
        parts.insert(0, whole[-GROUP:])
        whole = whole[:-GROUP]
    parts.insert(0, whole)
    return sign + str(separator).join(parts) + (f"{point}{fraction}" if fraction else "")


def money_text(plain: str, currency: str) -> str:
    """``12.50`` and ``EUR`` as people write it: ``€12.50``; tokens as ``13.62 USDC``."""
    number = grouped(plain)
    symbol = asset_symbol(currency)
    mark = FIAT_SIGNS.get(symbol) if symbol == currency else None
    if mark is None:
        return f"{number}\N{NO-BREAK SPACE}{symbol}"
    if number.startswith("−"):
        return f"−{mark}{number[1:]}"
    return f"{mark}{number}"


def trimmed(plain: str) -> str:
    """A token amount without the zeros at its end that say nothing."""
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def rate_words(symbol: str, rate: str, currency: str) -> str:
    """``1 ETH ≈ €2,771.31``: a rate to read, with fewer places the larger it is."""
    exact = Decimal(rate)
    places = 2 if exact >= 100 else 4 if exact >= 1 else 6
    shown = f"{exact:.{places}f}"
    sign = "=" if Decimal(shown) == exact else "≈"
    return f"1 {symbol} {sign} {money_text(shown, currency)}"


def asset_symbol(code: str) -> str:
    """``USDC`` of ``USDC@8453``."""
    return code.partition("@")[0]


def address_ends(address: str) -> tuple[str, str, str]:
    """An address in three parts, so that the ends which people compare stand out."""
    return address[:6], address[6:-6], address[-6:]


def short_hex(text: str) -> str:
    """``0x8335…2913`` of an address or a transaction's hash."""
    return text if len(text) <= 13 else f"{text[:6]}…{text[-4:]}"


def metamask_link(page_url: str) -> str:
    """Opens the page in MetaMask's own browser: it takes the address without its scheme."""
    parts = urlsplit(page_url)
    query = f"?{parts.query}" if parts.query else ""
    return f"https://link.metamask.io/dapp/{parts.netloc}{parts.path}{query}"


def trust_link(page_url: str) -> str:
    """Opens the page in Trust Wallet's own browser (coin 60 is Ethereum)."""
    return f"https://link.trustwallet.com/open_url?coin_id=60&url={quote(page_url, safe='')}"
