"""What the chains told us, and how far we listened.

No constraint contains our clock: every fact has the key its chain gave it.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.chains.addresses import checksum
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

MODES = ("test", "live")
TOKEN_KINDS = ("native", "erc20")
DEPOSIT_STATES = ("seen", "confirmed", "final", "orphaned")


class XactField(models.Field):  # type: ignore[type-arg]
    """The database's 64-bit id of the transaction that wrote the row."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def from_db_value(self, value: object, expression: object, connection: object) -> int | None:
        return None if value is None else int(str(value))


class CurrentXact(models.Func):
    """``pg_current_xact_id()``."""

    function = "pg_current_xact_id"
    output_field = XactField()


class Chain(models.Model):
    """An EVM chain as configured; its nodes' addresses stay in the settings."""

    id = models.BigIntegerField(primary_key=True, help_text="EIP-155 chain id")
    key = models.TextField(unique=True)
    name = models.TextField()
    mode = models.TextField()
    block_seconds = models.FloatField(help_text="Usual seconds between blocks")
    confirmations = models.JSONField(
        help_text="[[largest value in US cents or null, blocks], …], ascending"
    )
    finality_blocks = models.PositiveIntegerField(
        help_text="Blocks on top after which a reorg is not expected any more"
    )
    grace_seconds = models.PositiveIntegerField(
        help_text="Seconds after a lock's end in which a first block still counts as in time"
    )
    factory_address = models.BinaryField(max_length=20)
    factory_version = models.TextField()
    factory_code_hash = models.BinaryField(max_length=32)
    factory_init_code_hash = models.BinaryField(max_length=32)
    former_factories = models.JSONField(
        default=list,
        help_text="[{address, version, init_code_hash}]: still swept, still listened to",
    )
    treasury = models.BinaryField(max_length=20)
    sponsor: Any = models.JSONField(
        null=True, help_text="Bounds within which shoppers' gas is paid; null: it is not"
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id__gt=0), name="chain_id_positive"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="chain_mode_known"),
        ]

    def __str__(self) -> str:
        return self.key


class Token(models.Model):
    """An asset we know on a chain. All of them are watched; the enabled ones are quoted."""

    code = models.TextField(primary_key=True, help_text="USDC@8453")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="tokens")
    address = models.BinaryField(max_length=20, null=True, help_text="Null: the native coin")
    symbol = models.TextField()
    decimals = models.PositiveSmallIntegerField()
    kind = models.TextField()
    peg = models.TextField(default="", help_text="Currency it promises to be worth one of, or ''")
    enabled = models.BooleanField(default=True)
    refused = models.TextField(
        default="", help_text="why it is not offered whatever the settings say: its conduct"
    )
    value_usd_e8 = models.BigIntegerField(
        null=True, help_text="Value of one whole token in 1e-8 US dollars, to choose confirmations"
    )
    value_at = models.DateTimeField(null=True)
    domain_name = models.TextField(
        default="",
        help_text="EIP-712 name of a token with EIP-3009, as its separator proves; or ''",
    )
    domain_version = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "address"], name="token_by_contract"),
            models.UniqueConstraint(
                fields=["chain"], condition=Q(kind="native"), name="token_one_native_coin"
            ),
            models.CheckConstraint(condition=Q(kind__in=TOKEN_KINDS), name="token_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="native", address__isnull=True)
                | Q(kind="erc20", address__isnull=False),
                name="token_address_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(refused="") | Q(enabled=False), name="token_refused_is_not_offered"
            ),
            models.CheckConstraint(
                condition=Q(domain_name="") | Q(kind="erc20") & ~Q(domain_version=""),
                name="token_domain_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class DepositAddress(models.Model):
    """An address that only one invoice was ever shown with, the same on every chain offered.

    ``changed_xact`` is how the watcher reads what is new and misses nothing: a clock's order is
    not the order of commits, but no transaction that commits later has an id below the oldest
    one running now.
    """

    address = models.BinaryField(max_length=20, primary_key=True)
    mode = models.TextField()
    salt = models.BinaryField(max_length=32)
    factory_address = models.BinaryField(max_length=20)
    factory_version = models.TextField()
    shop_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    terms_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    poll_until = models.DateTimeField(
        help_text="Until then its native balance is asked for at each block; daily afterwards"
    )
    watch_until = models.DateTimeField(help_text="Until then it is in the hot set; cold afterwards")
    changed_xact = XactField(db_default=CurrentXact())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["factory_address", "salt"], name="deposit_address_salt_once"
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="deposit_address_mode_known"),
        ]
        indexes = [
            models.Index(fields=["changed_xact", "address"], name="deposit_address_changed"),
            models.Index(fields=["invoice_id"], name="deposit_address_invoice"),
        ]

    def __str__(self) -> str:
        return checksum(bytes(self.address))


