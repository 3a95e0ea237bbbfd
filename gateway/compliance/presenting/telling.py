"""How far a presentation is, as an event inside the house: no name, no credential, no webhook."""

from datetime import datetime

from gateway.compliance.presenting.models import Presentation
from gateway.events.services import emit
from gateway.shops.selectors import shop_view


def presentation_tell(row: Presentation, *, now: datetime) -> None:
    """In the caller's transaction."""
    emit(
        type="presentation.changed",
        subject=f"presentation:{row.id}",
        body={
            "subject": f"subject:{row.subject_id}",
            "state": row.state,
            "problem": row.problem,
        },
        mode=shop_view(shop_id=row.shop_id).mode,
        shop_id=row.shop_id,
        now=now,
    )
