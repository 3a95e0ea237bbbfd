"""Which addresses of a chain hold the house's money, and what they should hold by our rows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import configured_chain
from gateway.chains.errors import UnknownChain
from gateway.chains.models import Chain, DepositAddress, Token
from gateway.chains.outgoing_models import NonceSequence
from gateway.chains.watching.facts import read_facts as chain_facts
from gateway.settlement.reconciling.configuration import ReconciliationSettings
from gateway.settlement.reconciling.effects import Holders
from gateway.settlement.reconciling.facts import custody_accounts, first_id_at
from gateway.settlement.reconciling.models import HeldAddress, Progress

ROWS_AT_ONCE = 5_000
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

TOUCHED_SQL = """
SELECT address FROM chains_deposit WHERE chain_id = %(chain)s AND id >= %(since)s
 UNION
SELECT address FROM chains_outflow WHERE chain_id = %(chain)s AND id >= %(since)s
"""

# What came in and did not leave, up to a block; native coin leaves without a log, so what a sweep
# took of it is read from what the sweep's receipt was booked with.
EXPECTED_SQL = """
SELECT w.address, l.asset, sum(l.units)
  FROM unnest(%(addresses)s::bytea[]) AS w (address)
 CROSS JOIN LATERAL (
       SELECT d.asset, d.units FROM chains_deposit d
        WHERE d.address = w.address AND d.chain_id = %(chain)s AND d.state <> 'orphaned'
          AND d.block_number <= %(block)s
        UNION ALL
       SELECT o.asset, -o.units FROM chains_outflow o
        WHERE o.address = w.address AND o.chain_id = %(chain)s AND NOT o.orphaned
          AND o.block_number <= %(block)s
        UNION ALL
       SELECT s.asset, -s.units
         FROM chains_depositaddress a
         JOIN execution_sweptdeposit s ON s.chain_id = %(chain)s AND s.salt = a.salt
          AND s.asset = %(native)s
         JOIN execution_fillbatch b ON b.id = s.batch_id AND b.factory = a.factory_address
         JOIN chains_outgoingtransaction t ON t.id = b.transaction_id
          AND t.block_number <= %(block)s
        WHERE a.address = w.address) l
 GROUP BY w.address, l.asset HAVING sum(l.units) <> 0
