"""The verbs: a question is written down, an answer kept, an order taken, its end remembered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from gateway.chains.addresses import parse_address
from gateway.events import leases
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.events.services import emit
from gateway.market.firm.answers import AnswerRefused, Asked, Fault, read_answer
from gateway.market.firm.orders import Domain, SignedOrder
from gateway.market.firm.standing import Outcome, Standing, after
from gateway.market.makers import locks
from gateway.market.makers.configuration import Maker, configured_makers
from gateway.market.makers.errors import MakerUnknown, QuoteGone
from gateway.market.makers.models import FirmQuote, MakerStanding, QuoteRequest
from gateway.market.makers.wants import Want
from gateway.market.persons import check_person

log = structlog.get_logger(__name__)

KEPT_ANSWER_CHARACTERS = 8_000
MAX_ANSWER_BYTES = 16 * 1024
PPM_OF_BPS = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back over the wire.

    Attributes:
        status: of HTTP; 0 where nothing came.
        is_whole: the body came to its end in time and in size.
        trouble: the stable code of what went wrong on the way.
    """

    status: int
    body: bytes = b""
    is_whole: bool = True
    milliseconds: int = 0
    trouble: str = ""


@transaction.atomic
def requests_open(
    *,
    questions: Iterable[tuple[Want, Maker, bytes, tuple[int, ...]]],
    lease: LeaseHandle,
    now: datetime,
) -> list[QuoteRequest]:
    """Write down what is about to be asked: wants, makers, contracts and sizes.

    A question of the same need that nobody kept an answer to is dropped, and what was offered to
    an earlier one lapses: a maker's newest word counts.

    Raises:
        LeaseLost: another process asks now.
    """
    leases.check(handle=lease)
    rows = []
    for want, maker, contract, sizes in questions:
        same = {"reference": want.reference, "maker": maker.name}
        QuoteRequest.objects.filter(**same, status="asked").update(status="dropped", ended_at=now)
        FirmQuote.objects.filter(
            request__reference=want.reference, request__maker=maker.name, status="offered"
        ).update(status="lapsed", ended_at=now)
        rows.append(
            QuoteRequest(
                id=uuid7(),
                **same,
                maker_address=parse_address(maker.address),
                chain_id=want.chain_id,
                contract=contract,
                taker=want.taker,
                side=want.side,
                pair=want.pair,
                token_in=want.token_in,
                token_out=want.token_out,
                amounts_in=[str(size) for size in sizes],
                fair_numerator=want.fair.numerator,
                fair_denominator=want.fair.denominator,
                max_deviation_bps=maker.max_deviation_bps,
                least_expiry=int(now.timestamp()) + maker.least_seconds,
                asked_at=now,
            )
        )
    return QuoteRequest.objects.bulk_create(rows)


@transaction.atomic
def answer_keep(*, request_id: UUID, heard: Heard, now: datetime) -> QuoteRequest:
    """Keep what a maker said, its valid orders as quotes, and what it means for its standing.

    Safe to call again: a question is answered once.
    """
    request = locks.request_for_update(request_id)
    if request.status != "asked":
        return request
    request.answer = heard.body[:KEPT_ANSWER_CHARACTERS].decode(errors="replace").replace("\0", "")
    request.milliseconds, request.ended_at = heard.milliseconds, now
    request.status, request.fault, outcome = _judged(request, heard, now=now)
    request.save()
    _stand(request.maker, outcome, fault=request.fault, now=now)
    log.info(
        "maker_answered",
        maker=request.maker,
        request=str(request.id),
        status=request.status,
        fault=request.fault,
        milliseconds=heard.milliseconds,
    )
    return request


def _judged(request: QuoteRequest, heard: Heard, *, now: datetime) -> tuple[str, str, Outcome]:
    """Status, fault and outcome; the orders of a good answer become rows."""
    if heard.trouble:
        return "late", heard.trouble, Outcome.LATE
    if heard.status == 204:
        return "declined", "", Outcome.DECLINED
    if heard.status != 200 or not heard.is_whole:
        fault = f"http_{heard.status}" if heard.status != 200 else Fault.UNREADABLE.value
        return "refused", fault, Outcome.INVALID
    try:
        orders = read_answer(heard.body, asked_of(request))
        _offer(request, orders, now=now)
    except AnswerRefused as refused:
        return "refused", refused.fault.value, Outcome.INVALID
    return ("answered", "", Outcome.ANSWERED) if orders else ("declined", "", Outcome.DECLINED)


