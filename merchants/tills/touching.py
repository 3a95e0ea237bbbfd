"""Write down that a tablet was used, and by which version of the pages."""

from datetime import datetime

from merchants.tills.models import Device
from merchants.tills.pairing import VERSION_CHARACTERS
from merchants.tills.selectors import USED_RESOLUTION, TillSession


def till_touched(*, at: TillSession, now: datetime, app_version: str = "") -> None:
    """Whoever stands there did something: the lock waits anew. At most one statement, none if it
    was written down some seconds ago."""
    if at.cashier is None or (now - at.used_at < USED_RESOLUTION and not app_version):
        return
    told: dict[str, object] = {"used_at": now}
    if app_version:
        told["app_version"] = app_version[:VERSION_CHARACTERS]
    Device.objects.filter(id=at.device_id, cashier_id=at.cashier.id).update(**told)
