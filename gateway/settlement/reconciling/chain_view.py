"""Both sides of a chain at one of its blocks: gathered, nothing is judged here."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.chains.models import Block, Chain, DepositAddress, ProcessedHead
from gateway.chains.receipts import Receipt
from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import units_of
from gateway.settlement.reconciling.configuration import ReconciliationSettings
from gateway.settlement.reconciling.effects import (
    TRANSFER,
    Effects,
    Holders,
    Sent,
    effects_of,
)
from gateway.settlement.reconciling.errors import NotComparable
from gateway.settlement.reconciling.facts import Fact, Facts, custody_accounts, read_facts
from gateway.settlement.reconciling.holding import House, Kept, house_of, kept_at
from gateway.settlement.reconciling.models import Progress
from gateway.settlement.reconciling.moments import one_moment
from gateway.settlement.reconciling.reading import At, ChainReader

Place = tuple[str, str]
"""(account, asset code)."""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
MAX_RECEIPTS = 1_000


@dataclass(slots=True)
class View:
    """
    Attributes:
        booked: the journal, by place, as of the moment of ``facts``.
        told: the chain, by place; where only some deposit addresses were asked, the others count
            as our rows have them.
        told_at: of each deposit address that was asked, by (address, asset code).
        settled_block: nothing up to there is looked at again.
    """

    house: House
    at: At
    facts: Facts
    kept: Kept
    booked: dict[Place, int]
    told: dict[Place, int]
    told_at: dict[tuple[bytes, str], int]
    settled_block: int

    @property
    def places(self) -> list[tuple[str, str, int]]:
        """(account, asset code, decimals) of every place where there is, or should be, anything."""
        decimals = dict(self.house.tokens.values())
        used = {place for place, units in [*self.booked.items(), *self.told.items()] if units}
        for fact in self.facts.facts:
            used |= fact.booked.keys() | (fact.effect or {}).keys()
        return sorted(
            (account, asset, decimals[asset])
            for account, asset in used
            if asset in decimals and account in custody_accounts(self.house.chain.id)
        )


def block_to_read(chain: Chain, *, told: ReconciliationSettings) -> tuple[int, bytes | None]:
    """The number, and the hash where we kept it, of a block that the watcher has processed and
    that no reorg is expected to undo. Two queries.

    Raises:
        NotComparable: nobody has listened to the chain yet.
    """
    head = ProcessedHead.objects.filter(chain_id=chain.id).first()
    if head is None:
        raise NotComparable("never_watched", f"{chain.key} was never listened to.")
    number = max(0, head.number - min(chain.finality_blocks, told.depth_blocks))
    kept = Block.objects.filter(chain_id=chain.id, number=number).values_list("hash", flat=True)
    known = kept.first()
    return number, None if known is None else bytes(known)


def gather(
    chain: Chain, *, reader: ChainReader, told: ReconciliationSettings, now: datetime
) -> View:
    """Both sides, at one block.

    Raises:
        NotComparable: one can't be known.
    """
    number, known = block_to_read(chain, told=told)
    at = reader.block(number)
    if known is not None and at.hash != known:
        raise NotComparable("node_disagrees", f"The node has another block {number} than we heard.")
    progress = Progress.objects.filter(chain_id=chain.id).first()
    since = progress.settled_at if progress else NEVER
    house = house_of(chain, told=told, now=now)
    places = [
        (AccountName(account), code)
        for account in custody_accounts(chain.id)
        for code, _ in house.tokens.values()
    ]
    with one_moment():
        facts = read_facts(chain_id=chain.id, block=number, since=since)
        booked = units_of(places)
        kept = kept_at(
            chain_id=chain.id,
            mode=chain.mode,
            native=house.holders.native,
            block=number,
            since=since,
            told=told,
        )
    find_sent(facts, reader=reader, block=number)
    unbooked = [fact for fact in facts.facts if fact.effect is None and not fact.booked]
    read_effects(unbooked, facts=facts, house=house, reader=reader)
    world, told_at = _read(house, kept, reader=reader, at=at)
    if reader.block(number).hash != at.hash:
        raise NotComparable("reorganised", f"Block {number} was replaced while it was read.")
    return View(
        house=house,
        at=at,
        facts=facts,
        kept=kept,
        booked={(str(account), code): units for (account, code), units in booked.items()},
        told=world,
        told_at=told_at,
        settled_block=progress.settled_block if progress else 0,
    )


def find_sent(facts: Facts, *, reader: ChainReader, block: int) -> None:
    """Those that were mined up to the block, though their sender has not said so yet."""
    hashes = [tx_hash for several in facts.sent.values() for tx_hash in several]
    if not hashes:
        return
    mined = reader.receipts(hashes[:MAX_RECEIPTS])
    by_reference = {fact.reference: fact for fact in facts.facts}
    for reference, several in facts.sent.items():
        for tx_hash in several:
            receipt = mined.get(tx_hash)
            if receipt is not None and receipt.block_number <= block:
                fact = by_reference[reference]
                fact.block, fact.tx_hash = receipt.block_number, tx_hash


def read_effects(
    wanted: Sequence[Fact], *, facts: Facts, house: House, reader: ChainReader
) -> None:
    """Fill in what transactions moved, by their receipts; one whose receipt is nowhere, or in
    another block than we were told, moved nothing."""
    in_blocks = [f for f in wanted if f.block is not None and f.tx_hash is not None][-MAX_RECEIPTS:]
    receipts = reader.receipts([fact.tx_hash for fact in in_blocks if fact.tx_hash])
    holders = _with_deposit_addresses(house.holders, list(receipts.values()))
    for fact in in_blocks:
        receipt = receipts.get(fact.tx_hash or b"")
        if receipt is None or receipt.block_number != fact.block:
            fact.effect = {}
            continue
        row = facts.transactions[fact.reference]
        account = bytes(row.account)
        sent = (
            Sent(account, account, 0)  # its nonce went to nothing
            if row.outcome == "cancelled"
            else Sent(account, bytes(row.to), int(row.value))
        )
        fact.effect = effects_of(sent=sent, receipt=receipt, holders=holders)


def _with_deposit_addresses(holders: Holders, receipts: Sequence[Receipt]) -> Holders:
    """Also the deposit addresses that receipts name. One query."""
    named = {
        bytes.fromhex(topic[26:])
        for receipt in receipts
        for log in receipt.logs
        if len(log["topics"]) == 3 and bytes.fromhex(log["topics"][0][2:]) == TRANSFER
        for topic in log["topics"][1:]
    }
    rows = DepositAddress.objects.filter(address__in=named).values_list("address", flat=True)
    deposits = {bytes(address): holders.deposits for address in rows}
    return Holders(
        accounts={**deposits, **holders.accounts},
        hot=holders.hot,
        deposits=holders.deposits,
        factories=holders.factories,
        tokens=holders.tokens,
        native=holders.native,
    )


def told_of_hot(house: House, *, reader: ChainReader, at: At) -> Effects:
    """What the treasury and the cold store hold by one node."""
    world: Effects = defaultdict(int)
    for contract, (code, _) in house.tokens.items():
        addresses = [*house.hot, *house.cold]
        told = reader.balances(addresses, token=contract or None, at=at)
        for address, units in told.items():
            world[house.holders.accounts[address], code] += units
    return world


def _read(
    house: House, kept: Kept, *, reader: ChainReader, at: At
) -> tuple[Effects, dict[tuple[bytes, str], int]]:
    world = told_of_hot(house, reader=reader, at=at)
    told_at: dict[tuple[bytes, str], int] = {}
    asked = set(kept.asked)
    for contract, (code, _) in house.tokens.items():
        told = reader.balances(kept.asked, token=contract or None, at=at)
        for address, units in told.items():
            told_at[address, code] = units
            world[house.holders.deposits, code] += units
    for (address, code), units in kept.expected.items():
        if address not in asked:
            world[house.holders.deposits, code] += units
    return dict(world), told_at
