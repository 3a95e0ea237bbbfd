"""Shops' bank accounts, what the house's bank is to pay them, files for it, its statements."""

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

FILE_STATUSES = ("made", "leaving", "left")
ENTRY_KINDS = ("debited", "returned", "fee", "unmatched")


class BankAccount(models.Model):
    """A shop's account number, as somebody said it. The last usable one counts; none is changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ramp = models.TextField()
    shop_id = models.UUIDField()
    iban = models.TextField()
    holder = models.TextField()
    bic = models.TextField(default="")
    named_by = models.TextField()
    named_at = models.DateTimeField()
    usable_from = models.DateTimeField(help_text="nothing is paid to it before")
    withdrawn_by = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(usable_from__gte=F("named_at")), name="bank_account_named_first"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_by=""),
                name="bank_account_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["ramp", "shop_id"], name="bank_account_of_shop")]

    def __str__(self) -> str:
        return f"{self.iban[:2]}…{self.iban[-4:]} of shop {self.shop_id}"


class BankFile(models.Model):
    """A message for the bank: a row with its hash before any of it is anywhere else."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ramp = models.TextField()
    message_id = models.TextField(unique=True)
    currency = models.TextField()
    transfers = models.PositiveIntegerField()
    units = UnitsField(help_text="of all of them")
    execute_on = models.DateField()
    content = models.TextField()
    sha256 = models.TextField()
    status = models.TextField(default="made")
    folder = models.TextField(default="", help_text="into which it leaves")
    made_by = models.TextField()
    made_at = models.DateTimeField()
    left_by = models.TextField(default="")
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=FILE_STATUSES), name="bank_file_status"),
            models.CheckConstraint(
                condition=Q(transfers__gt=0, units__gt=0), name="bank_file_pays_something"
            ),
            models.CheckConstraint(
                condition=Q(status="left", left_at__isnull=False)
                | ~Q(status="left") & Q(left_at__isnull=True),
                name="bank_file_left_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.status})"


class BankOrder(models.Model):
    """What the bank is to pay: one for a payout's instruction, in one file at most."""

    id = models.UUIDField(primary_key=True, help_text="the instruction's")
    ramp = models.TextField()
    reference = models.TextField(help_text="what it is for: 'payout:<id>'")
    end_to_end_id = models.TextField(unique=True)
    iban = models.TextField()
    holder = models.TextField()
    bic = models.TextField(default="")
    currency = models.TextField()
    units = UnitsField()
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, null=True, related_name="orders")
    taken_at = models.DateTimeField()
    debited_on = models.DateField(null=True, help_text="by the bank's statement")
    rejected_at = models.DateTimeField(null=True, help_text="the bank says that it won't")
    returned_units = UnitsField(default=0, help_text="that came back")
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="bank_order_positive"),
            models.CheckConstraint(
                condition=Q(returned_units__gte=0, returned_units__lte=F("units")),
                name="bank_order_returns_no_more",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False)
                | Q(debited_on__isnull=True, rejected_at__isnull=True, returned_units=0),
                name="bank_order_told_of_in_a_file",
            ),
            models.CheckConstraint(
                condition=Q(rejected_at__isnull=True)
                | Q(debited_on__isnull=True, returned_units=0),
                name="bank_order_rejected_or_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ramp", "taken_at"],
                name="bank_order_in_no_file",
                condition=Q(file__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.end_to_end_id}: {self.units} {self.currency} for {self.reference}"


class BankStatement(models.Model):
    """A statement of the house's bank, taken as a whole."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ramp = models.TextField()
    iban = models.TextField()
    statement_id = models.TextField()
    sequence = models.BigIntegerField(help_text="the bank's number; 0: none")
    currency = models.TextField()
    opening_units = UnitsField()
    closing_units = UnitsField()
    opening_on = models.DateField()
    closing_on = models.DateField()
    digest = models.TextField(help_text="SHA-256 of what it says")
    loaded_by = models.TextField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ramp", "iban", "statement_id"], name="bank_statement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} of {self.ramp}, to {self.closing_on}"


class BankEntry(models.Model):
    """Something in a statement, by part, and what it was taken for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … in the statement")
    part = models.PositiveIntegerField(help_text="1, 2, 3 … in the entry; 0: the whole")
    reference = models.TextField(default="", help_text="the bank's")
    units = UnitsField(help_text="what came is positive")
    booked_on = models.DateField()
    code = models.TextField(default="", help_text="domain/family/sub-family")
    kind = models.TextField()
    order = models.ForeignKey(
        BankOrder, on_delete=models.PROTECT, null=True, related_name="entries"
    )
    end_to_end_id = models.TextField(default="")
    return_code = models.TextField(default="")
    text = models.TextField(default="")
    settled_by = models.TextField(default="", help_text="of one for people: who dealt with it")
    settled_because = models.TextField(default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number", "part"], name="bank_entry_once"),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(order__isnull=False),
                name="bank_entry_one_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(kind__in=ENTRY_KINDS), name="bank_entry_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=("debited", "returned"), order__isnull=False)
                | Q(kind__in=("fee", "unmatched"), order__isnull=True),
                name="bank_entry_of_an_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["statement"],
                name="bank_entry_for_people",
                condition=Q(kind="unmatched", settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.units} on {self.booked_on}"
