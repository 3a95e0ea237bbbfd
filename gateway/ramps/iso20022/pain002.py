"""Read what a bank says of a message that it was sent, pain.002.001.10 (.001.03 too). Pure."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.ramps.iso20022.reading import document, text_at, texts_at

NAMESPACES: Final = (
    "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10",
    "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03",
)
REJECTED: Final = "RJCT"


@dataclass(frozen=True, slots=True)
class Rejected:
    """
    Attributes:
        end_to_end_id: of one transfer; "" is every one of the message.
        code, reason: the bank's.
    """

    message_id: str
    end_to_end_id: str
    code: str
    reason: str


def pain002(body: bytes) -> tuple[Rejected, ...]:
    """What of a message was rejected. All else that a bank says of one is no proof of anything: a
    statement is.

    Raises:
        BankFileRefused: it is no such message.
    """
    report = document(body, namespaces=NAMESPACES).find("CstmrPmtStsRpt")
    return tuple(_rejected(report)) if report is not None else ()


def _rejected(report: ET.Element) -> Iterator[Rejected]:
    message = text_at(report, "OrgnlGrpInfAndSts/OrgnlMsgId")
    group = report.find("OrgnlGrpInfAndSts")
    if group is not None and group.findtext("GrpSts") == REJECTED:
        yield _one(message, "", group)
        return
    for payment in report.findall("OrgnlPmtInfAndSts"):
        if payment.findtext("PmtInfSts") == REJECTED:
            yield _one(message, "", payment)  # a message of ours has one payment
            return
        for transfer in payment.findall("TxInfAndSts"):
            if transfer.findtext("TxSts") == REJECTED:
                yield _one(message, text_at(transfer, "OrgnlEndToEndId"), transfer)


def _one(message: str, end_to_end_id: str, told: ET.Element) -> Rejected:
    code = text_at(told, "StsRsnInf/Rsn/Cd", default="") or text_at(
        told, "StsRsnInf/Rsn/Prtry", default=REJECTED
    )
    words = " ".join(texts_at(told, "StsRsnInf/AddtlInf"))[:300]
    return Rejected(message, end_to_end_id, code, words)
