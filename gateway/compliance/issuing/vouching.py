"""Whether the house vouches for a person now, and for what."""

from datetime import date
from uuid import UUID

from gateway.compliance.issuing.content import Vouched
from gateway.compliance.issuing.errors import NotVerified
from gateway.compliance.knowing.errors import KnowingError
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.models import BusinessFile, ShopLevel, Subject
from gateway.compliance.knowing.selectors import identity_states


def vouch_for(file: BusinessFile, subject_id: UUID, *, today: date) -> Vouched:
    """What officers approved of somebody behind a shop; under the file's lock where it shall stay
    so. Six queries.

    Raises:
        NotVerified: the file isn't approved or due for its review, they have nothing to do with
            the shop, or they never showed who they are.
    """
    level = ShopLevel.objects.filter(shop_id=file.shop_id).first()
    if file.status != "approved" or level is None or level.level == "none":
        raise NotVerified
    subject = Subject.objects.filter(id=subject_id, kind="person").first()
    has_part = file.parts.filter(subject_id=subject_id, ended_at__isnull=True).exists()
    if level.review_on < today or subject is None or not has_part:
        raise NotVerified
    if identity_states([subject_id]).get(subject_id) != "verified":
        raise NotVerified
    try:
        told = subject_fields(subject_id)
    except KnowingError as error:
        raise NotVerified from error
    name = told.get("identity_name") or told.get("name", "")
    born = told.get("identity_date_of_birth") or told.get("date_of_birth", "")
    if not name or not born:
        raise NotVerified
    return Vouched(
        name=name,
        born=born,
        country=told.get("country", ""),
        level=level.level,
        until=level.review_on,
    )
