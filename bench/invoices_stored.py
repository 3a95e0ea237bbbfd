"""A house to ask for invoices in: `python -m bench.invoices_stored` fills the database of the
environment with a chain, a shop, a key and as many invoices as asked, and prints the key.

The first invoice is issued by the product; the stored ones are its copies with ids, addresses,
events and answers of their own, as the same number of creations would have left them.
"""

import argparse
import os
import time

from gateway.market.building import with_depths
from gateway.market.snapshots import (
    E18,
    AssetState,
    ChainState,
    DeskPolicy,
    MarketSnapshot,
    Source,
    V2State,
    encode_snapshot,
)

CHAIN = 31337
ANCHOR, WRAPPED, NATIVE = f"USDC@{CHAIN}", f"WETH@{CHAIN}", f"ETH@{CHAIN}"
# symbol, decimals, whole dollars, peg
TOKENS = (
    ("USDC", 6, 1, "USD"),
    ("ETH", 18, 3_000, ""),
    ("WETH", 18, 3_000, ""),
    ("WBTC", 8, 60_000, ""),
    ("DAI", 18, 1, "USD"),
    ("LINK", 18, 15, ""),
    ("UNI", 18, 8, ""),
    ("AAVE", 18, 160, ""),
)
POOL_DOLLARS = 50_000_000
OPEN_LOCKS_CAP = 10**15
"""Of the shop and of each asset: what is measured is selling, not refusing."""
SCOPES = ("invoices:write", "invoices:read")


