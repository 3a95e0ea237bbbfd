"""Whether a wallet's verdict may still be gone by, after all that changed since."""

from collections.abc import Sequence

from gateway.compliance.models import ListSource
from gateway.compliance.retracing.causes import Cause
from gateway.compliance.retracing.models import RetraceChange
from gateway.compliance.tracing.models import WalletVerdict


def still_counts(verdict: WalletVerdict, *, sources: Sequence[ListSource]) -> bool:
    """Whether it is by the lists in force, or their changes were brought to all verdicts since and
    left this one as it is. Two queries at most.

    Args:
        sources: the lists in force, locked: ``locks.sources_in_force``.
    """
    open_since = RetraceChange.objects.filter(
        finished_at__isnull=True, begun_at__gte=verdict.given_at
    )
    if open_since.exists():
        return False
    causes = {str(Cause("list", one.name, one.number)) for one in sources}
    if verdict.lists == ",".join(f"{one.name}#{one.number}" for one in sources):
        return True
    brought = RetraceChange.objects.filter(cause__in=causes, finished_at__isnull=False)
    return brought.count() == len(causes)