"""


@dataclass(frozen=True, slots=True)
class House:
    """A chain as it is reconciled.

    Attributes:
        hot: addresses whose balances the treasury's account adds up: the treasury, and whatever
            pays gas for it. cold: those of the cold store.
        tokens: asset code and decimals by contract; the native coin under b"".
    """

    chain: Chain
    hot: tuple[bytes, ...]
    cold: tuple[bytes, ...]
    tokens: dict[bytes, tuple[str, int]]
    holders: Holders


@dataclass(frozen=True, slots=True)
class Kept:
    """Deposit addresses as of a block.

    Attributes:
        expected: base units by (address, asset code), of all that should hold something.
        asked: the addresses that are read in this run; held: all that should hold something.
        sampled_through: where the sample of quiet ones goes on; empty: from the start again.
    """

    expected: dict[tuple[bytes, str], int]
    asked: tuple[bytes, ...]
    held: int
    sampled_through: bytes


def house_of(chain: Chain, *, told: ReconciliationSettings, now: datetime) -> House:
    """Three queries."""
    deposits, hot, cold = custody_accounts(chain.id)
    senders = NonceSequence.objects.filter(chain_id=chain.id).values_list("account", flat=True)
    own = {bytes(chain.treasury), *(bytes(account) for account in senders)}
    with suppress(UnknownChain):  # it has no node either: it is said not to be compared
        own.add(parse_address(configured_chain(chain.id).operator_or_treasury))
    cold_addresses = told.cold_addresses(chain.id)
    tokens = {
        bytes(token.address or b""): (token.code, token.decimals)
        for token in Token.objects.filter(chain_id=chain.id)
    }
    known = chain_facts(chain, now=now)
    return House(
        chain=chain,
        hot=tuple(sorted(own - set(cold_addresses))),
        cold=tuple(sorted(cold_addresses)),
        tokens=tokens,
        holders=Holders(
            accounts={
                **dict.fromkeys(sorted(own), hot),
                **dict.fromkeys(cold_addresses, cold),
            },
            hot=hot,
            deposits=deposits,
            factories=frozenset(known.factories),
            tokens={contract: code for contract, (code, _) in tokens.items() if contract},
            native=known.native.code,
        ),
    )


def kept_at(
    *,
    chain_id: int,
    mode: str,
    native: str,
    block: int,
    since: datetime,
    told: ReconciliationSettings,
) -> Kept:
    """Which deposit addresses to ask, and what they should hold. Four queries, in one moment.

    Those that held money when they were last asked, those touched since, and some quiet ones in
    turn; where there are more with money than one run reads, those come first that were asked
    longest ago.
    """
    held = HeldAddress.objects.filter(chain_id=chain_id)
    before = {bytes(row.address): row.asked_at for row in held}
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED_SQL, {"chain": chain_id, "since": first_id_at(since)})
        touched = {bytes(row[0]) for row in cursor.fetchall()}
    expected = expected_at(
        [*before.keys() | touched], chain_id=chain_id, native=native, block=block
    )
    with_money = {address for address, _ in expected}
    in_turn = sorted(
        with_money | before.keys(), key=lambda each: (before.get(each) or LONG_AGO, each)
    )[: told.addresses_a_run]
    quiet = sorted(touched - with_money - set(in_turn))[: told.addresses_a_run]
    sample = _sample(chain_id=chain_id, mode=mode, size=told.sample_a_run)
    asked = dict.fromkeys([*in_turn, *quiet, *sample])
    return Kept(
        expected=expected,
        asked=tuple(asked),
        held=len(with_money),
        sampled_through=sample[-1] if len(sample) == told.sample_a_run else b"",
    )


def expected_at(
    addresses: Collection[bytes], *, chain_id: int, native: str, block: int
) -> dict[tuple[bytes, str], int]:
    """What addresses should hold at a block by our rows, where it is not nothing. One query."""
    found: dict[tuple[bytes, str], int] = defaultdict(int)
    if not addresses:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            EXPECTED_SQL,
            {"addresses": list(addresses), "chain": chain_id, "native": native, "block": block},
        )
        for address, asset, units in cursor.fetchall():
            found[bytes(address), asset] += int(units)
    return dict(found)


def remember_held(
    *, chain_id: int, asked: Collection[bytes], with_money: Collection[bytes], now: datetime
) -> None:
    """Which addresses are asked again until they are empty. Three statements."""
    read, has_money = set(asked), set(with_money)
    HeldAddress.objects.filter(chain_id=chain_id, address__in=read - has_money).delete()
    HeldAddress.objects.bulk_create(
        [
            HeldAddress(chain_id=chain_id, address=address, asked_at=now)
            for address in sorted(read & has_money)
        ],
        update_conflicts=True,
        unique_fields=["chain_id", "address"],
        update_fields=["asked_at"],
        batch_size=ROWS_AT_ONCE,
    )
    HeldAddress.objects.bulk_create(
        [HeldAddress(chain_id=chain_id, address=address) for address in sorted(has_money - read)],
        ignore_conflicts=True,
        batch_size=ROWS_AT_ONCE,
    )


def _sample(*, chain_id: int, mode: str, size: int) -> Sequence[bytes]:
    after = (
        Progress.objects.filter(chain_id=chain_id).values_list("sampled_after", flat=True).first()
    )
    rows = DepositAddress.objects.filter(mode=mode, address__gt=bytes(after or b""))
    return [
        bytes(each) for each in rows.order_by("address").values_list("address", flat=True)[:size]
    ]
