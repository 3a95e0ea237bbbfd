"""Forget what has served: texts that were to be signed within half an hour.

Messages need no hand of ours: they become unreadable with their subject's key
(``gateway.compliance.knowing.erasing``).
"""

from datetime import datetime, timedelta
from typing import Final

from gateway.compliance.travelling.models import ProofChallenge

KEPT: Final = timedelta(days=1)


def challenges_forget(*, now: datetime) -> int:
    """Those that ran out a day ago; how many. A signed one stands in its proof."""
    count, _ = ProofChallenge.objects.filter(expires_at__lt=now - KEPT).delete()
    return count
