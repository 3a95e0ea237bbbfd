"""With what a provoked payment is paid, and by whom."""

from gateway.compliance.models import ListedAddress, ListSource
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import due_of
from gateway.supervisor.devchain.faucet import NATIVE
from gateway.trying.errors import (
    AssetNotThere,
    EveryTokenQuoted,
    NobodyListed,
    NotInWrongAsset,
    TokenNeeded,
)
from gateway.trying.ground import OwnChain

NOBODY = bytes(20)


def due_to_pay(
    invoice: Invoice, chain: OwnChain, *, asset: str, token_only: bool
) -> tuple[str, int]:
    """What is paid, and the base units of it that are due: ``asset``, or the shop's own or any
    other if "". Pure.

    Args:
        token_only: the coin of the chain won't do.

    Raises:
        AssetNotThere: the invoice asks for no such thing on the house's chain.
        TokenNeeded: it is the coin.
    """
    there = _payable(chain)
    due = {one["asset"]: int(one["units"]) for one in due_of(invoice) if one["asset"] in there}
    if not asset:
        # A token sooner than the coin, and the shop's own sooner than any other.
        asset = min(
            due,
            key=lambda code: (code == _coin(chain), code != invoice.settlement_asset, code),
            default="",
        )
    if asset not in due:
        raise AssetNotThere
    if token_only and asset == _coin(chain):
        raise TokenNeeded
    return asset, due[asset]


def wrong_asset(invoice: Invoice, chain: OwnChain, *, asset: str) -> str:
    """A token of the chain that the invoice never asked for: ``asset``, or any if "". Pure.

    Raises:
        EveryTokenQuoted: there is none.
        NotInWrongAsset, AssetNotThere: ``asset`` is none.
    """
    quoted = {quote.asset for drawn in invoice.promises.sets for quote in drawn.quotes}
    left = sorted(_payable(chain) - quoted - {_coin(chain)})
    if asset:
        if asset in quoted:
            raise NotInWrongAsset
        if asset not in left:
            raise AssetNotThere
        return asset
    if not left:
        raise EveryTokenQuoted
    return left[0]


def whole_token(chain: OwnChain, asset: str) -> int:
    """Base units of one of it. Pure."""
    return 10 ** int(chain.layout.token(symbol_of(asset)).decimals)


def symbol_of(asset: str) -> str:
    return asset.partition("@")[0]


def listed_payer() -> bytes:
    """A wallet that a list in force names. One query.

    Raises:
        NobodyListed: there is none.
    """
    in_force = ListSource.objects.filter(enabled=True, version__isnull=False).values("version_id")
    found = (
        ListedAddress.objects.filter(version_id__in=in_force)
        .exclude(address=NOBODY)
        .order_by("version_id", "id")
        .values_list("address", flat=True)
        .first()
    )
    if found is None:
        raise NobodyListed
    return bytes(found)


def _payable(chain: OwnChain) -> frozenset[str]:
    return frozenset(f"{symbol}@{chain.id}" for symbol in (*chain.symbols(), NATIVE))


def _coin(chain: OwnChain) -> str:
    return f"{NATIVE}@{chain.id}"
