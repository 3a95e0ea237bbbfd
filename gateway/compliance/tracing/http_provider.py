"""An outside screening service over HTTPS and JSON, asked through the guarded client.

The contract is our own, docs/reference/tracing.md; a service that speaks otherwise gets a small
translator in front of it. Whatever goes wrong on the way is a reason for ``unknown``.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, get_args

import msgspec
import structlog

from gateway.chains.addresses import checksum
from gateway.chains.models import Chain
from gateway.compliance.tracing.categories import Category, LegalStatus
from gateway.compliance.tracing.exposure import Origin, Part, Question, Reason, Received, unknown
from gateway.compliance.tracing.haircut import proportional
from gateway.compliance.tracing.listings import listed_among
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.prices import Prices
from gateway.compliance.tracing.providers import Exposures, is_nobody, nothing_found
from gateway.compliance.tracing.transfers import MICROS
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import Answer, request
from gateway.outside.targets import check_url

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 10.0
MAX_EXPOSURES: Final = 1_000
DOLLARS: Final = "USD"
"""The asset of what a service tells: dollars, whose base unit is the micro-dollar."""
MAX_VERSION_CHARACTERS: Final = 200

_USD = re.compile(r"[0-9]{1,18}(\.[0-9]{1,12})?", re.ASCII)
_CATEGORIES: Final = frozenset(get_args(Category))
_STATUSES: Final = frozenset(get_args(LegalStatus))


class _Malformed(Exception):
    """The answer isn't what was agreed."""


class HttpProvider:
    """Asks ``POST url``.

    Args:
        key: sent as a bearer token; '' for none.
        allow_loopback: tests and demo only.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        key: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
        allow_loopback: bool = False,
    ) -> None:
        self.name = name
        self._url = url
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._allow_loopback = allow_loopback

    def check_target(self) -> None:
        """Refuse a url that could never be asked, without asking it.

        Raises:
            OutsideRefused
        """
        check_url(self._url, allow_loopback=self._allow_loopback)

    def screen(
        self,
        question: Question,
        *,
        chain: Chain,
        prices: Prices,
        policy: TracePolicy,
        now: datetime,
    ) -> Exposures:
        if is_nobody(question):
            return _failed("payer_unknown", "the chain names nobody")
        body = {
            "address": checksum(question.address),
            "chain": f"eip155:{chain.id}",
            "asset": question.payment.asset if question.payment else question.asset,
        }
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        try:
            answer = request(
                method="POST",
                url=self._url,
                body=msgspec.json.encode(body),
                headers=headers,
                timeout_seconds=self._timeout_seconds,
                allow_loopback=self._allow_loopback,
            )
            reason, detail = _trouble(answer)
            if reason:
                return _failed(reason, detail)
            return _exposures(answer.body, question=question)
        except OutsideRefused as refused:
            return _failed("provider_refused", refused.message)
        except OutsideFailed as failure:
            return _failed("provider_down", failure.message)
        except _Malformed as wrong:
            return _failed("provider_malformed", str(wrong))


def _trouble(answer: Answer) -> tuple[Reason, str]:
    """Why an answer is none; "" if it is one."""
    if answer.status == 429:
        return "provider_busy", "answers with status 429"
    if answer.status >= 500:
        return "provider_down", f"answers with status {answer.status}"
    if answer.status != 200:
        return "provider_refused", f"answers with status {answer.status}"
    if answer.truncated:
        return "provider_malformed", "the answer is too long"
    return "", ""


def _failed(reason: Reason, detail: str) -> Exposures:
    log.warning("wallet_provider_failed", reason=reason, detail=detail[:300])
    return Exposures(found=nothing_found(), version="", failures=(reason,), detail=detail[:300])


def _exposures(body: bytes, *, question: Question) -> Exposures:
    """The answer as a trace: parts of all that the wallet was given, in micro-dollars.

    What the service does not explain is unknown. Raises _Malformed.
    """
    try:
        told: Any = msgspec.json.decode(body)
        version, listed = str(told["version"])[:MAX_VERSION_CHARACTERS], told["exposures"]
        whole = _micros(told["total_usd"])
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise _Malformed(f"the answer can't be read: {error!r}") from error
    if not isinstance(listed, list) or len(listed) > MAX_EXPOSURES:
        raise _Malformed("exposures that aren't a list, or too many")
    by_origin: dict[Origin, int] = {}
    for one in listed:
        origin, micros = _exposure(one)
        by_origin[origin] = by_origin.get(origin, 0) + micros
    explained = sum(by_origin.values())
    if explained > whole:
        raise _Malformed("exposures of more than the total")
    if whole > explained:
        rest = unknown("unseen")
        by_origin[rest] = by_origin.get(rest, 0) + whole - explained
    found = nothing_found()
    received = Received(
        asset=DOLLARS,
        units=whole,
        value_micros=whole,
        parts=tuple(
            Part(origin=origin, units=micros, value_micros=micros)
            for origin, micros in sorted(by_origin.items())
            if micros
        ),
    )
    names = listed_among({question.address})
    own = (
        next(
            (Origin("sanctioned", "listed", 0) for one in names.labels if one.status == "listed"),
            None,
        )
        if names
        else None
    )
    return Exposures(
        found=type(found)(
            own=own,
            received=(received,) if whole else (),
            payment=_payment(question, by_origin, whole=whole),
            lots=(),
            fifo={},
            poisonings=(),
            dusted_by=(),
            transfers=0,
        ),
        version=version,
        failures=() if names else ("lists_missing",),
        lists=names.versions if names else "",
    )


def _exposure(told: Any) -> tuple[Origin, int]:
    try:
        category, status = told["category"], told.get("status", "none")
        hops, micros = told["hops"], _micros(told["usd"])
    except (KeyError, TypeError, AttributeError) as error:
        raise _Malformed(f"an exposure can't be read: {error!r}") from error
    if status not in _STATUSES or isinstance(hops, bool) or not isinstance(hops, int) or hops < 1:
        raise _Malformed(f"an exposure of status {status!r} and hops {hops!r}"[:200])
    if category not in _CATEGORIES:
        # A word we don't know may mean anything: it is no sign of being clean.
        return (
            (Origin("sanctioned", "listed", hops), micros)
            if status == "listed"
            else (unknown("unseen"), micros)
        )
    if category == "unknown" and status == "none":
        return unknown("unseen"), micros
    return Origin(category, status, hops), micros


def _payment(question: Question, by_origin: dict[Origin, int], *, whole: int) -> tuple[Part, ...]:
    """The payment in the same proportions: a service tells of a wallet, not of one payment."""
    payment = question.payment
    if payment is None or payment.units == 0:
        return ()
    if not whole:
        return (Part(unknown("unseen"), payment.units, payment.value_micros),)
    parts = _scaled(payment.units, by_origin, whole=whole)
    return tuple(
        Part(
            origin=origin,
            units=units,
            value_micros=(
                None
                if payment.value_micros is None
                else payment.value_micros * units // payment.units
            ),
        )
        for origin, units in sorted(parts.items())
    )


def _scaled(units: int, by_origin: dict[Origin, int], *, whole: int) -> dict[Origin, int]:
    """``units`` in the origins' proportions: the stocks are made large enough to take them from."""
    times = -(-units // whole)
    return proportional(units, {origin: micros * times for origin, micros in by_origin.items()})


def _micros(told: Any) -> int:
    """Micro-dollars of a decimal text, rounded down."""
    if not isinstance(told, str) or not _USD.fullmatch(told):
        raise _Malformed(f"{str(told)[:40]!r} is no amount")
    return int(Decimal(told) * MICROS)
