"""Messages of the Travel Rule Protocol, version 3.2.1 (OpenVASP, 29 July 2024). Pure.

An inquiry goes to the address behind a travel address; its resolution comes in the answer or, once
people have decided, to the inquiry's callback; a confirmation goes to the callback of the
approval. The protocol writes amounts as JSON numbers; we write text, which loses nothing, and read
both, exactly (``parse_float=Decimal``).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, NoReturn
from uuid import UUID

from gateway.compliance.travelling.errors import TrpInvalid
from gateway.compliance.travelling.ivms.parts import Identity, PayloadVersion
from gateway.compliance.travelling.ivms.versions import identity_read, identity_write

VERSION: Final = "3.2.1"
SPOKEN: Final = re.compile(r"3\.[0-9]{1,3}\.[0-9]{1,3}")
"""Versions that we answer: since 3.0 the messages are the same."""
EXTENSIONS: Final[frozenset[str]] = frozenset()
"""Those of the protocol's extensions that we speak: none. Whoever requires one is refused."""
VERSION_HEADER: Final = "api-version"
REQUEST_HEADER: Final = "request-identifier"
EXTENSIONS_HEADER: Final = "api-extensions"
MAX_BYTES: Final = 64 * 1024
MAX_TEXT: Final = 1_000
MAX_URL: Final = 2_000
MAX_DIGITS: Final = 78
_ADDRESS: Final = re.compile(r"[!-~]{1,200}")

AmountForm = Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class AssetName:
    """What is sent, by one of two lists. ``dti`` is a Digital Token Identifier (ISO 24165),
    ``slip0044`` a registered coin type, for a chain's own coin."""

    dti: str = ""
    slip0044: int | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """May we send this to somebody of yours? ``amount`` is in whole units of the asset, exactly."""

    asset: AssetName
    amount: Decimal
    callback: str
    identity: Identity
    ivms: PayloadVersion


@dataclass(frozen=True, slots=True)
class Approved:
    """Yes: to this address; and where to tell what became of it."""

    address: str
    callback: str


@dataclass(frozen=True, slots=True)
class Rejected:
    comment: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The inquiry is being looked at: its resolution comes by the callback."""

    version: str


Resolution = Approved | Rejected


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of it: the transaction, or why there is none."""

    txid: str = ""
    canceled: str = ""


@dataclass(frozen=True, slots=True)
class Headers:
    request_identifier: str
    version: str = VERSION


def headers_read(told: Mapping[str, str]) -> Headers:
    """The protocol's headers, whatever their case.

    Raises:
        TrpInvalid: a version or an extension that we don't speak, or no identifier.
    """
    found = {name.lower(): value.strip() for name, value in told.items()}
    version = found.get(VERSION_HEADER, "")
    if not SPOKEN.fullmatch(version):
        raise TrpInvalid(f"api-version must be {VERSION} or another of 3.")
    asked = {one.strip() for one in found.get(EXTENSIONS_HEADER, "").split(",")} - {""}
    if asked - EXTENSIONS:
        raise TrpInvalid("api-extensions names one that is not spoken here.")
    try:
        identifier = UUID(found.get(REQUEST_HEADER, ""))
    except ValueError as error:
        raise TrpInvalid("request-identifier must be a UUID.") from error
    return Headers(request_identifier=str(identifier), version=version)


def headers_write(*, request_identifier: str, version: str = VERSION) -> dict[str, str]:
    return {
        VERSION_HEADER: version,
        REQUEST_HEADER: request_identifier,
        "content-type": "application/json; charset=utf-8",
    }


def inquiry_read(body: bytes, *, today: date) -> Inquiry:
    """Raises TrpInvalid, IvmsInvalid."""
    told = _object(body)
    _only(told, "asset", "amount", "callback", "IVMS101", "extensions")
    identity, version = identity_read(told.get("IVMS101"), today=today)
    return Inquiry(
        asset=_asset(told.get("asset")),
        amount=_amount(told.get("amount")),
        callback=_url(told.get("callback")),
        identity=identity,
        ivms=version,
    )


