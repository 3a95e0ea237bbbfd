"""How closely is reconciled and what a difference stops: the setting RECONCILIATION."""

import msgspec
from django.conf import settings

from gateway.chains.addresses import parse_address
from gateway.chains.errors import BadAddress
from gateway.settlement.reconciling.errors import ReconciliationSettingsUnreadable


class ReconciliationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        stop_above: by mode, then asset code: base units above which money that leaves (payouts,
            refunds, withdrawals, refills of floats) waits while money that the books have is
            missing; an asset or mode without one: any.
        close_alone_below: by asset code: base units below which one person may close a
            difference; without one: two people always.
        cold: by chain id (as text): addresses of the cold store, ``custody:cold:<chain>``.
        booking_seconds: how long after something is final its entry may still be missing.
        depth_blocks: how deep below the head is read at most; nodes drop older state.
        addresses_a_run: deposit addresses with money that are read at most.
        sample_a_run: and quiet ones beside them, in turn.
        search_blocks: how far back a difference is searched for.
    """

    stop_above: dict[str, dict[str, int]] = {}
    close_alone_below: dict[str, int] = {}
    cold: dict[str, list[str]] = {}
    booking_seconds: int = 600
    depth_blocks: int = 100
    addresses_a_run: int = 20_000
    sample_a_run: int = 512
    search_blocks: int = 100_000

    def cold_addresses(self, chain_id: int) -> list[bytes]:
        """The cold store of a chain.

        Raises:
            ReconciliationSettingsUnreadable: one is no address.
        """
        try:
            return [parse_address(text) for text in self.cold.get(str(chain_id), [])]
        except BadAddress as error:
            raise ReconciliationSettingsUnreadable(str(error)) from error


def reconciliation_settings() -> ReconciliationSettings:
    """What RECONCILIATION says.

    Raises:
        ReconciliationSettingsUnreadable: a field is unknown or of the wrong type.
    """
    try:
        return msgspec.convert(settings.RECONCILIATION or {}, ReconciliationSettings)
    except msgspec.ValidationError as error:
        raise ReconciliationSettingsUnreadable(f"RECONCILIATION can't be read: {error}") from error
