"""Native coin that contracts send shows in no log: balances tell of it, traces say whose it was."""

from collections.abc import Mapping, Sequence

from gateway.chains.cursor import Header
from gateway.chains.lens import ADDRESSES_PER_CALL
from gateway.chains.models import DepositAddress
from gateway.chains.watching.deposit_rows import booked_units
from gateway.chains.watching.heard import Arrival, Heard, balance_arrivals
from gateway.chains.watching.means import WatchMeans

SECONDS_A_DAY = 86_400
OLD_MAX_SECONDS = 3_600


class NativeCoin:
    """What deposit addresses hold of the native coin, against what we know to have come."""

    def __init__(self, means: WatchMeans) -> None:
        self._means = means
        self._balances: dict[bytes, int] = {}
        self._old_due = means.monotonic()
        self._old_after = b""

    def explain(self, heard: Heard) -> None:
        """Add to a block what balances tell and neither transactions nor logs do.

        One query and a trace of the block, when a polled balance is not what it was.
        """
        changed = {
            address: units
            for address, units in heard.balances.items()
            if units != self._balances.get(address, 0)
        }
        if changed:
            heard.arrivals.extend(self._unexplained(changed, heard))

    def remember(self, balances: Mapping[bytes, int]) -> None:
        """What was polled in a block that is written down."""
        for address, units in balances.items():
            if units:
                self._balances[address] = units
            else:
                self._balances.pop(address, None)

    def forget(self) -> None:
        """Blocks were taken back, and what was polled in them."""
        self._balances.clear()

    def look_after_old_ones(self, head: Header, *, watched: int) -> bool:
        """Ask for the balances of the next few addresses of all: each comes up once a day.

        Whether something was found, and written.

        Raises:
            NodeFault: the balances can't be known.
            LeaseLost: another watcher took over.
        """
        means = self._means
        if means.monotonic() < self._old_due:
            return False
        share = SECONDS_A_DAY * ADDRESSES_PER_CALL / max(1, watched)
        self._old_due = means.monotonic() + min(OLD_MAX_SECONDS, share)
        addresses = self._next_old_ones()
        told = means.ear.native_balances(addresses, at=head) if addresses else {}
        balances = {address: units for address, units in told.items() if units}
        if not balances:
            return False
        found = self._unexplained(balances, Heard(headers=[head]))
        if not found:
            return False
        added = means.pen.add(found, now=means.clock())
        means.metrics.deposits("seen", len(added))
        return True

    def _next_old_ones(self) -> list[bytes]:
        rows = DepositAddress.objects.filter(
            mode=self._means.chain.mode, address__gt=self._old_after
        ).order_by("address")
        addresses = [
            bytes(address)
            for address in rows.values_list("address", flat=True)[:ADDRESSES_PER_CALL]
        ]
        self._old_after = addresses[-1] if len(addresses) == ADDRESSES_PER_CALL else b""
        return addresses

    def _unexplained(self, balances: Mapping[bytes, int], heard: Heard) -> Sequence[Arrival]:
        """Native coin at some addresses, in the last block heard, that we don't know of yet."""
        native, block = self._means.ear.facts.native, heard.headers[-1]
        booked = booked_units(
            [(address, native.code) for address in balances],
            states=("seen", "confirmed", "final"),
        )
        missing = missing_units(
            balances, {address: booked[address, native.code] for address in balances}, heard
        )
        if not missing:
            return []
        found = []
        for arrival in self._means.ear.traced(block, missing.keys()):
            address = arrival.transfer.recipient
            if arrival.transfer.units <= missing[address]:
                found.append(arrival)
                missing[address] -= arrival.transfer.units
        rest = {address: units for address, units in missing.items() if units > 0}
        return found + balance_arrivals(block=block, native=native, unexplained=rest)


def missing_units(
    balances: Mapping[bytes, int], booked: Mapping[bytes, int], heard: Heard
) -> dict[bytes, int]:
    """Wei that addresses hold beyond what is booked and what was heard just now. Pure."""
    missing = {address: units - booked[address] for address, units in balances.items()}
    for arrival in heard.arrivals:
        if arrival.transfer.token is None and arrival.transfer.recipient in missing:
            missing[arrival.transfer.recipient] -= arrival.transfer.units
    for departure in heard.departures:
        if departure.transfer.token is None and departure.transfer.sender in missing:
            missing[departure.transfer.sender] += departure.transfer.units
    return {address: units for address, units in missing.items() if units > 0}