def _offer(request: QuoteRequest, orders: Iterable[SignedOrder], *, now: datetime) -> None:
    """All of an answer's orders as rows, or none: one nonce that was there before spoils it.

    Raises:
        AnswerRefused: ``nonce_reused``.
    """
    rows = [
        FirmQuote(
            id=uuid7(),
            request=request,
            chain_id=request.chain_id,
            contract=bytes(request.contract),
            maker_address=signed.order.maker,
            amount_in=signed.order.amount_in,
            amount_out=signed.order.amount_out,
            expiry=signed.order.expiry,
            nonce=signed.order.nonce,
            signature=signed.signature,
            offered_at=now,
        )
        for signed in orders
    ]
    try:
        with transaction.atomic():
            FirmQuote.objects.bulk_create(rows)
    except IntegrityError as error:
        raise AnswerRefused(Fault.NONCE_REUSED) from error


def asked_of(request: QuoteRequest) -> Asked:
    """The question as the pure reader of answers sees it."""
    return Asked(
        request_id=str(request.id),
        domain=Domain(request.chain_id, bytes(request.contract)),
        maker=bytes(request.maker_address),
        taker=bytes(request.taker),
        token_in=bytes(request.token_in),
        token_out=bytes(request.token_out),
        amounts_in=[int(units) for units in request.amounts_in],
        fair=Fraction(request.fair_numerator, request.fair_denominator),
        max_deviation_ppm=request.max_deviation_bps * PPM_OF_BPS,
        least_expiry=request.least_expiry,
    )


def quote_take(*, quote_id: UUID, transaction_id: UUID, now: datetime) -> FirmQuote:
    """A transaction was queued that has the order done; in the caller's transaction.

    The other rungs of its answer lapse: they are the same liquidity, and one of them was promised.

    Raises:
        QuoteGone: it was taken or superseded meanwhile.
    """
    quote = locks.quote_for_update(quote_id)
    if quote is None or quote.status != "offered":
        raise QuoteGone
    FirmQuote.objects.filter(request_id=quote.request_id, status="offered").exclude(
        id=quote_id
    ).update(status="lapsed", ended_at=now)
    quote.status, quote.transaction_id = "taken", transaction_id
    quote.save(update_fields=["status", "transaction_id"])
    return quote


@transaction.atomic
def quote_end(
    *, transaction_id: UUID, status: str, code: str = "", now: datetime
) -> FirmQuote | None:
    """An order's transaction is over: done, failed by its maker, or never tried. Once.

    Args:
        status: ``filled``, ``failed`` or ``released``.
        code: why it failed.

    Returns:
        None if the transaction is of no order.
    """
    quote = locks.quote_of_transaction(transaction_id)
    if quote is None or quote.status != "taken":
        return quote
    quote.status, quote.failure_code, quote.ended_at = status, code, now
    quote.save(update_fields=["status", "failure_code", "ended_at"])
    outcome = {"filled": Outcome.FILLED, "failed": Outcome.FAILED}.get(status)
    if outcome is not None:
        _stand(quote.request.maker, outcome, fault=code, now=now)
    log.info("firm_order_ended", maker=quote.request.maker, quote=str(quote.id), status=status)
    return quote


@transaction.atomic
def maker_forgive(*, maker: str, by: str, because: str, now: datetime) -> MakerStanding:
    """A person lets a maker begin anew.

    Raises:
        MakerUnknown: nobody of this name was ever asked.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    if not MakerStanding.objects.filter(maker=maker).exists():
        raise MakerUnknown
    row = locks.standing_for_update(maker, now=now)
    row.faults, row.excluded_until, row.updated_at = 0, None, now
    row.save(update_fields=["faults", "excluded_until", "updated_at"])
    is_live = any(each.live for each in configured_makers() if each.name == maker)
    emit(
        type="maker.forgiven",
        subject=f"maker:{maker}",
        body={"maker": maker, "by": by, "because": because},
        mode="live" if is_live else "test",
        now=now,
    )
    log.info("maker_forgiven", maker=maker, by=by)
    return row


@transaction.atomic
def requests_prune(*, before: datetime) -> int:
    """Forget questions that led to nothing; those whose order was taken stay. Their count."""
    taken = FirmQuote.objects.filter(transaction_id__isnull=False).values("request_id")
    old = QuoteRequest.objects.filter(asked_at__lt=before).exclude(id__in=taken)
    FirmQuote.objects.filter(request__in=old).delete()
    return old.delete()[0]


def _stand(maker: str, outcome: Outcome, *, fault: str, now: datetime) -> None:
    row = locks.standing_for_update(maker, now=now)
    before = Standing(row.faults, _ms(row.excluded_until) if row.excluded_until else 0)
    standing = after(before, outcome, now_ms=_ms(now))
    row.faults = standing.faults
    if standing.excluded_until_ms > before.excluded_until_ms:
        row.excluded_until = datetime.fromtimestamp(standing.excluded_until_ms / 1000, UTC)
        log.warning("maker_excluded", maker=maker, fault=fault, until=str(row.excluded_until))
    row.last_fault = fault or row.last_fault
    row.updated_at = now
    setattr(row, outcome.value, F(outcome.value) + 1)
    row.save()


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
