"""Pools, who has a part in them, what came, what waits, and what left."""

from django.db import models
from django.db.models import F, Q

from gateway.chains.models import MODES
from gateway.events.ids import uuid7
from gateway.market.liquidity.pool import PPM, Pool, Position
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.money.fields import UnitsField

DEPOSIT_STATUSES = ("announced", "arrived", "held", "blocked", "lapsed")
"""announced: a provider named a transaction; arrived: the chain shows it, for good, and it is in
the pool; held: a list names who sent it; blocked: and people kept it; lapsed: it never came."""
WITHDRAWAL_STATUSES = ("waiting", "stuck", "done", "cancelled")
OPEN = ("waiting", "stuck")
"""waiting: in its place in the queue; stuck: its payments failed, and a person must look."""
PAYMENT_STATUSES = ("queued", "mined", "done", "failed")
UNDER_WAY = ("queued", "mined")


class LiquidityPool(models.Model):
    """One asset's pool: its terms, and the state of ``market.liquidity.pool.Pool``.

    Everything that changes a pool or a position locks its row first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField(unique=True)
    asset = models.TextField(help_text="code of its token")
    decimals = models.PositiveSmallIntegerField()
    chain_id = models.BigIntegerField()
    mode = models.TextField()
    fee_share_ppm = models.PositiveIntegerField(help_text="of the house's fees in its asset")
    loss_share_ppm = models.PositiveIntegerField(help_text="of the house's losses in its asset")
    full_share_units = UnitsField(
        help_text="principal at which they get all of these parts; below it as much less"
    )
    least_payment_units = UnitsField(help_text="no smaller part of a withdrawal is paid")
    principal_units = UnitsField(default=0)
    shares = UnitsField(default=0)
    fee_growth = UnitsField(default=0, help_text="base units per share, times 2**128")
    fees_units = UnitsField(default=0, help_text="shared, and not taken")
    coming_units = UnitsField(default=0, help_text="of the fees, not earned yet")
    coming_from_s = models.BigIntegerField(default=0, help_text="Unix seconds")
    coming_to_s = models.BigIntegerField(default=0, help_text="Unix seconds")
    leaving_units = UnitsField(default=0, help_text="taken, and not final on chain yet")
    withdrawals = models.PositiveIntegerField(default=0, help_text="places given in the queue")
    fees_through = models.DateTimeField(help_text="fees before it are shared")
    carried_ppm = UnitsField(default=0, help_text="fees times ppm left over; below 0: owed")
    opened_by = models.TextField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="pool_mode_known"),
            models.CheckConstraint(
                condition=Q(fee_share_ppm__lte=PPM, loss_share_ppm__lte=PPM), name="pool_parts"
            ),
            models.CheckConstraint(
                condition=Q(
                    principal_units__gte=0, shares__gte=0, fees_units__gte=0, leaving_units__gte=0
                ),
                name="pool_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(coming_units__gte=0, coming_units__lte=F("fees_units")),
                name="pool_comes_from_its_fees",
            ),
            models.CheckConstraint(condition=Q(full_share_units__gt=0), name="pool_full_share"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def value(self) -> Pool:
        return Pool(
            principal=self.principal_units,
            shares=self.shares,
            fee_growth=self.fee_growth,
            fees=self.fees_units,
            coming=self.coming_units,
            coming_from_s=self.coming_from_s,
            coming_to_s=self.coming_to_s,
        )

    def take_value(self, value: Pool) -> None:
        """Become ``value``; not saved."""
        self.principal_units, self.shares = value.principal, value.shares
        self.fee_growth, self.fees_units = value.fee_growth, value.fees
        self.coming_units = value.coming
        self.coming_from_s, self.coming_to_s = value.coming_from_s, value.coming_to_s

    def amount(self, units: int) -> Amount:
        return Amount(units, Asset(self.asset, self.decimals))


class Provider(models.Model):
    """Someone whose money works in pools. What they bring comes from, and goes to, one wallet."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    mode = models.TextField()
    wallet = models.BinaryField(max_length=20)
    joined_by = models.TextField(help_text="who let them in")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="provider_mode_known"),
            models.UniqueConstraint(fields=["mode", "wallet"], name="provider_wallet_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ProviderPosition(models.Model):
    """``market.liquidity.pool.Position`` as a row, and what it brought and took in all."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    pool = models.ForeignKey(
        LiquidityPool, on_delete=models.PROTECT, related_name="positions", db_index=False
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="positions")
    shares = UnitsField(default=0)
    fee_growth = UnitsField(default=0)
    fees_units = UnitsField(default=0)
    share_seconds = UnitsField(default=0)
    settled_s = models.BigIntegerField(help_text="Unix seconds")
    deposited_units = UnitsField(default=0)
    withdrawn_units = UnitsField(default=0, help_text="principal taken, payments under way too")
    fees_taken_units = UnitsField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "provider"], name="position_once"),
            models.CheckConstraint(
                condition=Q(shares__gte=0, fees_units__gte=0, share_seconds__gte=0),
                name="position_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shares} shares"

    @property
    def value(self) -> Position:
        return Position(
            shares=self.shares,
            fee_growth=self.fee_growth,
            fees=self.fees_units,
            share_seconds=self.share_seconds,
            settled_s=self.settled_s,
        )

    def take_value(self, value: Position) -> None:
        """Become ``value``; not saved."""
        self.shares, self.fee_growth = value.shares, value.fee_growth
        self.fees_units, self.share_seconds = value.fees, value.share_seconds
        self.settled_s = value.settled_s


class ProviderDeposit(models.Model):
    """A transfer from a provider's wallet to the treasury, named by its transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    pool = models.ForeignKey(LiquidityPool, on_delete=models.PROTECT, related_name="deposits")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="deposits")
    chain_id = models.BigIntegerField()
    asset = models.TextField()
    tx_hash = models.BinaryField(max_length=32)
    status = models.TextField(default="announced")
    units = UnitsField(default=0, help_text="as the receipt says; 0 until it is final")
    shares = UnitsField(default=0, help_text="issued for it")
    last_error = models.TextField(default="")
    decided_by = models.TextField(default="")
    announced_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "tx_hash", "asset", "provider"],
                name="provider_deposit_as_the_chain_tells",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DEPOSIT_STATUSES), name="provider_deposit_status"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("announced", "lapsed")) | Q(units__gt=0),
                name="provider_deposit_positive",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="provider_deposit_open", condition=Q(status="announced")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} ({self.status})"


