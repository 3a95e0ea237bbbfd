"""A bank as tests play it: it writes statements and status reports, by hand, not by our code."""

from dataclasses import dataclass, field
from datetime import date, timedelta

IBAN = "DE89370400440532013000"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
PAIN002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def money(units: int) -> str:
    return f"{abs(units) // 100}.{abs(units) % 100:02}"


def sign(units: int) -> str:
    return "CRDT" if units >= 0 else "DBIT"


@dataclass(frozen=True)
class Line:
    units: int
    end_to_end: str = ""
    code: str = "ESCT"
    reason: str = ""
    reference: str = "REF"
    text: str = ""

    def xml(self, day: date) -> str:
        details = ""
        if self.end_to_end or self.reason:
            why = f"<RtrInf><Rsn><Cd>{self.reason}</Cd></Rsn></RtrInf>" if self.reason else ""
            details = (
                f"<NtryDtls><TxDtls><Refs><EndToEndId>{self.end_to_end or 'NOTPROVIDED'}"
                f"</EndToEndId></Refs>{why}</TxDtls></NtryDtls>"
            )
        return (
            f'<Ntry><Amt Ccy="EUR">{money(self.units)}</Amt><CdtDbtInd>{sign(self.units)}'
            f"</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
            f"<AcctSvcrRef>{self.reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly>"
            f"<Cd>ICDT</Cd><SubFmlyCd>{self.code}</SubFmlyCd></Fmly></Domn></BkTxCd>{details}"
            f"<AddtlNtryInf>{self.text}</AddtlNtryInf></Ntry>"
        )


@dataclass
class Bank:
    """The house's account."""

    units: int = 0
    day: date = date(2026, 12, 1)
    number: int = 0
    statements: list[bytes] = field(default_factory=list)

    def books(self, *lines: Line) -> bytes:
        """A day's statement."""
        before, self.units = self.units, self.units + sum(line.units for line in lines)
        self.number += 1
        made = statement(
            *lines, opening=before, closing=self.units, day=self.day, number=self.number
        )
        self.day += timedelta(days=1)
        self.statements.append(made)
        return made


def statement(
    *lines: Line,
    opening: int,
    closing: int,
    day: date,
    number: int = 0,
    iban: str = IBAN,
    name: str = "",
) -> bytes:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{money(units)}</Amt><CdtDbtInd>{sign(units)}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, units in (("OPBD", opening), ("CLBD", closing))
    )
    sequence = f"<ElctrncSeqNb>{number}</ElctrncSeqNb>" if number else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{CAMT}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>{day}T20:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{name or f'S{day}'}</Id>{sequence}<CreDtTm>{day}T20:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}"
        f"{''.join(line.xml(day) for line in lines)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def rejection(message: str, *, end_to_end: str = "", code: str = "AC04") -> bytes:
    why = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"
    group = "" if end_to_end else f"<GrpSts>RJCT</GrpSts>{why}"
    transfer = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId><TxInfAndSts>"
        f"<OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId><TxSts>RJCT</TxSts>{why}</TxInfAndSts>"
        "</OrgnlPmtInfAndSts>"
        if end_to_end
        else ""
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{PAIN002}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>B1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>"
        f"{group}</OrgnlGrpInfAndSts>{transfer}</CstmrPmtStsRpt></Document>"
    ).encode()
