"""Do the traces that are asked for: each from its row, asked outside, written in one transaction.

A request is taken by moving its ``due_at`` ahead: if this process dies, it is due again then. The
verdict, its inputs, the alert and the events are written together, once.
"""

import time
import zlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Chain
from gateway.compliance.tracing.alerting import verdict_tell
from gateway.compliance.tracing.canonical import answer_of, canonical, hash_of, inputs_bytes
from gateway.compliance.tracing.configuration import configured_provider
from gateway.compliance.tracing.exposure import FAILURES, Question, Reason
from gateway.compliance.tracing.judging import judge
from gateway.compliance.tracing.listings import listed_among
from gateway.compliance.tracing.models import TraceInputs, TraceRequest, WalletVerdict
from gateway.compliance.tracing.policy import POLICY, TracePolicy
from gateway.compliance.tracing.prices import prices_of
from gateway.compliance.tracing.providers import Exposures, Provider
from gateway.compliance.tracing.requesting import again_ask, payment_of
from gateway.compliance.tracing.retelling import exposures_retold, seen_keep
from gateway.compliance.tracing.tracing_metrics import SECONDS, TRACES, UNKNOWNS
from gateway.events.points import point

log = structlog.get_logger(__name__)

LEASE_SECONDS: Final = 180
"""So long nobody else takes a request that somebody is at; longer than a trace may take."""
RETRY_SECONDS: Final = (15, 60)
"""After each failure that may pass; then the verdict is ``unknown`` with the reason."""
PASSING: Final[frozenset[Reason]] = FAILURES - {"payer_unknown", "pruned"}
"""What may be otherwise in a minute."""
TURN_SECONDS: Final = 20
"""After so long a run takes no further request: the next run does."""


def traces_carry(*, now: datetime, provider: Provider | None = None) -> int:
    """Do what is due, oldest first, as long as the turn lasts; how many were tried."""
    asked = provider or configured_provider()
    until = time.monotonic() + TURN_SECONDS
    tried = 0
    while time.monotonic() < until:
        request = request_take(now=now)
        if request is None:
            break
        tried += 1
        trace_carry(request, provider=asked, now=now)
    return tried


@transaction.atomic
def request_take(*, now: datetime) -> TraceRequest | None:
    """The oldest request that is due, this process's for a while; None if there is none."""
    request = (
        TraceRequest.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=now)
        # What is judged anew comes behind the payments that somebody waits for.
        .order_by("cause", "due_at", "id")
        .first()
    )
    if request is None:
        return None
    request.attempts += 1
    request.due_at = now + timedelta(seconds=LEASE_SECONDS)
    request.save(update_fields=["attempts", "due_at"])
    return request


def trace_carry(
    request: TraceRequest, *, provider: Provider, now: datetime, policy: TracePolicy = POLICY
) -> WalletVerdict | None:
    """Ask the provider and give the verdict; None if it is tried again later."""
    began = time.monotonic()
    name, question, exposures = _answered(request, provider=provider, policy=policy, now=now)
    passing = [reason for reason in exposures.failures if reason in PASSING]
    if passing and request.attempts <= len(RETRY_SECONDS):
        _later(request, exposures=exposures, now=now)
        return None
    verdict = verdict_give(
        request_id=request.id,
        question=question,
        exposures=exposures,
        provider=name,
        policy=policy,
        now=now,
    )
    SECONDS.observe(time.monotonic() - began)
    return verdict


def trace_now(
    request: TraceRequest, *, provider: Provider, now: datetime, policy: TracePolicy = POLICY
) -> WalletVerdict:
    """As ``trace_carry`` for somebody who waits: what fails now is the answer."""
    _, question, exposures = _ask(request, provider=provider, policy=policy, now=now)
    return verdict_give(
        request_id=request.id,
        question=question,
        exposures=exposures,
        provider=provider.name,
        policy=policy,
        now=now,
    )


def _answered(
    request: TraceRequest, *, provider: Provider, policy: TracePolicy, now: datetime
) -> tuple[str, Question, Exposures]:
    """Who says what to it: what is kept, where it is judged anew; else the provider."""
    if request.cause:
        chain = Chain.objects.get(id=request.chain_id)
        told = exposures_retold(request, chain=chain, policy=policy)
        if told is not None:
            name, exposures = told
            assert exposures.inputs is not None
            return name, exposures.inputs.question, exposures
    return _ask(request, provider=provider, policy=policy, now=now)


