"""Let money go to an address though its trace speaks against it: two people, after a delay.

Never to a listed one. It holds for what was known then: a graver reason stops money again.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.compliance.destinations.errors import DestinationNotWaiting, DestinationUnknown
from gateway.compliance.destinations.models import DestinationRelease, DestinationVerdict
from gateway.compliance.destinations.policy import RELEASABLE
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.events.services import emit

KIND: Final = "destination_release"


@transaction.atomic
def destination_release_propose(*, verdict_id: UUID, by: UUID, reason: str) -> Act:
    """Propose that money may go to an address that people looked at.

    Raises:
        DestinationUnknown
        DestinationNotWaiting: money may go there already, or never may.
        ActOpenAlready, ActReasonMissing
    """
    verdict = _releasable(verdict_id)
    return act_propose(
        kind=KIND,
        subject=f"address:0x{bytes(verdict.address).hex()}",
        payload={
            "verdict_id": str(verdict.id),
            "address": checksum(bytes(verdict.address)),
            "chain_id": str(verdict.chain_id),
            "state": verdict.state,
            "reasons": verdict.reasons,
        },
        reason=reason,
        maker=by,
    )


def release_agreed(act: Act, now: datetime) -> None:
    """Do what two people agreed to; ``destination.released`` tells whoever waits.

    Raises:
        DestinationUnknown, DestinationNotWaiting: something else is known by now.
    """
    verdict = _releasable(UUID(act.body["verdict_id"]))
    DestinationRelease.objects.create(
        verdict=verdict,
        reason=act.reason,
        proposed_by=f"user:{act.maker}",
        approved_by=f"user:{act.checker}",
        released_at=now,
    )
    told = f"0x{bytes(verdict.address).hex()}"
    emit(
        type="destination.released",
        subject=f"address:{told}",
        body={"chain_id": str(verdict.chain_id), "address": told},
        mode=verdict.mode,
        now=now,
    )


ACT: Final = ActKind(name=KIND, carry_out=release_agreed, decide_action="hold.decide")


def _releasable(verdict_id: UUID) -> DestinationVerdict:
    verdict = DestinationVerdict.objects.filter(id=verdict_id).first()
    if verdict is None:
        raise DestinationUnknown
    if verdict.state not in RELEASABLE or hasattr(verdict, "release"):
        raise DestinationNotWaiting
    return verdict
