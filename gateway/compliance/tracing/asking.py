"""Trace an address now, for a person who waits: the same row, provider and verdict as any other."""

from datetime import datetime

from gateway.chains.errors import UnknownChain
from gateway.chains.models import Chain
from gateway.compliance.tracing.carrying import trace_now
from gateway.compliance.tracing.configuration import configured_provider
from gateway.compliance.tracing.errors import TraceAddressUnreadable, TraceChainDiffers
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.requesting import address_ask
from gateway.compliance.tracing.spelling import spelled


def address_trace(*, text: str, chain_id: int | None, asset: str, now: datetime) -> WalletVerdict:
    """The verdict on an address in any spelling, given now. Outside any transaction.

    Raises:
        TraceAddressUnreadable: it is no EVM address.
        TraceChainDiffers: the spelling names another chain, or nobody names one.
        UnknownChain: we don't know the chain.
        ScreeningSettingsInvalid
    """
    read = spelled(text)
    if read is None:
        raise TraceAddressUnreadable
    if read.chain_id is not None and chain_id not in (None, read.chain_id):
        raise TraceChainDiffers
    wanted = chain_id if read.chain_id is None else read.chain_id
    if wanted is None:
        raise TraceChainDiffers("Neither the address nor --chain names a chain.")
    chain = Chain.objects.filter(id=wanted).first()
    if chain is None:
        raise UnknownChain
    provider = configured_provider()
    request = address_ask(chain=chain, address=read.address, asset=asset, now=now)
    return trace_now(request, provider=provider, now=now)
