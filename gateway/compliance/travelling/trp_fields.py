"""The fields of the Travel Rule Protocol's messages, read strictly. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from gateway.compliance.travelling.errors import TrpInvalid

MAX_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 1_000
MAX_URL: Final = 2_000
MAX_DIGITS: Final = 78
_ADDRESS: Final = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class AssetName:
    """What is sent, by one of two lists. ``dti`` is a Digital Token Identifier (ISO 24165),
    ``slip0044`` a registered coin type, for a chain's own coin."""

    dti: str = ""
    slip0044: int | None = None


def object_read(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise TrpInvalid("This is too long.", status=413)
    try:
        told = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise TrpInvalid("The body must be JSON.") from error
    if not isinstance(told, dict):
        raise TrpInvalid("The body must be a JSON object.")
    return told


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def fields_only(told: Mapping[str, Any], *names: str) -> None:
    if set(told) - set(names):
        raise TrpInvalid("The body has fields that the protocol does not name.")
    if told.get("extensions"):
        raise TrpInvalid("The body has extensions that are not spoken here.")


def asset_read(told: Any) -> AssetName:
    if isinstance(told, Mapping) and set(told) == {"dti"} and isinstance(told["dti"], str):
        if re.fullmatch(r"[B-DF-HJ-NP-TV-XZ0-9]{9}", told["dti"]):
            return AssetName(dti=told["dti"])
    elif isinstance(told, Mapping) and set(told) == {"slip0044"}:
        coin = told["slip0044"]
        if isinstance(coin, str) and coin.isascii() and coin.isdigit() and len(coin) < 11:
            coin = int(coin)
        if type(coin) is int and 0 <= coin < 2**31:
            return AssetName(slip0044=coin)
    raise TrpInvalid("asset names one dti or one slip0044.")


def amount_read(told: Any) -> Decimal:
    """An amount above zero. A boolean is a number to Python, and none to us."""
    if isinstance(told, bool) or not isinstance(told, str | int | Decimal):
        raise TrpInvalid("amount must be a number, or one as text.")
    try:
        amount = Decimal(told)
    except InvalidOperation as error:
        raise TrpInvalid("amount must be a number, or one as text.") from error
    if not amount.is_finite() or amount <= 0:
        raise TrpInvalid("amount must be more than zero.")
    if abs(amount.adjusted()) > MAX_DIGITS or len(amount.as_tuple().digits) > MAX_DIGITS:
        raise TrpInvalid("amount has more digits than any asset.")
    return amount


def url_read(told: Any) -> str:
    if not isinstance(told, str) or not told.startswith("https://") or len(told) > MAX_URL:
        raise TrpInvalid("A callback is an https address.")
    return told


def address_read(told: Any) -> str:
    if not isinstance(told, str) or not _ADDRESS.fullmatch(told):
        raise TrpInvalid("An address or a transaction is a word.")
    return told


def text_read(told: Any) -> str:
    if not isinstance(told, str) or len(told) > MAX_TEXT:
        raise TrpInvalid("A comment is a text.")
    return "".join(letter for letter in told if letter.isprintable())
