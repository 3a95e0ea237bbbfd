"""Questions about destinations."""

from gateway.compliance.destinations.models import DestinationVerdict
from gateway.compliance.destinations.policy import RELEASABLE


def destination_stopped(address: bytes, *, chain_id: int) -> DestinationVerdict | None:
    """The newest verdict on an address, if two people may let money go there and have not. One
    query."""
    rows = DestinationVerdict.objects.filter(address=address, chain_id=chain_id)
    newest = rows.select_related("release").order_by("-id").first()
    if newest is None or newest.state not in RELEASABLE or hasattr(newest, "release"):
        return None
    return newest
