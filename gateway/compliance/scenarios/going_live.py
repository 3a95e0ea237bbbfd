"""A version goes live, and a live one is taken off, by two people. Everything else one may do.

The act (``gateway.custody.approvals``) holds the two, the delay and the calling off; both agree to
the hash of the table.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.scenarios.errors import (
    AuthorCannotDecide,
    VersionNotThere,
    VersionReasonMissing,
)
from gateway.compliance.scenarios.locks import version_for_update
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.versions import version_retire_locked
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose

LIVE: Final = "scenario_live"
RETIRE: Final = "scenario_retire"
MAY_GO_LIVE: Final = ("draft", "shadow")


@transaction.atomic
def version_live_propose(*, version_id: UUID, by: UUID, reason: str) -> Act:
    """Ask another person to put a version in force.

    Raises:
        ScenarioUnknown, VersionNotThere, VersionReasonMissing
        ActOpenAlready: another version of the scenario waits.
    """
    version = version_for_update(version_id)
    if version.state not in MAY_GO_LIVE:
        raise VersionNotThere
    return _propose(LIVE, version, by=by, reason=reason)


@transaction.atomic
def version_retire_propose(*, version_id: UUID, by: UUID, reason: str) -> Act:
    """Ask another person to take the live version off: from then on nobody is watched by it.

    Raises:
        ScenarioUnknown, VersionNotThere, VersionReasonMissing
        ActOpenAlready: it is asked for already.
    """
    version = version_for_update(version_id)
    if version.state != "live":
        raise VersionNotThere
    return _propose(RETIRE, version, by=by, reason=reason)


def _propose(kind: str, version: ScenarioVersion, *, by: UUID, reason: str) -> Act:
    if not reason.strip():
        raise VersionReasonMissing
    return act_propose(
        kind=kind,
        subject=f"scenario:{version.scenario}",
        payload={
            "version_id": str(version.id),
            "scenario": version.scenario,
            "number": version.number,
            "sha256": version.hash,
            "author": str(version.author) if version.author else None,
        },
        reason=reason,
        maker=by,
    )


def _go_live(act: Act, now: datetime) -> None:
    """Do what two people agreed to: the version before is retired in the same moment.

    Raises:
        ScenarioUnknown, VersionNotThere
        AuthorCannotDecide: whoever wrote it was the second person.
    """
    version = version_for_update(UUID(act.body["version_id"]))
    if version.state not in MAY_GO_LIVE or version.hash != act.body["sha256"]:
        raise VersionNotThere
    if version.author is not None and version.author == act.checker:
        raise AuthorCannotDecide
    before = ScenarioVersion.objects.select_for_update().filter(
        scenario=version.scenario, state="live"
    )
    for one in before:
        version_retire_locked(one, now=now)
    version.state, version.live_at = "live", now
    version.act_id, version.maker, version.checker = act.id, act.maker, act.checker
    version.save(update_fields=["state", "live_at", "act_id", "maker", "checker"])


def _take_off(act: Act, now: datetime) -> None:
    """Raises ScenarioUnknown, VersionNotThere."""
    version = version_for_update(UUID(act.body["version_id"]))
    if version.state != "live":
        raise VersionNotThere
    version_retire_locked(version, now=now)


ACT_LIVE: Final = ActKind(name=LIVE, carry_out=_go_live, decide_action="scenario.decide")
ACT_RETIRE: Final = ActKind(name=RETIRE, carry_out=_take_off, decide_action="scenario.decide")