def inquiry_write(inquiry: Inquiry, *, today: date, amount_form: AmountForm = "text") -> bytes:
    """Raises IvmsInvalid."""
    asset: dict[str, Any] = (
        {"dti": inquiry.asset.dti} if inquiry.asset.dti else {"slip0044": inquiry.asset.slip0044}
    )
    amount = format(inquiry.amount, "f")
    ivms = identity_write(inquiry.identity, version=inquiry.ivms, today=today)
    text = json.dumps(
        {"asset": asset, "amount": amount, "callback": inquiry.callback, "IVMS101": ivms},
        ensure_ascii=False,
    )
    if amount_form == "number":
        # A number as exact as the text: JSON's own has any number of digits, a float hasn't.
        text = text.replace(f'"amount": "{amount}"', f'"amount": {amount}', 1)
    return text.encode()


def answer_read(body: bytes) -> Resolution | Acknowledged:
    """The answer to an inquiry. Raises TrpInvalid."""
    told = _object(body)
    if "version" in told and not {"approved", "rejected"} & set(told):
        return Acknowledged(version=_text(told["version"]))
    return _resolution(told)


def resolution_read(body: bytes) -> Resolution:
    """What comes to an inquiry's callback. Raises TrpInvalid."""
    return _resolution(_object(body))


def resolution_write(resolution: Resolution) -> bytes:
    if isinstance(resolution, Rejected):
        return json.dumps({"rejected": resolution.comment}, ensure_ascii=False).encode()
    approved = {"address": resolution.address, "callback": resolution.callback}
    return json.dumps({"approved": approved}).encode()


def confirmation_read(body: bytes) -> Confirmation:
    """Raises TrpInvalid."""
    told = _object(body)
    txid, canceled = told.get("txid"), told.get("canceled")
    if (txid is None) == (canceled is None):
        raise TrpInvalid("A confirmation says txid or canceled.")
    if txid is None:
        return Confirmation(canceled=_text(canceled) or "canceled")
    return Confirmation(txid=_address(txid))


def confirmation_write(confirmation: Confirmation) -> bytes:
    told = {"txid": confirmation.txid} if confirmation.txid else {"canceled": confirmation.canceled}
    return json.dumps(told, ensure_ascii=False).encode()


def _resolution(told: Mapping[str, Any]) -> Resolution:
    approved, rejected = told.get("approved"), told.get("rejected")
    if (approved is None) == (rejected is None):
        raise TrpInvalid("A resolution says approved or rejected.")
    if approved is None:
        return Rejected(comment=_text(rejected))
    if not isinstance(approved, Mapping):
        raise TrpInvalid("approved names an address and a callback.")
    return Approved(
        address=_address(approved.get("address")), callback=_url(approved.get("callback"))
    )


def _object(body: bytes) -> dict[str, Any]:
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


def _only(told: Mapping[str, Any], *names: str) -> None:
    if set(told) - set(names):
        raise TrpInvalid("The body has fields that the protocol does not name.")
    if told.get("extensions"):
        raise TrpInvalid("The body has extensions that are not spoken here.")


def _asset(told: Any) -> AssetName:
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


def _amount(told: Any) -> Decimal:
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


def _url(told: Any) -> str:
    if not isinstance(told, str) or not told.startswith("https://") or len(told) > MAX_URL:
        raise TrpInvalid("A callback is an https address.")
    return told


def _address(told: Any) -> str:
    if not isinstance(told, str) or not _ADDRESS.fullmatch(told):
        raise TrpInvalid("An address or a transaction is a word.")
    return told


def _text(told: Any) -> str:
    if not isinstance(told, str) or len(told) > MAX_TEXT:
        raise TrpInvalid("A comment is a text.")
    return "".join(letter for letter in told if letter.isprintable())
