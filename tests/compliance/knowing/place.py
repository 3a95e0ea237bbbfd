"""A shop that tells of itself, for this room's tests."""

from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils import timezone

from gateway.compliance.knowing.claims import Claims
from gateway.compliance.knowing.deciding import file_approval_propose
from gateway.compliance.knowing.files import (
    file_open,
    file_say,
    file_submit,
    holding_put,
    subject_put,
)
from gateway.compliance.knowing.models import BusinessFile, Subject
from gateway.compliance.knowing.proofs import proof_keep
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events.models import Event
from gateway.shops.services import shop_open
from tests.custody.approvals.conftest import ADA, BEA, delay_passed

NOW = timezone.now()
ANN = {
    "name": "Ann Arbor",
    "date_of_birth": "1980-02-29",
    "nationality": "DE",
    "country": "DE",
    "address": "Hauptstr. 1, 10115 Berlin",
}
COMPANY = {
    "name": "Bäckerei Arbor GmbH",
    "registration": "HRB 12345",
    "country": "DE",
    "address": "Hauptstr. 1, 10115 Berlin",
}
COLUMNS: dict[str, Any] = {
    "legal_form": "limited_company",
    "mcc": "5462",
    "currency": "EUR",
    "expected_monthly_units": 800_000,
    "sells_to": ["DE", "AT"],
    "level_wanted": "basic",
}


def opened(**columns: Any) -> BusinessFile:
    """A new test shop's file with the business told."""
    shop = shop_open(name="Arbor", pricing_currency="EUR", settlement_asset="USDC@31337", now=NOW)
    file_open(shop_id=shop.id, now=NOW)
    return file_say(shop_id=shop.id, fields=COMPANY, columns={**COLUMNS, **columns}, now=NOW)


def named(shop_id: UUID, *roles: str, kind: str = "person", **fields: str) -> Subject:
    return subject_put(
        shop_id=shop_id,
        kind=kind,
        fields={**(ANN if kind == "person" else COMPANY), **fields},
        roles=roles or ("director", "controller", "owner"),
        now=NOW,
    )


def verified(subject: Subject, reference: str = "vs_1") -> None:
    proof_keep(
        subject_id=subject.id,
        how="ramp",
        reference=reference,
        state="verified",
        claims=Claims(name="Ann Maria Arbor", born="1980-02-29", country="DE"),
        now=NOW,
    )


def filled(**columns: Any) -> tuple[BusinessFile, Subject]:
    """All that the basic level wants."""
    file = opened(**columns)
    ann = named(file.shop_id)
    holding_put(
        shop_id=file.shop_id,
        holder_id=ann.id,
        held_id=file.company_id,
        share=Fraction(1),
        now=NOW,
    )
    verified(ann, reference=f"vs_{ann.id}")
    return again(file), ann


def submitted(**columns: Any) -> BusinessFile:
    file, _ = filled(**columns)
    return file_submit(shop_id=file.shop_id, by="user:owner", now=NOW)


def proposed(file: BusinessFile, *, level: Any = "basic", by: UUID = ADA) -> Act:
    return file_approval_propose(
        shop_id=file.shop_id, by=by, reason="all in order", level=level, now=NOW
    )


def approved(file: BusinessFile, *, level: Any = "basic") -> Act:
    act = proposed(file, level=level)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    return act


def again(file: BusinessFile) -> BusinessFile:
    return BusinessFile.objects.get(id=file.id)


def told(file: BusinessFile, type: str = "shop.requirements_changed") -> list[dict[str, Any]]:
    rows = Event.objects.filter(type=type).order_by("id")
    return [row.body for row in rows if row.body.get("shop_id", "") in ("", str(file.shop_id))]


LATER = NOW + timedelta(days=400)
