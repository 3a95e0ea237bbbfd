"""The verbs of the room that other rooms call; what the watcher writes is in ``watching``."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from gateway.chains.create2 import Factory, SaltTerms, deposit_address, terms_salt
from gateway.chains.errors import AddressTaken
from gateway.chains.models import DepositAddress
from gateway.chains.selectors import factory_for_mode
from gateway.shops.selectors import shop_view

POLL_SECONDS = 7_200
"""How long a new address's native balance is asked for at every block, unless told otherwise."""

RESERVE_SQL = """
INSERT INTO chains_depositaddress AS a (
    address, mode, salt, factory_address, factory_version, shop_id, invoice_id, terms_hash,
    created_at, poll_until, watch_until)
VALUES (%(address)s, %(mode)s, %(salt)s, %(factory)s, %(version)s, %(shop)s, %(invoice)s, %(salt)s,
        %(now)s, %(poll_until)s, %(watch_until)s)
    ON CONFLICT (address) DO UPDATE
   SET poll_until = greatest(a.poll_until, excluded.poll_until),
       watch_until = greatest(a.watch_until, excluded.watch_until),
       changed_xact = pg_current_xact_id()
 WHERE a.invoice_id = excluded.invoice_id
RETURNING a.created_at, a.poll_until, a.watch_until
"""

EXTEND_SQL = """
UPDATE chains_depositaddress
   SET poll_until = greatest(poll_until, %s), watch_until = greatest(watch_until, %s),
       changed_xact = pg_current_xact_id()
 WHERE invoice_id = %s
"""

VALUES_SQL = """
UPDATE chains_token AS t SET value_usd_e8 = v.value, value_at = %s
  FROM unnest(%s::text[], %s::bigint[]) AS v (code, value)
 WHERE t.code = v.code
"""


def deposit_address_reserve(
    *,
    shop_id: UUID,
    invoice_id: UUID,
    terms: SaltTerms,
    watch_until: datetime,
    now: datetime | None = None,
    poll_until: datetime | None = None,
    mode: str | None = None,
    factory: Factory | None = None,
) -> DepositAddress:
    """Give an invoice its deposit address, in the caller's transaction. One statement.

    The watcher knows the address from the moment this commits. Doing it again for the same
    invoice and terms prolongs the watch.

    Args:
        watch_until: the invoice's monitoring end.
        now: defaults to the start of watching that ``watch_until`` leaves room for.
        poll_until: until then its native balance is asked for at each block; two hours if unset.
        mode: of the shop; read from it if unset (one query more).
        factory: of the mode's chains; read if unset (one query more).

    Raises:
        AddressTaken: the same terms were reserved for another invoice.
        AmbiguousFactory: the mode's chains don't share a factory.
    """
    if mode is None:
        mode = shop_view(shop_id=shop_id).mode
    if factory is None:
        factory = factory_for_mode(mode)
    if now is None:
        now = min(watch_until, datetime.now(tz=watch_until.tzinfo))
    if poll_until is None:
        poll_until = min(watch_until, now + timedelta(seconds=POLL_SECONDS))
    salt = terms_salt(terms)
    address = deposit_address(factory=factory, salt=salt)
    with connection.cursor() as cursor:
        cursor.execute(
            RESERVE_SQL,
            {
                "address": address,
                "mode": mode,
                "salt": salt,
                "factory": factory.address,
                "version": factory.version,
                "shop": shop_id,
                "invoice": invoice_id,
                "now": now,
                "poll_until": poll_until,
                "watch_until": watch_until,
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise AddressTaken
    return DepositAddress(
        address=address,
        mode=mode,
        salt=salt,
        factory_address=factory.address,
        factory_version=factory.version,
        shop_id=shop_id,
        invoice_id=invoice_id,
        terms_hash=salt,
        created_at=row[0],
        poll_until=row[1],
        watch_until=row[2],
    )


def deposit_address_extend(
    *, invoice_id: UUID, poll_until: datetime, watch_until: datetime
) -> None:
    """Watch an invoice's address for longer, after new quotes were drawn for it. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(EXTEND_SQL, [poll_until, watch_until, invoice_id])


def token_values_set(*, values_usd_e8: Mapping[str, int], now: datetime) -> None:
    """Say what tokens are worth, so that small deposits need fewer confirmations. One statement.

    A deposit of a token without a value younger than an hour needs the most confirmations.

    Args:
        values_usd_e8: by asset code, the value of one whole token in 1e-8 US dollars.
    """
    with connection.cursor() as cursor:
        cursor.execute(VALUES_SQL, [now, list(values_usd_e8), list(values_usd_e8.values())])
