"""Write a message of credit transfers, pain.001.001.09. Pure.

Elements: ISO 20022 CustomerCreditTransferInitiationV09, of it what the EPC's customer-to-bank
guidelines (EPC132-08) let a SEPA credit transfer have.
"""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from gateway.money.amounts import Amount, format_amount, zero
from gateway.ramps.iso20022.charset import sepa_name, sepa_text
from gateway.ramps.iso20022.errors import BadMessage
from gateway.ramps.iso20022.iban import bic_of, iban_of

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_UNITS: Final = 99_999_999_999
"""999 999 999.99 of one transfer: the SEPA scheme's own limit."""
REMITTANCE: Final = 140


@dataclass(frozen=True, slots=True)
class Party:
    """An account and whose it is.

    Attributes:
        bic: may be "": banks find one another by the IBAN.
    """

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """
    Attributes:
        end_to_end_id: ours; every bank on the way keeps it (``end_to_end_of``).
        remittance: for the payee's statement.
    """

    end_to_end_id: str
    amount: Amount
    to: Party
    remittance: str = ""


def end_to_end_of(row: UUID) -> str:
    """A row's name at banks: 34 of the 35 characters that there are."""
    return f"TW{row.hex.upper()}"


def pain001(
    *,
    message_id: str,
    made_at: datetime,
    execute_on: date,
    payer: Party,
    transfers: Sequence[Transfer],
) -> bytes:
    """The message, one payment of many transfers; the same arguments give the same bytes.

    Each is asked to be booked by itself, so that a statement names it.

    Args:
        message_id: the message's and its payment's name, up to 35 characters.
        execute_on: a business day (``business_days``).

    Raises:
        BadMessage: there is none, two have one name, currencies differ, or an amount is not paid.
        BadIban, BadBic, BadHolder
    """
    _check(message_id, transfers)
    total = sum((one.amount for one in transfers), start=zero(transfers[0].amount.asset))
    count, control = str(len(transfers)), format_amount(total)
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    message = ET.SubElement(root, "CstmrCdtTrfInitn")
    header = ET.SubElement(message, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _text(header, "NbOfTxs", count)
    _text(header, "CtrlSum", control)
    _text(ET.SubElement(header, "InitgPty"), "Nm", sepa_name(payer.name))
    payment = ET.SubElement(message, "PmtInf")
    _text(payment, "PmtInfId", message_id)
    _text(payment, "PmtMtd", "TRF")
    _text(payment, "BtchBookg", "false")
    _text(payment, "NbOfTxs", count)
    _text(payment, "CtrlSum", control)
    if total.asset.code == "EUR":
        _text(_path(payment, "PmtTpInf", "SvcLvl"), "Cd", "SEPA")
    _text(ET.SubElement(payment, "ReqdExctnDt"), "Dt", execute_on.isoformat())
    _text(ET.SubElement(payment, "Dbtr"), "Nm", sepa_name(payer.name))
    _text(_path(payment, "DbtrAcct", "Id"), "IBAN", iban_of(payer.iban))
    bank = _path(payment, "DbtrAgt", "FinInstnId")
    if payer.bic:
        _text(bank, "BICFI", bic_of(payer.bic))
    else:
        _text(ET.SubElement(bank, "Othr"), "Id", "NOTPROVIDED")
    _text(payment, "ChrgBr", "SLEV")
    for one in transfers:
        _transfer(payment, one)
    ET.indent(root)
    body: bytes = ET.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _transfer(payment: ET.Element, one: Transfer) -> None:
    info = ET.SubElement(payment, "CdtTrfTxInf")
    names = ET.SubElement(info, "PmtId")
    _text(names, "InstrId", one.end_to_end_id)
    _text(names, "EndToEndId", one.end_to_end_id)
    amount = ET.SubElement(_path(info, "Amt"), "InstdAmt", {"Ccy": one.amount.asset.code})
    amount.text = format_amount(one.amount)
    if one.to.bic:
        _text(_path(info, "CdtrAgt", "FinInstnId"), "BICFI", bic_of(one.to.bic))
    _text(ET.SubElement(info, "Cdtr"), "Nm", sepa_name(one.to.name))
    _text(_path(info, "CdtrAcct", "Id"), "IBAN", iban_of(one.to.iban))
    if said := sepa_text(one.remittance, limit=REMITTANCE):
        _text(ET.SubElement(info, "RmtInf"), "Ustrd", said)


def _check(message_id: str, transfers: Sequence[Transfer]) -> None:
    if not transfers:
        raise BadMessage("There is nothing to pay.")
    for name in (message_id, *(one.end_to_end_id for one in transfers)):
        if not 0 < len(name) <= 35 or sepa_text(name, limit=35) != name:
            raise BadMessage(f"{name!r} is no name of a payment.")
    twice = [name for name, n in Counter(t.end_to_end_id for t in transfers).items() if n > 1]
    if twice:
        raise BadMessage(f"{twice[0]} stands twice.")
    if len({one.amount.asset for one in transfers}) > 1:
        raise BadMessage("A message is in one currency.")
    if not all(0 < one.amount.units <= MOST_UNITS for one in transfers):
        raise BadMessage("An amount is not above zero, or more than can be paid at once.")


def _path(parent: ET.Element, *names: str) -> ET.Element:
    for name in names:
        parent = ET.SubElement(parent, name)
    return parent


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