def _ask(
    request: TraceRequest, *, provider: Provider, policy: TracePolicy, now: datetime
) -> tuple[str, Question, Exposures]:
    """The provider, what the request asks, and what the provider says."""
    chain = Chain.objects.get(id=request.chain_id)
    prices = prices_of(chain.id, now=now)
    told = request.payment
    question = Question(
        chain_id=chain.id,
        address=bytes(request.address),
        asset=request.asset,
        payment=payment_of(
            request,
            value_micros=prices.micros(told["asset"], int(told["units"])) if told else None,
        ),
    )
    point("trace.asked")
    exposures = provider.screen(question, chain=chain, prices=prices, policy=policy, now=now)
    point("trace.told")
    return provider.name, question, exposures


@transaction.atomic
def _later(request: TraceRequest, *, exposures: Exposures, now: datetime) -> None:
    row = TraceRequest.objects.select_for_update().get(id=request.id)
    if row.due_at is None:
        return
    row.due_at = now + timedelta(seconds=RETRY_SECONDS[request.attempts - 1])
    row.last_error = f"{', '.join(exposures.failures)}: {exposures.detail}".rstrip(": ")
    row.save(update_fields=["due_at", "last_error"])
    log.warning("trace_waits", request=str(row.id), reason=row.last_error)


@transaction.atomic
def verdict_give(
    *,
    request_id: UUID,
    question: Question,
    exposures: Exposures,
    provider: str,
    policy: TracePolicy,
    now: datetime,
) -> WalletVerdict:
    """Write the verdict that exposures lead to, and tell whoever must know. Again is the same."""
    request = TraceRequest.objects.select_for_update().select_related("chain").get(id=request_id)
    given = WalletVerdict.objects.filter(request=request).first()
    if given is not None:
        return given
    judgement = judge(
        exposures.found, payment=question.payment, failures=exposures.failures, policy=policy
    )
    answer = canonical(answer_of(exposures.found, judgement))
    head_number, head_hash = exposures.head or (None, None)
    verdict = WalletVerdict.objects.create(
        request=request,
        about=request.about,
        mode=request.mode,
        chain=request.chain,
        address=question.address,
        provider=provider,
        provider_version=exposures.version,
        rules=policy.version,
        lists=exposures.lists,
        state=judgement.state,
        band=judgement.band,
        reasons=list(judgement.reasons),
        asks_hold=judgement.asks_hold,
        answer=answer.decode(),
        answer_hash=hash_of(answer),
        inputs_id=_keep_inputs(exposures),
        failures=list(exposures.failures),
        head_number=head_number,
        head_hash=head_hash,
        given_at=now,
    )
    seen_keep(verdict, exposures.inputs)
    _again_if_overtaken(request, verdict, now=now)
    request.due_at = None
    request.last_error = exposures.detail
    request.save(update_fields=["due_at", "last_error"])
    point("trace.given")
    verdict_tell(verdict, payment=question.payment, policy=policy, now=now)
    TRACES.labels(verdict.state).inc()
    if verdict.state == "unknown":
        UNKNOWNS.labels(judgement.reasons[0]).inc()
    return verdict


def _again_if_overtaken(request: TraceRequest, verdict: WalletVerdict, *, now: datetime) -> None:
    """Have it judged anew where a list changed while it was looked at: whoever brings the change
    to the verdicts may have gone by before this one was there."""
    listed = listed_among(())
    if request.cause or listed is None or not verdict.lists or listed.versions == verdict.lists:
        return
    again_ask([verdict], cause=f"lists:{listed.versions}", now=now)


def _keep_inputs(exposures: Exposures) -> bytes | None:
    if exposures.inputs is None:
        return None
    body = inputs_bytes(exposures.inputs)
    key = hash_of(body)
    TraceInputs.objects.bulk_create(
        [TraceInputs(hash=key, body=zlib.compress(body))], ignore_conflicts=True
    )
    return key
