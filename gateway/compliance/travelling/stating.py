"""Who pays, as a shopper says it: kept sealed for a subject of its own, and held against the money
that comes.

The subject is screened by name, rotated and erased like any other (``keeping``)."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from gateway.chains.addresses import checksum
from gateway.compliance.knowing.declaring import subject_screen
from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.fields import seal_for, unseal_for
from gateway.compliance.naming.selectors import name_standing
from gateway.compliance.travelling.errors import PayerUnclear
from gateway.compliance.travelling.ivms.parts import Person
from gateway.compliance.travelling.ivms.payers import PayerTold, payer_person
from gateway.compliance.travelling.keeping import party_declare
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.proving import Shown, challenge_use
from gateway.compliance.travelling.thresholds import Known
from gateway.events.ids import uuid7
from gateway.events.points import point

HOLDS_FOR: Final = timedelta(hours=24)
"""How long what was said counts for money that comes."""
MAX_PROVIDER: Final = 100
_VERSION: Final = 1

PayerStanding = Literal["told", "untold", "pending", "named"]
"""Of money that came: somebody said who pays; nobody did, or of another wallet; whether a list
names them is not known yet; one does, and people look."""
_STANDINGS: Final[dict[str, PayerStanding]] = {
    "clear": "told",
    "match": "named",
    "unknown": "pending",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a shopper says.

    Attributes:
        told: who they are.
        known_by: which of that is asked, beside the name.
        provider: with whom the account is that they pay from; "": it is their own wallet.
        address: the wallet that they showed to be theirs; None where nobody asks for it.
        shown: what shows it.
    """

    told: PayerTold
    known_by: frozenset[Known]
    provider: str = ""
    address: bytes | None = None
    shown: Shown | None = None


class SignedText(msgspec.Struct, frozen=True):
    """What a wallet signed, so that anybody can check it again."""

    message: str
    signature: str
    kind: str
    chain_id: int | None = None


class Said(msgspec.Struct, frozen=True):
    """What is sealed: the person as providers tell each other, and how they pay."""

    name: str
    person: Person
    provider: str = ""
    address: str = ""
    signed: SignedText | None = None


def statement_keep(
    *, invoice_id: UUID, shop_id: UUID, mode: str, statement: Statement, now: datetime
) -> PayerStatement:
    """Keep what a shopper says of who pays. In the caller's transaction.

    Raises:
        PayerUnclear: something is missing, or can't be.
        ChallengeOver: the text that the wallet signed was used.
    """
    told = statement.told
    person = payer_person(told, known_by=statement.known_by, today=now.date())
    provider = statement.provider.strip()
    if len(provider) > MAX_PROVIDER or not provider.isprintable():
        raise PayerUnclear(field="provider")
    if statement.shown is not None:
        challenge_use(statement.shown.nonce, now=now)
    subject = party_declare(
        shop_id=shop_id, person=person, mode=mode, now=now, known=_fields(statement)
    )
    said = Said(
        name=told.name,
        person=person,
        provider=provider,
        address=checksum(statement.address) if statement.address else "",
        signed=_signed(statement.shown),
    )
    kept_as = uuid7()
    kept = PayerStatement.objects.create(
        id=kept_as,
        invoice_id=invoice_id,
        shop_id=shop_id,
        mode=mode,
        subject_id=subject.id,
        wallet="provider" if provider else "own",
        is_proven=statement.shown is not None,
        box=seal_for(
            subject_id=subject.id,
            plain=msgspec.json.encode(said),
            name=_named(kept_as),
            version=_VERSION,
        ),
        stated_at=now,
        expires_at=now + HOLDS_FOR,
    )
    point("payer.stated")
    return kept


def statements_of(invoice_id: UUID) -> list[PayerStatement]:
    """What was said of who pays an invoice, the last first. One query."""
    return list(PayerStatement.objects.filter(invoice_id=invoice_id).order_by("-id"))


def statement_open(statement: PayerStatement) -> Said:
    """What was said. One query.

    Raises:
        SubjectErased: its term is over.
        KeyUnknown
    """
    plain = unseal_for(
        subject_id=statement.subject_id,
        box=bytes(statement.box),
        name=_named(statement.id),
        version=_VERSION,
    )
    return msgspec.json.decode(plain, type=Said)


def statements_screen(statements: Collection[PayerStatement], *, now: datetime) -> None:
    """Ask the lists about those who were not asked about yet; nobody waits for their event."""
    for statement in statements:
        if name_standing(f"subject:{statement.subject_id}") == "unknown":
            with suppress(SubjectErased):
                subject_screen(subject_id=statement.subject_id, shop_id=statement.shop_id, now=now)


def payer_standing(
    statements: Collection[PayerStatement], *, senders: Collection[bytes], at: datetime
) -> PayerStanding:
    """Whether somebody said who pays with money of these wallets, that a block first held at a
    time. Up to two queries for each statement.

    Of several who are said to pay it all must be clear: who was called like a listed one and then
    says another name is for people to look at.
    """
    found: set[PayerStanding] = set()
    for statement in statements:
        if at >= statement.expires_at or not _is_of(statement, senders):
            continue
        found.add(_STANDINGS[name_standing(f"subject:{statement.subject_id}")])
    return next((one for one in ("named", "pending", "told") if one in found), "untold")


def _is_of(statement: PayerStatement, senders: Collection[bytes]) -> bool:
    """Whether a statement is about money of these wallets: where none was shown, of any."""
    if not statement.is_proven:
        return True
    try:
        said = statement_open(statement)
    except SubjectErased:
        return False
    return bytes.fromhex(said.address.removeprefix("0x")) in senders


def _fields(statement: Statement) -> dict[str, str]:
    """By which they are told from others of their name."""
    told, known_by = statement.told, statement.known_by
    fields = {"name": told.name}
    if "birth" in known_by:
        fields["date_of_birth"] = told.born_on.strip()
    if "address" in known_by:
        fields["country"] = told.country
    if "document" in known_by:
        fields["document_number"] = told.document.strip()
    return fields


def _signed(shown: Shown | None) -> SignedText | None:
    if shown is None:
        return None
    return SignedText(
        message=shown.message,
        signature="0x" + shown.signature.hex(),
        kind=shown.how.kind,
        chain_id=shown.how.chain_id,
    )


def _named(statement_id: UUID) -> str:
    return f"payer:{statement_id}"
