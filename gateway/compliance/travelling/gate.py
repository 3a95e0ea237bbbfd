"""Whether the Travel Rule lets money leave for an address.

The verbs that send ask here last, in the transaction that queues; what answers it was asked outside
of it, and is a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final, Literal, cast
from uuid import UUID

from gateway.compliance.travelling.asking import exchange_ask
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.models import Counterparty, Exchange, PayoutWallet
from gateway.compliance.travelling.needing import (
    Counterparty as CounterpartyKind,
)
from gateway.compliance.travelling.needing import (
    Needs,
    Transfer,
    currencies_of,
    needs,
    wants_proofs,
)
from gateway.compliance.travelling.proving import proof_in_force
from gateway.compliance.travelling.thresholds import jurisdiction_of
from gateway.compliance.travelling.wallets import wallet_said
from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount

Missing = Literal["", "rate", "proof", "answer", "details"]
"""What a transfer still waits for: a rate, the wallet's proof, the other provider's answer, or what
that one would have to be told."""
AGREED: Final = ("approved", "confirming", "confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Money about to leave.

    Attributes:
        about: ``payout:<id>`` or ``refund:<id>``.
        token: what leaves, on its chain.
        worth: the same in a currency; None: nobody can say.
        per_unit: rates of that currency, as ``needs`` takes them.
        is_own: it goes to the shop itself, by whose word we go on whose wallet that is.
        is_proven: whoever gets it has shown already that the wallet is theirs.
    """

    about: str
    shop_id: UUID
    mode: str
    address: bytes
    token: Amount
    worth: Amount | None
    per_unit: Mapping[str, Fraction]
    is_own: bool
    is_proven: bool = False


def currencies_wanted(mode: str, *, now: datetime) -> frozenset[str]:
    """The currencies whose rates a decision needs; none where nothing is asked. No query."""
    told = travel_settings()
    if not told.counts(mode):
        return frozenset()
    return currencies_of(told.establishments, on=now.date())


def leaving_waits(leaving: Leaving, *, now: datetime) -> Missing:
    """What money still waits for, "" if it may go. Up to three queries, none for a test shop, in
    the caller's transaction.

    An exchange with the receiver's provider is begun by the way, as a row.
    """
    told = travel_settings()
    if not told.counts(leaving.mode):
        return ""
    wallet = (
        wallet_said(shop_id=leaving.shop_id, address=leaving.address) if leaving.is_own else None
    )
    whose = _provider(wallet)
    kind: CounterpartyKind = "unknown" if wallet is None else _kind(wallet)
    codes = set(told.establishments) | ({jurisdiction_of(whose.country)} if whose else set())
    if kind != "provider" and not wants_proofs(codes, on=now.date()):
        return ""  # whatever it is worth: what is known of the shop itself is known
    try:
        wanted = _wanted(leaving, kind=kind, codes=frozenset(codes), now=now)
    except RateUnknown:
        return "rate"
    if wallet is not None and kind == "provider":
        return _exchanged(leaving, wallet, now=now) if wanted.data else ""
    if not wanted.proof or leaving.is_proven:
        return ""
    proof = proof_in_force(shop_id=leaving.shop_id, address=leaving.address, now=now)
    return "" if proof else "proof"


def _wanted(
    leaving: Leaving, *, kind: CounterpartyKind, codes: frozenset[str], now: datetime
) -> Needs:
    if leaving.worth is None:
        raise RateUnknown
    return needs(
        Transfer(direction="out", amount=leaving.worth, counterparty=kind, jurisdictions=codes),
        on=now.date(),
        per_unit=leaving.per_unit,
    )


def _exchanged(leaving: Leaving, wallet: PayoutWallet, *, now: datetime) -> Missing:
    """Whether the receiver's provider has said yes; it is asked if it wasn't."""
    latest = Exchange.objects.filter(about=leaving.about, direction="out").order_by("-id").first()
    if latest is not None and latest.state in AGREED:
        same = latest.address is not None and bytes(latest.address) == leaving.address
        return "" if same else "answer"
    if latest is None:
        try:
            exchange_ask(
                about=leaving.about,
                shop_id=leaving.shop_id,
                mode=leaving.mode,
                amount=leaving.token,
                address=leaving.address,
                counterparty=wallet.counterparty_name,
                travel_address=wallet.travel_address,
                now=now,
            )
        except TillwayError:
            return "details"
    return "answer"


def _provider(wallet: PayoutWallet | None) -> Counterparty | None:
    if wallet is None or wallet.kind != "provider":
        return None
    return Counterparty.objects.filter(name=wallet.counterparty_name, ended_at=None).first()


def _kind(wallet: PayoutWallet) -> CounterpartyKind:
    return cast(CounterpartyKind, wallet.kind)
