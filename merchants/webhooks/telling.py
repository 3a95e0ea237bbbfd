"""Of an endpoint that somebody has to look after the house says so itself, in events of its own.

They are about ``webhook:<id>`` and go to no webhook; ``merchants.notices`` tells people of them.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from gateway.events.services import emit
from gateway.shops.selectors import shop_views

FAILING: Final = "webhook.failing"
"""It accepted nothing for ``schedule.WARN_AFTER``; it is still called."""
DISABLED: Final = "webhook.disabled"
"""We stopped calling it."""
RECOVERED: Final = "webhook.recovered"
"""It accepted something again after people were told."""
ATTENDED: Final = "webhook.attended"
"""Somebody switched it on or off, or deleted it, after people were told."""


def endpoint_tell(
    type: str,
    *,
    endpoint_id: UUID,
    shop_id: UUID,
    url: str,
    now: datetime,
    **more: Any,
) -> None:
    """In the caller's transaction. Of the URL only its host is told: the rest may be a secret.
    Two queries.

    Raises:
        NotInTransaction
    """
    emit(
        type=type,
        subject=f"webhook:{endpoint_id}",
        body={
            "webhook_endpoint_id": str(endpoint_id),
            "host": urlsplit(url).hostname or "",
            **more,
        },
        mode=shop_views(shop_ids={shop_id})[shop_id].mode,
        shop_id=shop_id,
        now=now,
    )
