"""Money of banks is of one mode: a database has euros of test mode or live ones, never both.

A token says by its chain which mode it is of. A euro does not, and every account of it (``bank:…``,
``fees``, ``capital``) stands for the whole house. So a house, whose mode is LIVE_MODE, keeps fiat
money in the books of one mode only: the first such entry says which, for good.
"""

from collections.abc import Collection

from django.conf import settings
from django.db import connection

from gateway.ledger.errors import FiatOfOtherMode

HELD_SQL = "SELECT mode FROM ledger_fiatmode"
HOLD_SQL = "INSERT INTO ledger_fiatmode (mode) VALUES (%s) ON CONFLICT DO NOTHING"


def house_fiat_mode() -> str:
    """The mode of the money that this house's ramps move now."""
    return "live" if settings.LIVE_MODE else "test"


def fiat_mode_held() -> str:
    """The mode of the fiat money in these books; "" while there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_SQL)
        row = cursor.fetchone()
    return row[0] if row else ""


def fiat_mode_hold(assets: Collection[str]) -> None:
    """See that entries in these assets may stand in these books. A query, where fiat money is
    among them; the very first one says of which mode it is.

    Raises:
        FiatOfOtherMode: the books have fiat money of the other mode.
    """
    if all("@" in asset for asset in assets):
        return
    mode = house_fiat_mode()
    held = fiat_mode_held()
    if not held:
        with connection.cursor() as cursor:
            cursor.execute(HOLD_SQL, [mode])
        held = fiat_mode_held()
    if held != mode:
        raise FiatOfOtherMode(f"These books have {held} money of banks; this is {mode} mode.")
