"""Ask makers for firm orders: rows first, then all of them at once, then what they said as rows.

Never in a web request, never inside a transaction. A process that dies in between leaves questions
without answers; the next turn drops them and asks anew: a price is worth nothing a minute later.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import orjson
import structlog

from gateway.chains.addresses import checksum
from gateway.chains.configuration import ChainSettings, configured_chain
from gateway.events.leases import LeaseHandle
from gateway.market.makers.configuration import Maker, configured_makers, contract_of
from gateway.market.makers.models import QuoteRequest
from gateway.market.makers.selectors import excluded_makers
from gateway.market.makers.services import (
    MAX_ANSWER_BYTES,
    Heard,
    answer_keep,
    requests_open,
)
from gateway.market.makers.wants import Want
from gateway.outside.async_http import GuardedClient
from gateway.outside.errors import OutsideFailed, OutsideRefused

log = structlog.get_logger(__name__)


def _nothing(_point: str) -> None:
    """Tests stop the asking at named points; in service they are passed by."""


def makers_ask(
    *,
    wants: Iterable[Want],
    lease: LeaseHandle,
    now: datetime,
    reached: Callable[[str], None] = _nothing,
) -> int:
    """Ask every maker that may be asked about every want; how many questions were asked.

    Takes as long as the slowest maker's ``timeout_ms``, however many there are.

    Raises:
        LeaseLost: another process asks now.
        MakersUnreadable: MAKERS can't be read.
        UnknownChain: a want is on a chain that the settings don't name.
    """
    makers = configured_makers()
    if not makers:
        return 0
    resting = excluded_makers(now=now)
    questions = []
    for want in wants:
        chain = configured_chain(want.chain_id)
        for maker in makers:
            contract = contract_of(chain)
            if contract is None or maker.name in resting or not maker.quotes_for(chain):
                continue
            sizes = want.sizes(least_cents=maker.least_usd_cents, most_cents=maker.most_usd_cents)
            if sizes:
                questions.append((want, maker, contract, sizes))
    if not questions:
        return 0
    requests = requests_open(questions=questions, lease=lease, now=now)
    reached("questions_written")
    asked = [
        (request, maker, configured_chain(request.chain_id))
        for request, (_, maker, _, _) in zip(requests, questions, strict=True)
    ]
    heard = asyncio.run(_ask_all(asked))
    reached("answers_heard")
    for request_id, answer in heard.items():
        answer_keep(request_id=request_id, heard=answer, now=now)
    return len(asked)


async def _ask_all(
    asked: list[tuple[QuoteRequest, Maker, ChainSettings]],
) -> dict[UUID, Heard]:
    async with GuardedClient(lookups=len(asked)) as client:
        answers = await asyncio.gather(*(_ask(client, *each) for each in asked))
    return {request.id: answer for (request, _, _), answer in zip(asked, answers, strict=True)}


async def _ask(
    client: GuardedClient, request: QuoteRequest, maker: Maker, chain: ChainSettings
) -> Heard:
    try:
        answer = await client.request(
            method="POST",
            url=maker.url,
            body=question_body(request),
            headers={"content-type": "application/json", "accept": "application/json"},
            timeout_seconds=maker.timeout_ms / 1000,
            max_answer_bytes=MAX_ANSWER_BYTES,
            # Loopback is for a maker beside a dev chain; live chains have none there.
            allow_loopback=chain.mode == "test",
        )
    except (OutsideFailed, OutsideRefused) as trouble:
        log.warning("maker_silent", maker=maker.name, code=trouble.code)
        return Heard(0, milliseconds=maker.timeout_ms, trouble=trouble.code)
    if answer.truncated and len(answer.body) < MAX_ANSWER_BYTES:
        return Heard(0, answer.body, milliseconds=answer.milliseconds, trouble="too_slow")
    return Heard(answer.status, answer.body, not answer.truncated, answer.milliseconds)


def question_body(request: QuoteRequest) -> bytes:
    """What goes over the wire; docs/reference/makers.md describes it."""
    return orjson.dumps(
        {
            "id": str(request.id),
            "chain_id": request.chain_id,
            "contract": checksum(bytes(request.contract)),
            "taker": checksum(bytes(request.taker)),
            "pair": request.pair,
            "side": request.side,
            "token_in": checksum(bytes(request.token_in)),
            "token_out": checksum(bytes(request.token_out)),
            "amounts_in": request.amounts_in,
            "least_expiry": request.least_expiry,
        }
    )