def market_of_now(version: int) -> MarketSnapshot:
    """Eight assets with two fresh witnesses each and a deep pool against the anchor."""
    now_ms = int(time.time() * 1000)

    def said(name: str, price: int) -> Source:
        return Source(name, price, price, now_ms - 500, 60_000, True)

    assets = {
        f"{symbol}@{CHAIN}": AssetState(
            code=f"{symbol}@{CHAIN}",
            decimals=decimals,
            chain_id=CHAIN,
            peg=peg,
            volatility_ppm=10_000 if peg else 500_000,
            sources=(said(f"pools:{CHAIN}", dollars * E18), said("feed:bench", dollars * E18)),
        )
        for symbol, decimals, dollars, peg in TOKENS
    }
    pools = tuple(
        V2State(
            address=f"0x{index:040x}",
            chain_id=CHAIN,
            token0=f"{symbol}@{CHAIN}",
            token1=ANCHOR,
            fee_bps=30,
            reserve0=POOL_DOLLARS // dollars * 10**decimals,
            reserve1=POOL_DOLLARS * 10**6,
        )
        for index, (symbol, decimals, dollars, _) in enumerate(TOKENS)
        if symbol not in ("USDC", "ETH")
    )
    snapshot = MarketSnapshot(
        version=version,
        at_ms=now_ms,
        chains={
            CHAIN: ChainState(
                chain_id=CHAIN,
                native=NATIVE,
                wrapped=WRAPPED,
                anchor=ANCHOR,
                number=version,
                at_ms=now_ms - 500,
                gas_price_wei=10**7,
                confirm_seconds=3,
                grace_seconds=30,
                simulated=True,
            )
        },
        assets=assets,
        currencies={"EUR": (said("feed:bench", 108 * E18 // 100),)},
        pools=pools,
        policy=DeskPolicy(asset_cap_usd_cents=OPEN_LOCKS_CAP),
    )
    return with_depths(snapshot)


COPY_SQL = (
    """
    CREATE TEMP TABLE copies AS
    SELECT n, uuidv7() AS id, sha256(int8send(n)) AS digest FROM generate_series(1, %(stored)s) n
    """,
    """
    INSERT INTO invoices_invoice
    SELECT (jsonb_populate_record(i, jsonb_build_object(
               'id', c.id, 'address', '\\x' || encode(substring(c.digest, 1, 20), 'hex'),
               'order_id', 'stored-' || c.n))).*
      FROM copies c, invoices_invoice i WHERE i.id = %(model)s
    """,
    """
    INSERT INTO chains_depositaddress
    SELECT (jsonb_populate_record(a, jsonb_build_object(
               'invoice_id', c.id, 'address', '\\x' || encode(substring(c.digest, 1, 20), 'hex'),
               'salt', '\\x' || encode(c.digest, 'hex')))).*
      FROM copies c, chains_depositaddress a WHERE a.invoice_id = %(model)s
    """,
    """
    INSERT INTO events_sequence SELECT 'invoice:' || c.id, 1 FROM copies c
    """,
    """
    INSERT INTO events_event (id, occurred_at, type, mode, shop_id, subject, sequence, body)
    SELECT uuidv7(), e.occurred_at, e.type, e.mode, e.shop_id, 'invoice:' || c.id, 1, e.body
      FROM copies c, events_event e WHERE e.subject = 'invoice:' || %(model)s
    """,
    """
    INSERT INTO api_idempotency (shop_id, key, fingerprint, status, content_type, location,
                                 sealed, body, created_at)
    SELECT i.shop_id, 'stored-' || c.n, c.digest, 201, 'application/json', '', false,
           convert_to(i.book, 'UTF8'), i.created_at
      FROM copies c, invoices_invoice i WHERE i.id = %(model)s
    """,
    # A house that ran for a while was vacuumed and analysed on the way.
    "VACUUM (ANALYZE, FREEZE)",
    "CHECKPOINT",
)


def main() -> None:
    """Needs DATABASE_URL, VALKEY_URL and TILLWAY_STATE_DIR; the market must be published."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    print(_filled(stored=options.stored))


def _filled(*, stored: int) -> str:
    from django.db import connection
    from django.utils import timezone

    from gateway.chains.models import Chain, Token
    from gateway.compliance.services import list_load
    from gateway.invoices.services import invoice_issue
    from gateway.money.amounts import Amount
    from gateway.money.assets import FIAT
    from gateway.shops.selectors import shop_view
    from gateway.shops.services import shop_open
    from merchants.accounts.services import api_key_create

    now = timezone.now()
    chain = Chain.objects.create(
        id=CHAIN,
        key="bench",
        name="Bench chain",
        mode="test",
        block_seconds=1.0,
        confirmations=[[None, 2]],
        finality_blocks=5,
        grace_seconds=30,
        factory_address=bytes([0xFA]) * 20,
        factory_version="1",
        factory_code_hash=bytes(32),
        factory_init_code_hash=bytes([1]) * 32,
        treasury=bytes([0x7E]) * 20,
    )
    for index, (symbol, decimals, _, peg) in enumerate(TOKENS):
        Token.objects.create(
            code=f"{symbol}@{CHAIN}",
            chain=chain,
            address=None if symbol == "ETH" else bytes([0xA0 + index]) * 20,
            symbol=symbol,
            decimals=decimals,
            kind="native" if symbol == "ETH" else "erc20",
            peg=peg,
        )
    list_load(lines=["0x" + "ab" * 20], source="bench", loaded_by="bench", now=now)
    shop = shop_open(
        name="Bench",
        pricing_currency="EUR",
        settlement_asset=ANCHOR,
        payout_address=bytes([0x70]) * 20,
        terms={"max_open_lock_units": OPEN_LOCKS_CAP},
        now=now,
    )
    _, secret = api_key_create(shop_id=shop.id, mode="test", scopes=SCOPES, name="bench")
    model = invoice_issue(
        shop=shop_view(shop_id=shop.id), amount=Amount(1_250, FIAT["EUR"]), now=now
    )
    with connection.cursor() as cursor:
        for statement in COPY_SQL if stored else COPY_SQL[-2:]:
            cursor.execute(statement, {"stored": stored, "model": str(model.id)})
    return secret


def encoded_market(version: int) -> bytes:
    """The market of now as the market process publishes it."""
    return encode_snapshot(market_of_now(version))


if __name__ == "__main__":
    main()
