"""What lies at the deposit addresses of what is to be collected, by our count."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import F, Q, Sum

from gateway.chains.models import Deposit, DepositAddress, Token
from gateway.ledger.selectors import deposit_standings
from gateway.market.execution.models import FillRequest, SweptDeposit
from gateway.market.execution.planning import Lying, Wanted
from gateway.money.fields import UnitsField


def wanted_by_factory(requests: Iterable[FillRequest]) -> dict[bytes, list[Wanted]]:
    """What is wanted, by the factory of its deposit address: old factories are swept for ever.

    Two queries.
    """
    by_deposit = {request.deposit_id: request for request in requests}
    deposits = list(Deposit.objects.filter(id__in=by_deposit).exclude(state="orphaned"))
    addresses = {
        bytes(row.address): row
        for row in DepositAddress.objects.filter(address__in={bytes(d.address) for d in deposits})
    }
    found: dict[bytes, list[Wanted]] = defaultdict(list)
    for deposit in sorted(deposits, key=lambda row: by_deposit[row.id].id):
        request = by_deposit[deposit.id]
        address = addresses[bytes(deposit.address)]
        found[bytes(address.factory_address)].append(
            Wanted(
                request_id=request.id,
                deposit_id=deposit.id,
                salt=bytes(address.salt),
                units=request.units,
                is_bought=request.is_bought,
            )
        )
    return found


def deposits_beside(*, asset: str, deposit_ids: Collection[UUID]) -> set[UUID]:
    """All deposits of the asset at the addresses of these, on their chain. One query."""
    there = Deposit.objects.filter(id__in=deposit_ids).values("address")
    beside = Deposit.objects.filter(asset=asset, address__in=there).exclude(state="orphaned")
    return set(beside.values_list("id", flat=True))


def lying(
    *, asset: str, chain_id: int, wanted: Sequence[Wanted], factory: bytes
) -> dict[bytes, Lying]:
    """What lies of an asset at the addresses of the wanted deposits, by salt. Six queries."""
    native = Token.objects.filter(chain_id=chain_id, kind="native").values("code")
    salts = {item.salt for item in wanted}
    addresses = dict(
        DepositAddress.objects.filter(factory_address=factory, salt__in=salts).values_list(
            "address", "salt"
        )
    )
    salt_of = {bytes(address): bytes(salt) for address, salt in addresses.items()}
    there = list(
        Deposit.objects.filter(
            # A sweep of any token takes the address's native coin along.
            Q(asset=asset) | Q(asset__in=native),
            chain_id=chain_id,
            address__in=list(salt_of),
            units__gt=0,
        ).exclude(state="orphaned")
    )
    asked = _asked([deposit.id for deposit in there])
    decided = _decided([deposit.id for deposit in there], asked=asked)
    remaining = {salt: -units for salt, units in _swept(chain_id, asset, salts).items()}
    undecided: set[bytes] = set()
    under_way: set[bytes] = set()
    for deposit in there:
        salt = salt_of[bytes(deposit.address)]
        if deposit.asset == asset:
            remaining[salt] = remaining.get(salt, 0) + deposit.units
            if asked.get(deposit.id) == "batched":
                under_way.add(salt)
        if deposit.id not in decided:
            undecided.add(salt)
    return {
        salt: Lying(remaining.get(salt, 0), salt in undecided, salt in under_way) for salt in salts
    }


def lay_when_swept(
    *, chain_id: int, factory: bytes, salts: Collection[bytes], block_number: int
) -> dict[tuple[bytes, str], int]:
    """Base units of each token that lay at the addresses before a block, by our count: deposits
    that stand, less what was swept. Three queries.
    """
    addresses = DepositAddress.objects.filter(factory_address=factory, salt__in=salts)
    salt_of = {bytes(row.address): bytes(row.salt) for row in addresses}
    there = (
        Deposit.objects.filter(
            chain_id=chain_id,
            address__in=list(salt_of),
            state__in=("confirmed", "final"),
            block_number__lt=block_number,
        )
        .values("address", "asset")
        .annotate(units=Sum("units"))
    )
    lay = {(salt_of[bytes(row["address"])], row["asset"]): int(row["units"]) for row in there}
    swept = (
        SweptDeposit.objects.filter(chain_id=chain_id, salt__in=salts)
        .values("salt", "asset")
        .annotate(units=Sum(F("units") + F("lost_units"), output_field=UnitsField()))
    )
    for row in swept:
        place = bytes(row["salt"]), row["asset"]
        if place in lay:
            lay[place] -= int(row["units"])
    return lay


def _asked(deposit_ids: Collection[UUID]) -> dict[UUID, str]:
    """The status of each deposit's request, where it has one. One query."""
    requests = FillRequest.objects.filter(deposit_id__in=deposit_ids).exclude(status="withdrawn")
    return dict(requests.values_list("deposit_id", "status"))


def _decided(deposit_ids: Collection[UUID], *, asked: Collection[UUID]) -> set[UUID]:
    """Those that are somebody's and not held. One query.

    A wrong asset stays in suspense until it is claimed; that it was asked for says that it is its
    payer's, and nobody else's.
    """
    standings = deposit_standings(deposit_ids=deposit_ids)
    return {
        deposit_id
        for deposit_id, standing in standings.items()
        if standing == "decided" or (standing == "open" and deposit_id in asked)
    }


def _swept(chain_id: int, asset: str, salts: Collection[bytes]) -> dict[bytes, int]:
    """Base units that sweeps took from each address so far, arrived or not. One query."""
    rows = SweptDeposit.objects.filter(chain_id=chain_id, salt__in=salts, asset=asset)
    return {
        bytes(row["salt"]): int(row["units"])
        for row in rows.values("salt").annotate(
            units=Sum(F("units") + F("lost_units"), output_field=UnitsField())
        )
    }
