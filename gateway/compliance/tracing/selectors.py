"""Questions about wallets' verdicts."""

import zlib
from collections.abc import Sequence
from uuid import UUID

from gateway.compliance.tracing.canonical import answer_of, canonical, inputs_from
from gateway.compliance.tracing.errors import NothingToReplay, VerdictUnknown
from gateway.compliance.tracing.judging import judge
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.tracer import trace


def wallet_verdict_get(verdict_id: UUID) -> WalletVerdict:
    """One verdict with the request it answers. One query.

    Raises:
        VerdictUnknown
    """
    verdict = WalletVerdict.objects.select_related("request", "inputs").filter(id=verdict_id)
    found = verdict.first()
    if found is None:
        raise VerdictUnknown
    return found


def wallet_verdicts_about(about: str) -> list[WalletVerdict]:
    """All verdicts about something, newest first. One query."""
    return list(WalletVerdict.objects.filter(about=about).order_by("-id"))


def wallet_states(abouts: Sequence[str]) -> dict[str, str]:
    """The state of the newest verdict about each; those without one are left out. One query."""
    rows = WalletVerdict.objects.filter(about__in=abouts).order_by("id")
    return dict(rows.values_list("about", "state"))


def verdict_replays(verdict_id: UUID) -> bool:
    """Whether the stored inputs give the stored answer again, bit for bit. One query.

    Raises:
        VerdictUnknown
        NothingToReplay: an outside provider gave it.
        ValueError: its inputs are of a format that this version doesn't read.
    """
    verdict = wallet_verdict_get(verdict_id)
    if verdict.inputs is None:
        raise NothingToReplay
    inputs = inputs_from(zlib.decompress(bytes(verdict.inputs.body)))
    found = trace(inputs)
    judgement = judge(
        found,
        payment=inputs.question.payment,
        failures=verdict.failures,
        policy=inputs.policy,
    )
    return canonical(answer_of(found, judgement)) == verdict.answer.encode()
