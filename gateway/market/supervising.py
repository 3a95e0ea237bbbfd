"""The desk's states of risk as they are kept: changes with their events, and the kill switch."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.db import transaction

from gateway.events import leases
from gateway.events.leases import LeaseHandle
from gateway.events.services import emit
from gateway.market.errors import HaltUnknown
from gateway.market.models import DeskDay, DeskHalt, DeskState
from gateway.market.persons import check_person
from gateway.market.risk.states import Transition


@transaction.atomic
def desk_states_change(
    *, transitions: Mapping[str, Transition], modes: Mapping[str, str], lease: LeaseHandle | None
) -> None:
    """Keep each asset's new state and say so. By the holder of the market's lease only.

    Args:
        modes: test or live, by asset code.

    Raises:
        LeaseLost: another process judges now.
    """
    if lease is not None:
        leases.check(handle=lease)
    for asset, made in sorted(transitions.items()):
        since = datetime.fromtimestamp(made.at_ms / 1000, UTC)
        DeskState.objects.update_or_create(
            asset=asset,
            defaults={
                "state": int(made.after),
                "trigger": made.trigger.value,
                "measure": made.measure,
                "limit": made.limit,
                "since": since,
            },
        )
        emit(
            type="desk.state_changed",
            subject=f"desk:{asset}",
            body={
                "asset": asset,
                "before": made.before.name,
                "after": made.after.name,
                "trigger": made.trigger.value,
                "measure": str(made.measure),
                "limit": str(made.limit),
            },
            mode=modes[asset],
            now=since,
        )


@transaction.atomic
def desk_halt(*, reason: str, by: str, now: datetime, asset: str = "") -> DeskHalt:
    """Stop giving new rates for an asset, or for all; what is promised already stays owed.

    The market process obeys within a second. Halting again replaces the reason.

    Raises:
        ReasonMissing: nobody, or for no reason.
    """
    check_person(reason, by)
    halt, _ = DeskHalt.objects.update_or_create(
        scope=asset, defaults={"reason": reason, "halted_by": by, "halted_at": now}
    )
    _say("desk.halted", asset=asset, reason=reason, by=by, now=now)
    return halt


@transaction.atomic
def desk_resume(*, reason: str, by: str, now: datetime, asset: str = "") -> None:
    """Let go of the switch: the asset is judged by its measures again, from WIDE on.

    Raises:
        HaltUnknown: it was not halted there.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(reason, by)
    deleted, _ = DeskHalt.objects.filter(scope=asset).delete()
    if not deleted:
        raise HaltUnknown
    _say("desk.resumed", asset=asset, reason=reason, by=by, now=now)


def desk_day_opening(*, day: date, simulated: bool, equity_cents: int) -> int:
    """Dollar cents that the day began with; the first word of a day stands."""
    row, _ = DeskDay.objects.get_or_create(
        day=day, simulated=simulated, defaults={"opening_usd_cents": equity_cents}
    )
    return int(row.opening_usd_cents)


def _say(type: str, *, asset: str, reason: str, by: str, now: datetime) -> None:
    # Modes share one desk: a halt is said where it matters most.
    emit(
        type=type,
        subject=f"desk:{asset or 'all'}",
        body={"asset": asset, "reason": reason, "by": by},
        mode="live",
        now=now,
    )
