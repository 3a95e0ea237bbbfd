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
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from gateway.compliance.travelling.errors import TrpInvalid
from gateway.compliance.travelling.ivms.parts import Identity, PayloadVersion
from gateway.compliance.travelling.ivms.versions import identity_read, identity_write
from gateway.compliance.travelling.trp_fields import (
    AssetName,
    address_read,
    amount_read,
    asset_read,
    fields_only,
    object_read,
    text_read,
    url_read,
)

VERSION: Final = "3.2.1"
SPOKEN: Final = re.compile(r"3\.[0-9]{1,3}\.[0-9]{1,3}")
"""Versions that we answer: since 3.0 the messages are the same."""
EXTENSIONS: Final[frozenset[str]] = frozenset()
"""Those of the protocol's extensions that we speak: none. Whoever requires one is refused."""
VERSION_HEADER: Final = "api-version"
REQUEST_HEADER: Final = "request-identifier"
EXTENSIONS_HEADER: Final = "api-extensions"

AmountForm = Literal["text", "number"]


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
    told = object_read(body)
    fields_only(told, "asset", "amount", "callback", "IVMS101", "extensions")
    identity, version = identity_read(told.get("IVMS101"), today=today)
    return Inquiry(
        asset=asset_read(told.get("asset")),
        amount=amount_read(told.get("amount")),
        callback=url_read(told.get("callback")),
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
    told = object_read(body)
    if "version" in told and not {"approved", "rejected"} & set(told):
        return Acknowledged(version=text_read(told["version"]))
    return _resolution(told)


def resolution_read(body: bytes) -> Resolution:
    """What comes to an inquiry's callback. Raises TrpInvalid."""
    return _resolution(object_read(body))


def resolution_write(resolution: Resolution) -> bytes:
    if isinstance(resolution, Rejected):
        return json.dumps({"rejected": resolution.comment}, ensure_ascii=False).encode()
    approved = {"address": resolution.address, "callback": resolution.callback}
    return json.dumps({"approved": approved}).encode()


def confirmation_read(body: bytes) -> Confirmation:
    """Raises TrpInvalid."""
    told = object_read(body)
    txid, canceled = told.get("txid"), told.get("canceled")
    if (txid is None) == (canceled is None):
        raise TrpInvalid("A confirmation says txid or canceled.")
    if txid is None:
        return Confirmation(canceled=text_read(canceled) or "canceled")
    return Confirmation(txid=address_read(txid))


def confirmation_write(confirmation: Confirmation) -> bytes:
    told = {"txid": confirmation.txid} if confirmation.txid else {"canceled": confirmation.canceled}
    return json.dumps(told, ensure_ascii=False).encode()


def _resolution(told: Mapping[str, Any]) -> Resolution:
    approved, rejected = told.get("approved"), told.get("rejected")
    if (approved is None) == (rejected is None):
        raise TrpInvalid("A resolution says approved or rejected.")
    if approved is None:
        return Rejected(comment=text_read(rejected))
    if not isinstance(approved, Mapping):
        raise TrpInvalid("approved names an address and a callback.")
    return Approved(
        address=address_read(approved.get("address")), callback=url_read(approved.get("callback"))
    )
