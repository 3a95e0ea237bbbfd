"""`manage.py orders`: markets of the order book, and what rests, is placed or cancelled in them."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.market.book.events import Side, TimeInForce
from gateway.market.orders import selectors
from gateway.market.orders.markets import (
    DEFAULT_BOUND_PPM,
    DEFAULT_TAKER_FEE_PPM,
    market_of,
    market_open,
    market_status_set,
)
from gateway.market.orders.models import MARKET_STATUSES, Order
from gateway.market.orders.replaying import market_check
from gateway.market.orders.services import (
    order_cancel,
    order_place,
    orders_cancel_all,
    position_close,
)
from gateway.market.orders.terms import DESK
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount, format_amount, parse_positive_amount

TIMES = {"gtc": "GTC", "ioc": "IOC", "fok": "FOK", "post-only": "POST_ONLY"}


class Command(BaseCommand):
    help = "Open markets of the order book; list, place and cancel orders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("markets", help="all markets")
        opening = verbs.add_parser("open", help="open a market")
        opening.add_argument("name")
        opening.add_argument("--base", required=True, help="asset code, e.g. WETH@8453")
        opening.add_argument("--quote", required=True, help="a stablecoin's asset code")
        opening.add_argument("--lot-units", type=int, required=True)
        opening.add_argument("--tick-units", type=int, required=True)
        opening.add_argument("--maker-fee-ppm", type=int, default=0)
        opening.add_argument("--taker-fee-ppm", type=int, default=DEFAULT_TAKER_FEE_PPM)
        opening.add_argument("--bound-ppm", type=int, default=DEFAULT_BOUND_PPM)
        setting = verbs.add_parser("status", help="open, cancel_only or closed")
        setting.add_argument("market")
        setting.add_argument("status", choices=MARKET_STATUSES)
        setting.add_argument("--by", required=True)
        depth = verbs.add_parser("depth", help="the best levels")
        depth.add_argument("market")
        listing = verbs.add_parser("list", help="orders, newest first")
        listing.add_argument("--owner")
        listing.add_argument("--market")
        listing.add_argument("--all", action="store_true", help="also those that are over")
        listing.add_argument("--cursor", help="where the last page ended")
        placing = verbs.add_parser("place", help="place an order")
        placing.add_argument("market")
        placing.add_argument("side", choices=[side.value for side in Side])
        placing.add_argument("amount", help="of the base, e.g. 0.5")
        placing.add_argument("price", help="the worst it may trade at, e.g. 3000.25")
        placing.add_argument("--time-in-force", choices=TIMES, default="gtc")
        placing.add_argument("--shown", help="an iceberg shows so much of the base at a time")
        self._who(placing)
        cancelling = verbs.add_parser("cancel", help="cancel an order")
        cancelling.add_argument("id", type=UUID)
        self._who(cancelling)
        emptying = verbs.add_parser("cancel-all", help="cancel all of an owner's orders")
        emptying.add_argument("--market")
        self._who(emptying)
        closing = verbs.add_parser("close", help="cancel, and trade a position away")
        closing.add_argument("market")
        closing.add_argument("side", choices=[side.value for side in Side], help="what closes it")
        closing.add_argument("--worst-price")
        self._who(closing)
        verbs.add_parser("check", help="replay every market's commands and compare")

    def _who(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", default=DESK, help="desk (unless said), or pool:<id>")
        parser.add_argument("--client-id", default="", help="the same id is the same command")
        parser.add_argument("--by", required=True, help="who asks for this")

    def handle(self, *args: Any, **options: Any) -> None:
        options["client_id"] = options.get("client_id") or str(uuid7())
        try:
            getattr(self, "_" + options["verb"].replace("-", "_"))(options)
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    def _markets(self, options: dict[str, Any]) -> None:
        for market in selectors.markets():
            terms = market.terms
            self.stdout.write(
                f"{market.name} {market.status} base={market.base} quote={market.quote}"
                f" lot={format_amount(Amount(terms.lot_units, terms.base), trim=True)}"
                f" tick={terms.price_text(1)} maker={market.maker_fee_ppm}ppm"
                f" taker={market.taker_fee_ppm}ppm bound={market.bound_ppm}ppm"
                f" commands={market.number}"
            )

    def _open(self, options: dict[str, Any]) -> None:
        names = ("name", "base", "quote", "lot_units", "tick_units")
        fees = ("maker_fee_ppm", "taker_fee_ppm", "bound_ppm")
        market = market_open(
            **{name: options[name] for name in (*names, *fees)}, now=timezone.now()
        )
        self.stdout.write(f"{market.name} {market.status}")

    def _status(self, options: dict[str, Any]) -> None:
        market = market_status_set(
            name=options["market"], status=options["status"], by=options["by"], now=timezone.now()
        )
        self.stdout.write(f"{market.name} {market.status}")

    def _depth(self, options: dict[str, Any]) -> None:
        market = market_of(options["market"])
        seen, terms = selectors.depth(market_id=market.id), market.terms
        for side, levels in (("sell", reversed(seen.asks)), ("buy", seen.bids)):
            for level in levels:
                amount = Amount(terms.base_units(level.lots), terms.base)
                self.stdout.write(
                    f"{side} {terms.price_text(level.price)} {format_amount(amount, trim=True)}"
                )

    def _list(self, options: dict[str, Any]) -> None:
        page = selectors.orders(
            owner=options["owner"],
            market=options["market"],
            status=None if options["all"] else "open",
            cursor=options["cursor"],
        )
        for order in page.items:
            self.stdout.write(_line(order))
        if page.next_cursor:
            self.stdout.write(f"more: --cursor {page.next_cursor}")

    def _place(self, options: dict[str, Any]) -> None:
        terms = market_of(options["market"]).terms
        shown = options["shown"]
        order = order_place(
            owner=options["owner"],
            market=options["market"],
            side=Side(options["side"]),
            units=parse_positive_amount(options["amount"], terms.base).units,
            price=terms.ticks_of(options["price"]),
            time_in_force=TimeInForce[TIMES[options["time_in_force"]]],
            shown_units=parse_positive_amount(shown, terms.base).units if shown else None,
            client_id=options["client_id"],
            by=options["by"],
            snapshot=current_snapshot(),
            now=timezone.now(),
        )
        self.stdout.write(_line(order))

    def _cancel(self, options: dict[str, Any]) -> None:
        order = order_cancel(
            owner=options["owner"],
            order_id=options["id"],
            client_id=options["client_id"],
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(_line(order))

    def _cancel_all(self, options: dict[str, Any]) -> None:
        count = orders_cancel_all(
            owner=options["owner"],
            market=options["market"],
            client_id=options["client_id"],
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(f"{count} orders cancelled")

    def _close(self, options: dict[str, Any]) -> None:
        terms = market_of(options["market"]).terms
        worst = options["worst_price"]
        closing = position_close(
            owner=options["owner"],
            market=options["market"],
            side=Side(options["side"]),
            worst_price=terms.ticks_of(worst) if worst else None,
            client_id=options["client_id"],
            by=options["by"],
            snapshot=current_snapshot(),
            now=timezone.now(),
        )
        self.stdout.write(
            f"closed={format_amount(Amount(closing.closed_units, terms.base), trim=True)}"
            f" left={format_amount(Amount(closing.left_units, terms.base), trim=True)}"
            f" cancelled={closing.cancelled_orders} {closing.reason}".rstrip()
        )

    def _check(self, options: dict[str, Any]) -> None:
        count = 0
        for market in selectors.markets():
            for difference in market_check(market):
                count += 1
                self.stdout.write(f"{market.name} {difference.where}: {difference.found}")
        if count:
            raise CommandError(f"{count} differences")
        self.stdout.write("Every market's commands make its orders and trades.")


def _line(order: Order) -> str:
    terms = order.market.terms
    lots = [Amount(terms.base_units(each), terms.base) for each in (order.lots, order.filled)]
    whole, filled = (format_amount(amount, trim=True) for amount in lots)
    return (
        f"{order.id} {order.market.name} {order.owner} {order.side} {whole}"
        f" @ {terms.price_text(order.price)} {order.time_in_force} {order.status}"
        f" filled={filled} by={order.by} {order.reason}"
    ).rstrip()
