"""Whether money may leave for an address: by the lists in force and by where its own came from.

The trace is done outside, from a row of its own; here, in the transaction that queues the money,
its verdict is looked at again beside the lists, which stay locked until that commits. An address
that was not traced lately is asked about, and whoever waits for it hears ``address.traced``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec
from django.db import transaction

from gateway.chains.models import Chain
from gateway.compliance import locks
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.destinations.configuration import destination_policy
from gateway.compliance.destinations.models import DestinationRelease, DestinationVerdict
from gateway.compliance.destinations.policy import (
    RELEASABLE,
    DestinationPolicy,
    State,
    goes,
    state_of,
)
from gateway.compliance.errors import ListsMissing
from gateway.compliance.freshness import freshness
from gateway.compliance.models import ListedAddress, ListSource
from gateway.compliance.retracing.selectors import still_counts
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.prices import prices_of
from gateway.compliance.tracing.requesting import address_ask
from gateway.money.amounts import Amount

ALERT_KIND: Final = "destination_waits"
LISTED: Final = "listed_itself"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Money that is about to leave.

    Attributes:
        about: what an officer finds it by: ``payout:<id>``, ``refund:<id>`` …
    """

    chain_id: int
    address: bytes
    amount: Amount
    mode: str
    about: str
    shop_id: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it may leave.

    Attributes:
        verdict: what that is by; None while the address is being traced.
    """

    goes: bool
    verdict: DestinationVerdict | None

    @property
    def state(self) -> State | Literal["tracing"]:
        return "tracing" if self.verdict is None else self.verdict.state  # type: ignore[return-value]


def destination_check(*, leaving: Leaving, now: datetime) -> Answer:
    """Whether this money may leave now. In the caller's transaction; the lists stay locked FOR
    SHARE to its end: what it queues was so by the lists in force when it commits.

    Where it may not, the officers hear of it once (``destination_waits``); shop and shopper read
    no more than that the address is being checked.

    Raises:
        ListsMissing: unknown is not clear.
        DestinationSettingsInvalid
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("check in the transaction that sends")
    policy = destination_policy()
    sources = locks.sources_in_force()
    if not sources or any(source.version_id is None for source in sources):
        raise ListsMissing
    if _is_listed(leaving.address, sources):
        verdict = _kept(leaving, "listed", [LISTED], None, sources=sources, policy=policy, now=now)
        _tell_officers(leaving, verdict, now=now)
        return Answer(goes=False, verdict=verdict)
    if leaving.mode not in policy.traced_modes:
        verdict = _kept(leaving, "clear", [], None, sources=sources, policy=policy, now=now)
        return Answer(goes=True, verdict=verdict)
    traced = _trace(leaving, sources=sources, policy=policy, now=now)
    if traced is None:
        chain = Chain.objects.get(id=leaving.chain_id)
        address_ask(chain=chain, address=leaving.address, now=now)
        return Answer(goes=False, verdict=None)
    verdict = _kept(
        leaving,
        _state(traced),
        traced.reasons,
        traced,
        sources=sources,
        policy=policy,
        now=now,
    )
    if _may_go(leaving, verdict, policy=policy, now=now):
        return Answer(goes=True, verdict=verdict)
    _tell_officers(leaving, verdict, now=now)
    return Answer(goes=False, verdict=verdict)


def _is_listed(address: bytes, sources: Sequence[ListSource]) -> bool:
    versions = [source.version_id for source in sources]
    return ListedAddress.objects.filter(address=address, version_id__in=versions).exists()


def _trace(
    leaving: Leaving, *, sources: Sequence[ListSource], policy: DestinationPolicy, now: datetime
) -> WalletVerdict | None:
    """The newest trace of the address, if it may still be gone by. Three queries at most."""
    newest = (
        WalletVerdict.objects.filter(
            about=f"address:0x{leaving.address.hex()}",
            chain_id=leaving.chain_id,
            address=leaving.address,
        )
        .order_by("-id")
        .first()
    )
    if newest is None or not still_counts(newest, sources=sources):
        return None
    has_failed = newest.state == "unknown" and bool(newest.failures)
    lasts = policy.failed_seconds if has_failed else policy.fresh_seconds
    return newest if now - newest.given_at < timedelta(seconds=lasts) else None