class Block(models.Model):
    """The last blocks that were applied: a reorg is told from them by parent hash."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    parent_hash = models.BinaryField(max_length=32)
    timestamp = models.BigIntegerField(help_text="Unix seconds")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="block_one_per_height"),
        ]

    def __str__(self) -> str:
        return f"{self.number}@{self.chain_id}"


class ProcessedHead(models.Model):
    """How far a chain was listened to; moves in the transaction that writes what was heard."""

    chain = models.OneToOneField(
        Chain, on_delete=models.CASCADE, primary_key=True, related_name="processed_head"
    )
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    timestamp = models.BigIntegerField(help_text="Unix seconds of the block")
    updated_at = models.DateTimeField()
    stalled_since = models.DateTimeField(null=True)
    stall_reason = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.number}@{self.chain_id}"


class Deposit(models.Model):
    """One transfer to a deposit address, as its chain tells it. It can be orphaned.

    An orphaned one stays so: mined again, in another block or in one that became part of the chain
    again, the transfer is a new row that knows which one it was (``remined_from``).

    The key is the chain's: for a token (chain, block hash, transaction, log index); for the
    native coin log index -1 and the trace path ("" for the transaction itself, "0.1" for a
    contract's call in it); where no node traces, what a contract sent has an empty transaction,
    the zero address as its senders and the path "balance:<address>".
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+", db_index=False)
    asset = models.TextField(help_text="Code of the token")
    block_hash = models.BinaryField(max_length=32)
    block_number = models.BigIntegerField()
    block_time = models.DateTimeField(help_text="Timestamp of the block it lies in")
    first_block_time = models.DateTimeField(
        help_text="Timestamp of the block that first contained it; a reorg does not change it"
    )
    tx_hash = models.BinaryField(max_length=32)
    log_index = models.IntegerField()
    trace_path = models.TextField(default="")
    sender = models.BinaryField(max_length=20, help_text="Whom the transfer debits")
    tx_sender = models.BinaryField(max_length=20, help_text="Who signed the transaction")
    address = models.BinaryField(max_length=20)
    units = UnitsField(help_text="What counts: as claimed until balanceOf confirmed it")
    claimed_units = UnitsField(help_text="What the log or transaction says")
    state = models.TextField(default="seen")
    previous_state = models.TextField(default="", help_text="Its state when it was orphaned")
    remined_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    shop_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    confirmations_needed = models.PositiveIntegerField()
    seen_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "block_hash", "tx_hash", "log_index", "trace_path"],
                condition=~Q(state="orphaned"),
                name="deposit_as_the_chain_tells",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DEPOSIT_STATES), name="deposit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(units__gte=0, claimed_units__gte=F("units")),
                name="deposit_counts_no_more_than_claimed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["chain", "block_number"],
                name="deposit_under_way",
                condition=Q(state__in=("seen", "confirmed")),
            ),
            models.Index(fields=["address", "asset"], name="deposit_of_address"),
            models.Index(fields=["invoice_id"], name="deposit_of_invoice"),
            models.Index(fields=["shop_id", "tx_hash", "id"], name="deposit_in_transaction"),
            models.Index(fields=["shop_id", "sender", "id"], name="deposit_from_payer"),
        ]

    def __str__(self) -> str:
        return f"{self.units} of {self.asset}, {self.state}"


class Outflow(models.Model):
    """A transfer out of a deposit address (our sweeps): what a balance says must count it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+", db_index=False)
    asset = models.TextField()
    block_hash = models.BinaryField(max_length=32)
    block_number = models.BigIntegerField()
    tx_hash = models.BinaryField(max_length=32)
    log_index = models.IntegerField()
    address = models.BinaryField(max_length=20)
    units = UnitsField()
    orphaned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "block_hash", "tx_hash", "log_index"],
                name="outflow_as_the_chain_tells",
            ),
        ]
        indexes = [models.Index(fields=["address", "asset"], name="outflow_of_address")]

    def __str__(self) -> str:
        return f"{self.units} of {self.asset}"


# Django finds the models of an app through this module.
from gateway.chains.outgoing_models import (  # noqa: E402
    NonceSequence,
    OutgoingAttempt,
    OutgoingTransaction,
)

__all__ = [
    "Block",
    "Chain",
    "Deposit",
    "DepositAddress",
    "NonceSequence",
    "Outflow",
    "OutgoingAttempt",
    "OutgoingTransaction",
    "ProcessedHead",
    "Token",
]
