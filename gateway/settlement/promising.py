"""What rooms above take of the hot float: promised when queued, given up when it is over."""

from gateway.settlement.models import FloatPromise


def float_promise(*, reference: str, asset: str, units: int) -> None:
    """Promise a part of an asset's float to a transaction that is queued with it.

    The caller holds ``locks.float_of`` and has asked ``free_float``.
    """
    FloatPromise.objects.create(reference=reference, asset=asset, units=units)


def float_promise_end(*, reference: str) -> None:
    """The transaction is final, or failed for good. Again is the same."""
    FloatPromise.objects.filter(reference=reference).delete()