def _state(traced: WalletVerdict) -> State:
    own = msgspec.json.decode(traced.answer)["own"]
    return state_of(
        traced.state,  # type: ignore[arg-type]  # the database knows no other
        reasons=traced.reasons,
        own_category=own["category"] if own else "",
    )


def _kept(
    leaving: Leaving,
    state: str,
    reasons: Sequence[str],
    traced: WalletVerdict | None,
    *,
    sources: Sequence[ListSource],
    policy: DestinationPolicy,
    now: datetime,
) -> DestinationVerdict:
    """The verdict's row: the newest of the address, or a new one where that says otherwise. Two
    queries at most."""
    key = ",".join(f"{source.name}#{source.number}" for source in sources)
    rests_on = freshness((source.checked_at for source in sources), now=now)
    newest = _of(leaving).order_by("-id").first()
    trace_id = traced.id if traced else None
    told = (state, key, trace_id, policy.version, rests_on.stale)
    if newest is not None and told == (
        newest.state,
        newest.versions_key,
        newest.wallet_verdict_id,
        newest.policy,
        newest.stale,
    ):
        return newest
    return DestinationVerdict.objects.create(
        mode=leaving.mode,
        chain_id=leaving.chain_id,
        address=leaving.address,
        state=state,
        reasons=list(reasons),
        versions=[
            {
                "source": source.name,
                "number": source.number,
                "hash": bytes(source.version_hash or b"").hex(),
            }
            for source in sources
        ],
        versions_key=key,
        stale=rests_on.stale,
        lists_checked_at=rests_on.checked_at,
        wallet_verdict_id=trace_id,
        policy=policy.version,
        given_at=now,
    )


def _of(leaving: Leaving) -> Any:
    return DestinationVerdict.objects.filter(
        address=leaving.address, chain_id=leaving.chain_id, mode=leaving.mode
    )


def _may_go(
    leaving: Leaving, verdict: DestinationVerdict, *, policy: DestinationPolicy, now: datetime
) -> bool:
    prices = prices_of(leaving.chain_id, now=now)
    value = prices.micros(leaving.amount.asset.code, leaving.amount.units)
    state: State = verdict.state  # type: ignore[assignment]  # the database knows no other
    return goes(state, value_micros=value, policy=policy) or _is_released(
        verdict, policy=policy, now=now
    )


def _is_released(verdict: DestinationVerdict, *, policy: DestinationPolicy, now: datetime) -> bool:
    """Whether two people lately let money go to this address though they knew as much against it
    as there is now. One query."""
    if verdict.state not in RELEASABLE:
        return False
    releases = DestinationRelease.objects.filter(
        verdict__address=bytes(verdict.address),
        verdict__chain_id=verdict.chain_id,
        verdict__mode=verdict.mode,
        released_at__gt=now - timedelta(days=policy.release_days),
    ).select_related("verdict")
    # Of what little is known another reason is no graver one.
    return any(
        verdict.state == "unknown"
        or (one.verdict.state == "high" and set(verdict.reasons) <= set(one.verdict.reasons))
        for one in releases
    )


def _tell_officers(leaving: Leaving, verdict: DestinationVerdict, *, now: datetime) -> None:
    alert_raise(
        kind=ALERT_KIND,
        about=f"address:0x{leaving.address.hex()}",
        fingerprint=f"{leaving.chain_id}:{verdict.state}:{','.join(verdict.reasons)}"[:200],
        mode=leaving.mode,
        shop_id=leaving.shop_id,
        severity="medium" if verdict.state == "unknown" else "high",
        evidence={
            "destination_verdict_id": verdict.id,
            "wallet_verdict_id": verdict.wallet_verdict_id or "",
            "leaving": leaving.about,
            "asset": leaving.amount.asset.code,
            "units": str(leaving.amount.units),
            "state": verdict.state,
            "reasons": verdict.reasons,
        },
        versions={
            "policy": verdict.policy,
            **{told["source"]: str(told["number"]) for told in verdict.versions},
        },
        now=now,
    )
