"""What an invoice asks of a token whose gas the house would pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from gateway.chains.configuration import SponsorSettings
from gateway.chains.eip3009 import TokenDomain
from gateway.chains.models import Chain, Token
from gateway.chains.selectors import deposit_address_of
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import due_of
from gateway.market.errors import MarketUnavailable
from gateway.market.snapshot_store import current_snapshot
from gateway.sponsoring.errors import (
    GasTooDear,
    InvoiceNotPayable,
    SponsorshipOff,
    SponsorUnavailable,
)
from gateway.sponsoring.judging import Demand

GAS_PRICE_MAX_AGE_SECONDS = 120
"""An older price of gas is none."""


@dataclass(frozen=True, slots=True)
class Sponsored:
    """A token whose transfers the house sends; ``relayer`` is the account that does."""

    token: Token
    domain: TokenDomain
    bounds: SponsorSettings
    relayer: bytes

    @property
    def chain_id(self) -> int:
        return self.domain.chain_id


def sponsored_token(asset: str, *, mode: str) -> Sponsored:
    """One query.

    Raises:
        SponsorshipOff: its gas is not paid.
    """
    token = (
        Token.objects.select_related("chain")
        .filter(code=asset, enabled=True, chain__enabled=True, chain__mode=mode)
        .exclude(domain_name="")
        .exclude(chain__sponsor=None)
        .first()
    )
    if token is None:
        raise SponsorshipOff
    return Sponsored(
        token=token,
        domain=domain_of(token),
        bounds=bounds_of(token.chain),
        relayer=bytes(token.chain.treasury),
    )


def domain_of(token: Token) -> TokenDomain:
    return TokenDomain(
        name=token.domain_name,
        version=token.domain_version,
        chain_id=token.chain_id,
        contract=bytes(token.address or b""),
    )


def bounds_of(chain: Chain) -> SponsorSettings:
    return msgspec.convert(chain.sponsor, SponsorSettings)


def demand_of(invoice: Invoice, sponsored: Sponsored) -> Demand:
    """What the invoice asks of the token now. One query.

    Raises:
        InvoiceNotPayable: nothing.
    """
    address = deposit_address_of(invoice.id)
    due = _due(invoice, sponsored.token.code)
    if address is None or due is None:
        raise InvoiceNotPayable
    return Demand(
        domain=sponsored.domain,
        to=bytes(address.address),
        units=int(due["units"]),
        nonce=bytes(address.salt),
        lock_end=int(invoice.lock_end.timestamp()),
    )


def _due(invoice: Invoice, asset: str) -> Mapping[str, str] | None:
    for due in due_of(invoice):
        if due["asset"] == asset and due["uri"]:
            return due
    return None


def check_gas(sponsored: Sponsored, *, now: datetime) -> None:
    """Whether gas costs no more than the chain's bound, by the market's snapshot. No network.

    Raises:
        GasTooDear
        SponsorUnavailable: nobody knows what it costs.
    """
    try:
        chain = current_snapshot().chains.get(sponsored.chain_id)
    except MarketUnavailable as error:
        raise SponsorUnavailable from error
    if chain is None or now.timestamp() - chain.at_ms / 1000 > GAS_PRICE_MAX_AGE_SECONDS:
        raise SponsorUnavailable("What gas costs is not known just now.")
    if chain.gas_price_wei > sponsored.bounds.max_gas_price_wei:
        raise GasTooDear
