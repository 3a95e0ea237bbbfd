"""What compliance and the floors below it hold about a person, a company or a shop, and may tell
them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.branding.models import ShopBrand
from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.models import (
    BusinessFile,
    Holding,
    IdentityProof,
    Paper,
    Part,
    Subject,
)
from gateway.compliance.knowing.papers import paper_read
from gateway.compliance.retaining.collecting import (
    HeldFile,
    Rows,
    Whom,
    register,
    register_files,
)
from gateway.compliance.travelling.models import Exchange, PayerStatement
from gateway.shops.selectors import shop_views

SUFFIXES: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}


def register_ours() -> None:
    """Called when the room starts."""
    register("people", people)
    register("parts", parts)
    register("shares", shares)
    register("identity", identity)
    register("papers", papers)
    register("business", business)
    register("shop", shop)
    register("branding", branding)
    register_files("papers", paper_files)
    register_files("branding", logo_file)


def people(whom: Whom) -> Rows:
    """What is known of them, by field; of a shop, of everybody in its file."""
    for subject in _subjects(whom):
        told: dict[str, Any] = {
            "id": subject.id,
            "kind": subject.kind,
            "known_since": subject.created_at,
            "kept_until": subject.retain_until,
        }
        try:
            yield told | {"fields": subject_fields(subject.id)}
        except SubjectErased:
            yield told | {"erased_at": subject.erased_at}


def parts(whom: Whom) -> Rows:
    """What they are, or were, to a business."""
    for part in Part.objects.filter(**_of(whom)).order_by("since", "id"):
        yield {
            "subject": part.subject_id,
            "shop": part.shop_id,
            "role": part.role,
            "since": part.since,
            "ended_at": part.ended_at,
        }


def shares(whom: Whom) -> Rows:
    """What they hold, or held, of a company."""
    named = {"shop_id": whom.id} if whom.kind == "shop" else {"holder_id": whom.id}
    for one in Holding.objects.filter(**named).order_by("since", "id"):
        yield {
            "holder": one.holder_id,
            "held": one.held_id,
            "share": f"{one.numerator}/{one.denominator}",
            "since": one.since,
            "ended_at": one.ended_at,
        }


def identity(whom: Whom) -> Rows:
    """Each time somebody showed who they are, and how that ended."""
    for proof in IdentityProof.objects.filter(**_of(whom)).order_by("id"):
        yield {
            "subject": proof.subject_id,
            "how": proof.how,
            "state": proof.state,
            "at": proof.told_at,
        }


def papers(whom: Whom) -> Rows:
    """Papers that were sent; those whose content is kept lie in the folder."""
    for paper in Paper.objects.filter(**_of(whom)).select_related("content").order_by("id"):
        yield {
            "id": paper.id,
            "subject": paper.subject_id,
            "kind": paper.kind,
            "media": paper.media,
            "pages": paper.pages,
            "state": paper.state,
            "reason": paper.reason,
            "sent_at": paper.sent_at,
            "content_kept": hasattr(paper, "content"),
        }


def paper_files(whom: Whom) -> Any:
    """The papers themselves, opened one by one."""
    kept = Paper.objects.filter(content__isnull=False, **_of(whom)).order_by("id")
    for paper_id in list(kept.values_list("id", flat=True)):
        try:
            paper, content = paper_read(paper_id)
        except SubjectErased:
            continue
        yield HeldFile(f"{paper.id}.{SUFFIXES.get(paper.media, 'bin')}", content)


def business(whom: Whom) -> Rows | None:
    """A shop's file as the shop told it; how it is rated is ours."""
    if whom.kind != "shop":
        return None
    return (
        {
            "status": file.status,
            "legal_form": file.legal_form,
            "mcc": file.mcc,
            "currency": file.currency,
            "expected_monthly_units": file.expected_monthly_units,
            "sells_to": file.sells_to,
            "level_wanted": file.level_wanted,
            "note": file.note,
            "submitted_at": file.submitted_at,
            "created_at": file.created_at,
        }
        for file in BusinessFile.objects.filter(shop_id=whom.id)
    )


def shop(whom: Whom) -> Rows | None:
    """The shop itself."""
    if whom.kind != "shop":
        return None
    return (
        {
            "id": one.id,
            "name": one.name,
            "mode": one.mode,
            "pricing_currency": one.pricing_currency,
            "settlement_asset": one.settlement_asset,
            "payout_address": one.payout_address,
        }
        for one in shop_views(shop_ids={whom.id}).values()
    )


def branding(whom: Whom) -> Rows | None:
    """What the shop looks like; its logo lies in the folder."""
    if whom.kind != "shop":
        return None
    found = ShopBrand.objects.filter(shop_id=whom.id)
    return iter(found.values("accent", "logo_tag", "changed_by", "changed_at"))


def logo_file(whom: Whom) -> Iterator[HeldFile]:
    """The shop's logo, as it is shown."""
    if whom.kind == "shop":
        for one in ShopBrand.objects.filter(shop_id=whom.id, logo__isnull=False):
            yield HeldFile(f"{one.logo_tag}.png", bytes(one.logo or b""))


def _subjects(whom: Whom) -> list[Subject]:
    """Of a shop, who is behind it: who sent or got money by another provider, or said that they
    pay, is not its business to know."""
    if whom.kind == "subject":
        return list(Subject.objects.filter(id=whom.id))
    others = Exchange.objects.filter(shop_id=whom.id).values("subject_id")
    payers = PayerStatement.objects.filter(shop_id=whom.id).values("subject_id")
    behind = Subject.objects.filter(shop_id=whom.id).exclude(id__in=others).exclude(id__in=payers)
    return list(behind.order_by("id"))


def _of(whom: Whom) -> Mapping[str, Any]:
    return {"shop_id": whom.id} if whom.kind == "shop" else {"subject_id": whom.id}
