"""`manage.py providers`: pools, who has a part in them, what comes and goes, and people's word."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.addresses import checksum, parse_address
from gateway.events.errors import TillwayError
from gateway.market.liquidity.pool import PPM
from gateway.treasury.providers.depositing import deposit_decide, provider_deposit
from gateway.treasury.providers.joining import pool_open, provider_join
from gateway.treasury.providers.models import Provider, ProviderDeposit, Withdrawal
from gateway.treasury.providers.selectors import (
    PositionView,
    pool_named,
    pools,
    pools_off_the_books,
    positions,
)
from gateway.treasury.providers.sharing import loss_share
from gateway.treasury.providers.withdrawing import (
    provider_withdraw_request,
    withdrawal_cancel,
    withdrawal_retry,
)


class Command(BaseCommand):
    help = "Pools of liquidity and their providers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("pools", help="pools, what of them is in use, and who waits")
        listing = verbs.add_parser("list", help="positions with what they are worth, newest first")
        listing.add_argument("--pool")
        listing.add_argument("--cursor")
        verbs.add_parser("people", help="providers and their wallets")
        for name, help in (("deposits", "what came"), ("withdrawals", "who waits, who was paid")):
            verbs.add_parser(name, help=f"{help}, newest first").add_argument(
                "--limit", type=int, default=50
            )
        opening = verbs.add_parser("open", help="open a pool")
        opening.add_argument("name")
        opening.add_argument("--asset", required=True)
        opening.add_argument("--fee-share-ppm", type=int, required=True, help="of the fees")
        opening.add_argument("--loss-share-ppm", type=int, required=True, help="of the losses")
        opening.add_argument("--full-share-units", type=int, required=True)
        opening.add_argument("--least-payment-units", type=int, default=0)
        opening.add_argument("--by", required=True, help="who decides this")
        joining = verbs.add_parser("join", help="let a provider in")
        joining.add_argument("name")
        joining.add_argument("--mode", choices=("test", "live"), required=True)
        joining.add_argument("--wallet", required=True)
        joining.add_argument("--by", required=True, help="who decides this")
        coming = verbs.add_parser("deposit", help="name the transaction that brings money")
        going = verbs.add_parser("withdraw", help="ask for shares to be paid out")
        for verb in (coming, going):
            verb.add_argument("pool")
            verb.add_argument("provider", type=UUID)
        coming.add_argument("transaction", help="0x…, 32 bytes")
        going.add_argument("--shares", type=int, help="all of them, unless said; 0: fees alone")
        going.add_argument("--key", required=True, help="names the wish: once")
        coming.add_argument("--by", required=True, help="who names it")
        for name in ("cancel", "retry"):
            verb = verbs.add_parser(name, help=f"{name} a withdrawal")
            verb.add_argument("id", type=UUID)
            _sign(verb)
        _sign(going)
        deciding = verbs.add_parser("decide", help="what becomes of a held deposit")
        deciding.add_argument("id", type=UUID)
        deciding.add_argument("decision", choices=("release", "block"))
        deciding.add_argument("--by", required=True)
        losing = verbs.add_parser("loss", help="let a pool bear its part of a booked loss")
        losing.add_argument("pool")
        losing.add_argument("entry", help="key of the entry that booked it")
        losing.add_argument("--by", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"])(options)
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    # --- looking ---------------------------------------------------------------------------------

    def _pools(self, options: dict[str, Any]) -> None:
        off = {name: (rows, books) for name, rows, books in pools_off_the_books()}
        for view in pools(now=timezone.now()):
            pool, used = view.pool, view.inventory
            self.stdout.write(
                f"{pool.id} {pool.name} {pool.asset} principal={pool.principal_units}"
                f" fees={pool.fees_units} leaving={pool.leaving_units} idle={used.idle}"
                f" used={used.utilisation_ppm * 100 // PPM}% waiting={view.waiting}"
                f" waiting_units={view.waiting_units}"
                + (f" OFF THE BOOKS {off[pool.name]}" if pool.name in off else "")
            )

    def _list(self, options: dict[str, Any]) -> None:
        page = positions(
            now=timezone.now(),
            pool_id=pool_named(options["pool"]).id if options["pool"] else None,
            cursor=options["cursor"],
        )
        for view in page.items:
            self.stdout.write(_position_line(view))
        if page.next_cursor:
            self.stdout.write(f"more: --cursor {page.next_cursor}")

    def _people(self, options: dict[str, Any]) -> None:
        for row in Provider.objects.order_by("id"):
            self.stdout.write(f"{row.id} {row.name} {row.mode} {checksum(bytes(row.wallet))}")

    def _deposits(self, options: dict[str, Any]) -> None:
        rows = ProviderDeposit.objects.select_related("provider", "pool").order_by("-id")
        for row in rows[: options["limit"]]:
            self.stdout.write(
                f"{row.id} {row.provider.name} {row.pool.name} {row.status} {row.units}"
                f" {row.asset} 0x{bytes(row.tx_hash).hex()} {row.last_error}".rstrip()
            )

    def _withdrawals(self, options: dict[str, Any]) -> None:
        rows = Withdrawal.objects.select_related("provider", "pool").order_by("-id")
        for row in rows.prefetch_related("payments")[: options["limit"]]:
            self.stdout.write(_withdrawal_line(row))
            for payment in row.payments.all():
                self.stdout.write(
                    f"  {payment.number} {payment.status} principal={payment.principal_units}"
                    f" fees={payment.fees_units} gas_wei={payment.gas_units}"
                    f" transaction={payment.transaction_id} {payment.failure_code}".rstrip()
                )

    # --- deciding --------------------------------------------------------------------------------

    def _open(self, options: dict[str, Any]) -> None:
        fields = ("name", "asset", "fee_share_ppm", "loss_share_ppm", "full_share_units")
        pool = pool_open(
            **{field: options[field] for field in (*fields, "least_payment_units", "by")},
            now=timezone.now(),
        )
        self.stdout.write(f"{pool.id} {pool.name} {pool.asset}")

    def _join(self, options: dict[str, Any]) -> None:
        provider = provider_join(
            name=options["name"],
            mode=options["mode"],
            wallet=parse_address(options["wallet"]),
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(f"{provider.id} {provider.name}")

    def _deposit(self, options: dict[str, Any]) -> None:
        try:
            tx_hash = bytes.fromhex(options["transaction"].removeprefix("0x"))
        except ValueError as error:
            raise CommandError("A transaction is named by 32 bytes of hex.") from error
        deposit = provider_deposit(
            pool_id=pool_named(options["pool"]).id,
            provider_id=options["provider"],
            tx_hash=tx_hash,
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(f"{deposit.id} {deposit.status}")

    def _withdraw(self, options: dict[str, Any]) -> None:
        withdrawal = provider_withdraw_request(
            pool_id=pool_named(options["pool"]).id,
            provider_id=options["provider"],
            shares=options["shares"],
            key=options["key"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_withdrawal_line(withdrawal))

    def _cancel(self, options: dict[str, Any]) -> None:
        row = withdrawal_cancel(
            withdrawal_id=options["id"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_withdrawal_line(row))

    def _retry(self, options: dict[str, Any]) -> None:
        row = withdrawal_retry(
            withdrawal_id=options["id"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_withdrawal_line(row))

    def _decide(self, options: dict[str, Any]) -> None:
        deposit = deposit_decide(
            deposit_id=options["id"],
            decision=options["decision"],
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(f"{deposit.id} {deposit.status}")

    def _loss(self, options: dict[str, Any]) -> None:
        loss = loss_share(
            pool_id=pool_named(options["pool"]).id,
            entry_key=options["entry"],
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(f"{loss.id} {loss.borne_units} of {loss.lost_units}")


def _position_line(view: PositionView) -> str:
    return (
        f"{view.position_id} {view.provider} {view.pool} shares={view.shares}"
        f" value={view.value_units} {view.asset} fees={view.fees_units}"
        f" deposited={view.deposited_units} withdrawn={view.withdrawn_units}"
        f" fees_taken={view.fees_taken_units} profit={view.profit_units} points={view.points}"
    )


def _sign(verb: ArgumentParser) -> None:
    verb.add_argument("--by", required=True, help="who decides this")
    verb.add_argument("--reason", required=True)


def _withdrawal_line(row: Withdrawal) -> str:
    return (
        f"{row.id} #{row.number} {row.status} shares={row.shares} left={row.shares_left}"
        f" provider={row.provider_id} since={row.requested_at:%Y-%m-%dT%H:%M:%SZ}"
    )
