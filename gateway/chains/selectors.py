"""Questions about chains, tokens and deposits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gateway.chains.confirmations import Tier, parse_tiers
from gateway.chains.create2 import Factory
from gateway.chains.errors import AmbiguousFactory
from gateway.chains.models import Chain, Deposit, DepositAddress, ProcessedHead, Token
from gateway.money.assets import Asset


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain that is offered.

    Attributes:
        block_seconds: usual seconds between blocks.
        grace_seconds: after a lock's end, in which a first block still counts as in time.
    """

    id: int
    key: str
    name: str
    mode: str
    block_seconds: float
    confirmations: tuple[Tier, ...]
    finality_blocks: int
    grace_seconds: int
    factory: Factory
    treasury: bytes


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token that is accepted on an offered chain; ``address`` None is the native coin."""

    code: str
    chain_id: int
    address: bytes | None
    symbol: str
    decimals: int
    kind: str
    peg: str

    @property
    def asset(self) -> Asset:
        return Asset(code=self.code, decimals=self.decimals)


def chains_for_mode(mode: str) -> list[ChainView]:
    """The chains offered to shops of this mode, by id. One query."""
    return [_chain_view(chain) for chain in Chain.objects.filter(mode=mode, enabled=True)]


def tokens_for_mode(mode: str) -> list[TokenView]:
    """The tokens accepted on the chains of this mode, by code. One query."""
    rows = Token.objects.filter(chain__mode=mode, chain__enabled=True, enabled=True)
    return [
        TokenView(
            code=token.code,
            chain_id=token.chain_id,
            address=None if token.address is None else bytes(token.address),
            symbol=token.symbol,
            decimals=token.decimals,
            kind=token.kind,
            peg=token.peg,
        )
        for token in rows.order_by("code")
    ]


def refused_tokens() -> frozenset[str]:
    """Codes of tokens that are not offered for what they do with transfers or balances: nothing of
    the house's own goes where such a token would have to be counted. One query."""
    return frozenset(Token.objects.exclude(refused="").values_list("code", flat=True))


def factory_for_mode(mode: str) -> Factory:
    """The deposit factory that all offered chains of a mode share. One query.

    Raises:
        AmbiguousFactory: there is no chain, or they differ.
    """
    factories = {chain.factory for chain in chains_for_mode(mode)}
    if len(factories) != 1:
        raise AmbiguousFactory
    return factories.pop()


def processed_head_time(chain_id: int) -> datetime | None:
    """Timestamp of the last block we listened to; None before the first. One query.

    Nothing that happened on the chain up to then is unknown to us.
    """
    timestamp = (
        ProcessedHead.objects.filter(chain_id=chain_id).values_list("timestamp", flat=True).first()
    )
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)


def processed_head_times(mode: str) -> dict[int, datetime]:
    """``processed_head_time`` of each offered chain of a mode. One query."""
    rows = ProcessedHead.objects.filter(chain__mode=mode, chain__enabled=True)
    return {
        chain_id: datetime.fromtimestamp(timestamp, UTC)
        for chain_id, timestamp in rows.values_list("chain_id", "timestamp")
    }


def stalled_chains() -> Mapping[int, str]:
    """Chains that aren't followed just now, with the reason. One query."""
    return dict(
        ProcessedHead.objects.filter(stalled_since__isnull=False).values_list(
            "chain_id", "stall_reason"
        )
    )


def deposit_for_update(deposit_id: UUID) -> Deposit:
    """The deposit, its row locked until the transaction ends. One query.

    Raises:
        Deposit.DoesNotExist: there is none.
    """
    return Deposit.objects.select_for_update().get(id=deposit_id)


def deposits_for_invoice(invoice_id: UUID) -> list[Deposit]:
    """All deposits to an invoice's address, orphaned ones too, as they came. One query."""
    return list(
        Deposit.objects.filter(invoice_id=invoice_id).order_by("block_number", "log_index", "id")
    )


def deposit_address_of(invoice_id: UUID) -> DepositAddress | None:
    """The address an invoice was shown with. One query."""
    return DepositAddress.objects.filter(invoice_id=invoice_id).first()


def unmatched_deposits(limit: int = 100) -> list[Deposit]:
    """Deposits that belong to no invoice, newest first: they wait for a claim. One query."""
    return list(Deposit.objects.filter(invoice_id=None).order_by("-id")[:limit])


def confirmations_of(deposit: Deposit | Mapping[str, Any], *, head_number: int) -> int:
    """How many blocks confirm a deposit at a head; 0 when it is orphaned. No query."""
    state = deposit.state if isinstance(deposit, Deposit) else deposit["state"]
    number = deposit.block_number if isinstance(deposit, Deposit) else deposit["block_number"]
    return 0 if state == "orphaned" else max(0, head_number - number + 1)


def _chain_view(chain: Chain) -> ChainView:
    return ChainView(
        id=chain.id,
        key=chain.key,
        name=chain.name,
        mode=chain.mode,
        block_seconds=chain.block_seconds,
        confirmations=parse_tiers(chain.confirmations),
        finality_blocks=chain.finality_blocks,
        grace_seconds=chain.grace_seconds,
        factory=Factory(
            address=bytes(chain.factory_address),
            version=chain.factory_version,
            init_code_hash=bytes(chain.factory_init_code_hash),
        ),
        treasury=bytes(chain.treasury),
    )
