"""What monitoring may know of a shop's business: of anybody's sealed data only countries, and that
somebody is politically exposed."""

from typing import Any
from uuid import UUID

from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.facts import file_opened, risk_facts
from gateway.compliance.knowing.models import BusinessFile


def profile_told(shop_id: UUID) -> dict[str, Any] | None:
    """As a shop's file stands; None where there is none, or it was erased. Six queries."""
    file = BusinessFile.objects.filter(shop_id=shop_id).first()
    if file is None:
        return None
    try:
        opened = file_opened(file)
    except SubjectErased:
        return None
    facts = risk_facts(opened)
    return {
        "mcc": file.mcc,
        "country": opened.company.fields.get("country", ""),
        "countries": sorted(facts.countries),
        "exposed": facts.exposed,
        "rating": file.rating,
    }