class Withdrawal(models.Model):
    """Shares that a provider wants paid out, in their place in the pool's queue.

    They stay in the pool until they are paid: they earn fees and bear losses as before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    pool = models.ForeignKey(
        LiquidityPool, on_delete=models.PROTECT, related_name="queue", db_index=False
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="withdrawals")
    number = models.PositiveIntegerField(help_text="place in the queue: 1, 2, 3 … per pool")
    key = models.TextField(help_text="names the wish: the same key is the same withdrawal")
    shares = UnitsField(help_text="asked for; 0: only fees")
    shares_left = UnitsField(help_text="of them, in no payment yet")
    is_served = models.BooleanField(default=False, help_text="its fees are in a payment")
    status = models.TextField(default="waiting")
    waiting_reason = models.TextField(
        default="", help_text="a code: why it is not paid though it is its turn"
    )
    attempts = models.PositiveIntegerField(default=0, help_text="payments that failed in a row")
    not_before = models.DateTimeField()
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="withdrawal_place_once"),
            models.UniqueConstraint(fields=["pool", "provider", "key"], name="withdrawal_key_once"),
            models.UniqueConstraint(
                fields=["pool", "provider"],
                condition=Q(status__in=OPEN),
                name="withdrawal_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WITHDRAWAL_STATUSES), name="withdrawal_status"
            ),
            models.CheckConstraint(
                condition=Q(shares_left__gte=0, shares_left__lte=F("shares")),
                name="withdrawal_no_more_is_left",
            ),
            models.CheckConstraint(
                condition=Q(waiting_reason="") | Q(status="waiting"),
                name="withdrawal_waits_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pool", "number"],
                name="withdrawal_waiting",
                condition=Q(status="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} ({self.status})"


class WithdrawalPayment(models.Model):
    """One transaction that pays (part of) a withdrawal: a row before anything is signed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    withdrawal = models.ForeignKey(
        Withdrawal, on_delete=models.PROTECT, related_name="payments", db_index=False
    )
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per withdrawal")
    shares = UnitsField()
    principal_units = UnitsField()
    fees_units = UnitsField()
    status = models.TextField(default="queued")
    transaction_id = models.UUIDField(unique=True)
    tx_hash = models.TextField(default="")
    gas_units = UnitsField(default=0, help_text="wei of gas, paid by the house")
    failure_code = models.TextField(default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["withdrawal", "number"], name="withdrawal_payment_number_once"
            ),
            models.UniqueConstraint(
                fields=["withdrawal"],
                condition=Q(status__in=UNDER_WAY),
                name="withdrawal_payment_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PAYMENT_STATUSES), name="withdrawal_payment_status"
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.number} ({self.status})"

    @property
    def units(self) -> int:
        return self.principal_units + self.fees_units


class FeesShare(models.Model):
    """A period's fees, shared. Periods of a pool follow each other without a gap."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    pool = models.ForeignKey(
        LiquidityPool, on_delete=models.PROTECT, related_name="fee_shares", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    earned_units = UnitsField(help_text="of fees that the house booked; may be negative")
    shared_units = UnitsField()
    shares = UnitsField(help_text="the pool's, that it went to")
    shared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "starts_at"], name="fees_share_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), shared_units__gte=0),
                name="fees_share_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared_units} of {self.earned_units}"


class LossShare(models.Model):
    """What a pool bore of a loss that the books name; undone when the loss came back."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    pool = models.ForeignKey(
        LiquidityPool, on_delete=models.PROTECT, related_name="losses", db_index=False
    )
    entry_key = models.TextField(help_text="the entry that booked the loss")
    lost_units = UnitsField()
    borne_units = UnitsField()
    shared_by = models.TextField()
    shared_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "entry_key"], name="loss_share_once"),
            models.CheckConstraint(
                condition=Q(borne_units__gt=0, borne_units__lte=F("lost_units")),
                name="loss_share_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borne_units} of {self.lost_units}"
