"""What the page asks us for a wallet that a person connected: what it holds, and how to add a
network that it doesn't know. Nothing of it is kept."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import HoldingsUnknown, UnknownChain
from gateway.chains.holdings import holdings
from gateway.checkout.places import shopper_check
from gateway.checkout.signed import read_payer
from gateway.checkout.sponsored import told_plainly
from gateway.compliance.behaviour.networks import network_of
from gateway.events.errors import TillwayError
from gateway.invoices.quotebook import quote_for
from gateway.invoices.selectors import invoice_public
from gateway.outside.buckets import buckets_of

ASKED_PER_MINUTE: Final = 60
"""Of one client's network of addresses, one question a chain: each asks a node."""
ALL_ASKED_PER_MINUTE: Final = 600
"""Of everybody together: whoever has many addresses keeps our nodes from nobody's payment."""


class AsksTooOften(TillwayError):
    code = "asked_too_often"
    message = "You ask too often. Wait a minute."
    status = 429


@never_cache
@require_GET
@told_plainly
def balances(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Base units that ``?payer=`` holds of what the invoice takes on ``?chain=``, by asset."""
    _brake(str(request.META["REMOTE_ADDR"]))
    shopper_check(request, invoice_id)
    book = invoice_public(invoice_id).promises
    payer, chain_id = read_payer(request.GET.get("payer", "")), _chain_asked(request)
    tokens = {
        code: bytes.fromhex(token.address.removeprefix("0x")) or None
        for code, token in book.tokens.items()
        if token.chain_id == chain_id and quote_for(book.latest, code)
    }
    if not tokens:
        raise UnknownChain
    try:
        held = holdings(chain_id=chain_id, holder=payer, tokens=tokens)
    except UnknownChain:
        raise HoldingsUnknown from None
    return JsonResponse({"holds": {code: str(units) for code, units in held.items()}})


@never_cache
@require_GET
@told_plainly
def network(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """What a wallet needs to add ``?chain=`` (EIP-3085), where a public node is configured."""
    book = invoice_public(invoice_id).promises
    chain_id = _chain_asked(request)
    if chain_id not in book.chains:
        raise UnknownChain
    chain = configured_chain(chain_id)
    if not chain.wallet_rpc_url:
        raise UnknownChain
    explorers = [chain.explorer_url] if chain.explorer_url else []
    return JsonResponse(
        {
            "chainId": hex(chain_id),
            "chainName": chain.name,
            "nativeCurrency": {
                "name": chain.native.symbol,
                "symbol": chain.native.symbol,
                "decimals": chain.native.decimals,
            },
            "rpcUrls": [chain.wallet_rpc_url],
            "blockExplorerUrls": explorers,
        }
    )


def _chain_asked(request: HttpRequest) -> int:
    """Raises UnknownChain: it is no number."""
    asked = request.GET.get("chain", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 18):
        raise UnknownChain
    return int(asked)


def _brake(client: str) -> None:
    """Raises AsksTooOften: this network of addresses does, or everybody together."""
    network = network_of(client) or "socket"
    _take(f"checkout:holdings:{network}", ASKED_PER_MINUTE)
    _take("checkout:holdings", ALL_ASKED_PER_MINUTE)


def _take(bucket: str, per_minute: int) -> None:
    taken = buckets_of(settings.VALKEY_URL).take(
        bucket, refill=per_minute, every_seconds=60, burst=per_minute
    )
    if taken is not None and taken <= 0:
        raise AsksTooOften
