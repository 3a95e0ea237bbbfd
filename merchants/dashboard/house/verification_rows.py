"""A shop's file as an officer reads it."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.checkout.countries import country_name
from gateway.compliance.knowing.facts import Known, OpenFile, file_opened
from gateway.compliance.knowing.levels import LEVELS
from gateway.compliance.knowing.models import BusinessFile, IdentityProof, Paper
from gateway.compliance.knowing.papers import REASONS, papers_of
from gateway.compliance.knowing.selectors import decisions_of, proofs_of
from gateway.compliance.knowing.standing import requirements_of
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.selectors import presentations_with_trust
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.selectors import acts_about
from gateway.shops.selectors import ShopView, shop_views
from merchants.accounts.selectors import people_named
from merchants.dashboard.house.presented import presented_words
from merchants.dashboard.selectors import time_text
from merchants.onboarding.figures import expected_monthly
from merchants.onboarding.people import percent
from merchants.onboarding.risk_words import risk_sign
from merchants.onboarding.steps import due_rows
from merchants.onboarding.words import (
    LEGAL_FORMS,
    LEVEL_NAMES,
    PAPERS,
    REJECTIONS,
    ROLES,
    TRADES,
    identity_problem,
    state_sign,
    status_sign,
)


def file_row(file: BusinessFile, *, shop: ShopView | None) -> dict[str, Any]:
    """A line of the queue. No query."""
    return {
        "shop_id": file.shop_id,
        "shop": shop.name if shop else str(file.shop_id),
        "level": LEVEL_NAMES[file.level_wanted],
        "risk": risk_sign(file.rating),
        "at": time_text(file.submitted_at) if file.submitted_at else "",
    }


def file_facts(file: BusinessFile) -> dict[str, Any]:
    """Everything that is known, and what may be decided now."""
    opened = file_opened(file)
    due = requirements_of(file, today=timezone.now().date(), opened=opened)
    shop = shop_views(shop_ids=[file.shop_id]).get(file.shop_id)
    acts = acts_about(kinds=["shop_approval"], subjects=[f"shop:{file.shop_id}"])
    proofs = proofs_of([one.id for one in opened.persons])
    shown = _presentations(proofs)
    return {
        "file": file,
        "shop_name": shop.name if shop else str(file.shop_id),
        "sign": status_sign(file.status),
        "risk": risk_sign(file.rating),
        "points": file.rated.get("points", 0),
        "version": file.rated.get("version", ""),
        "factors": [
            {"word": factor_word(one["code"]), "about": one["about"], "points": one["points"]}
            for one in file.rated.get("factors", [])
        ],
        "business": _business(opened),
        "people": [_person(one, opened, proofs.get(one.id, []), shown) for one in opened.people],
        "untraced": percent(opened.ownership.untraced) if opened.ownership else "",
        "papers": [_paper(one, opened) for one in papers_of(file)],
        "due": due_rows(due, opened=opened),
        "reasons": [(code, REJECTIONS[code]) for code in REASONS],
        "decisions": _decisions(file),
        "waiting": next((act for act in acts if act.state in OPEN), None),
        "levels": [
            {"name": level, "word": LEVEL_NAMES[level], "chosen": level == file.level_wanted}
            for level in LEVELS[1 : LEVELS.index(file.level_wanted) + 1]  # type: ignore[arg-type]
        ],
        "can_decide": file.status == "submitted",
        "can_approve": file.status == "submitted"
        and all(one.code == "periodic_review" for one in due),
    }


def factor_word(code: str) -> str:
    """Why a shop is rated as it is."""
    return {
        "country_call_for_action": _("A country under FATF's call for action"),
        "country_monitored": _("A country under FATF's increased monitoring"),
        "industry_high": _("An industry of high risk"),
        "industry_raised": _("An industry of raised risk"),
        "form_opaque": _("A form that can hide its owners"),
        "volume_high": _("It expects to take very much"),
        "volume_raised": _("It expects to take much"),
        "politically_exposed": _("Somebody is politically exposed"),
        "chain_long": _("A long chain of companies"),
        "chain_of_companies": _("A chain of companies"),
        "holdings_circular": _("Companies hold one another round"),
        "owners_untraced": _("A quarter or more leads to nobody named"),
        "owners_partly_untraced": _("A part leads to nobody named"),
    }.get(code, code)


def _business(opened: OpenFile) -> list[tuple[str, str]]:
    file, told = opened.file, opened.company.fields
    return [
        (_("Name"), told.get("name", "")),
        (_("What kind of business it is"), str(LEGAL_FORMS.get(file.legal_form, ""))),
        (_("Number in the register, or tax number"), told.get("registration", "")),
        (_("Country"), country_name(told.get("country", ""))),
        (_("Address"), told.get("address", "")),
        (_("Website, if there is one"), told.get("website", "")),
        (_("What it sells"), f"{TRADES.get(file.mcc, '')} {file.mcc}".strip()),
        (_("How much it expects to take in a month"), expected_monthly(file)),
        (_("Where its customers are"), ", ".join(country_name(code) for code in file.sells_to)),
    ]


def _presentations(proofs: dict[UUID, list[IdentityProof]]) -> dict[UUID, Presentation]:
    """What wallets presented, by the proofs that came of it. One query."""
    found = (proof for each in proofs.values() for proof in each if proof.how == "credential")
    return presentations_with_trust(UUID(proof.reference) for proof in found)


def _person(
    one: Known,
    opened: OpenFile,
    proofs: list[IdentityProof],
    shown: dict[UUID, Presentation],
) -> dict[str, Any]:
    told = one.fields
    owner = next(
        (
            found
            for found in (opened.ownership.persons if opened.ownership else ())
            if found.person == str(one.id)
        ),
        None,
    )
    names = {known.id: known.fields.get("name", "") for known in (opened.company, *opened.people)}
    return {
        "name": told.get("name") or _("No name yet"),
        "is_company": one.kind == "company",
        "roles": [str(ROLES[role]) for role in ROLES if role in one.roles],
        "exposed": told.get("politically_exposed") == "yes",
        "facts": [
            (_("Date of birth"), told.get("date_of_birth", "")),
            (_("Nationality"), country_name(told.get("nationality", ""))),
            (_("Number in the register"), told.get("registration", "")),
            (_("Country"), country_name(told.get("country", ""))),
            (_("Address"), told.get("address", "")),
            (_("The document says"), _claimed(told)),
        ],
        "interest": percent(owner.interest) if owner else "",
        "controlled": percent(owner.controlled) if owner else "",
        "holds": [
            f"{percent(share)} · {names.get(held, '')}"
            for (holder, held), share in opened.stakes.items()
            if holder == one.id
        ],
        "proofs": [
            {
                "id": proof.id,
                "how": proof_word(proof.how),
                "details": presented_words(shown.get(UUID(proof.reference)))
                if proof.how == "credential"
                else [],
                "sign": state_sign(proof.state),
                "problem": identity_problem(proof.problem) if proof.problem else "",
                "waits": proof.state == "waiting" and bool(proof.problem),
            }
            for proof in proofs
        ],
    }


def proof_word(how: str) -> str:
    return {
        "ramp": _("Check by the provider"),
        "paper": _("Photo of a document"),
        "credential": _("Digital credential"),
    }[how]


def _claimed(told: dict[str, str]) -> str:
    parts = (told.get("identity_name", ""), told.get("identity_date_of_birth", ""))
    return ", ".join(part for part in parts if part)


def _paper(paper: Paper, opened: OpenFile) -> dict[str, Any]:
    about = opened.known(paper.subject_id)
    return {
        "id": paper.id,
        "word": PAPERS[paper.kind],
        "about": about.fields.get("name", "") if about else "",
        "at": time_text(paper.sent_at),
        "is_image": paper.media == "image/jpeg",
        "pages": paper.pages,
        "scan": _("scanned, clean") if paper.scan == "clean" else _("not scanned"),
        "sign": state_sign(paper.state),
        "reason": REJECTIONS.get(paper.reason, ""),
        "waits": paper.state == "waiting",
    }


def _decisions(file: BusinessFile) -> list[dict[str, Any]]:
    found = decisions_of(file.id)
    ids = {
        UUID(text.removeprefix("user:"))
        for one in found
        for text in (one.by, one.second)
        if text.startswith("user:")
    }
    people = {f"user:{person}": name for person, name in people_named(ids).items()}
    return [
        {
            "sign": status_sign(one.decision),
            "level": LEVEL_NAMES[one.level],
            "reason": one.reason,
            "note": one.note,
            "by": ", ".join(people.get(text, text) for text in (one.by, one.second) if text),
            "at": time_text(one.decided_at),
        }
        for one in found
    ]
