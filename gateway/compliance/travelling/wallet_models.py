"""Whose wallets are, and what shows it."""

from django.db import models
from django.db.models import Q

from gateway.chains.signed_texts import SIGNATURE_KINDS
from gateway.compliance.travelling.ownership import KEPT_PURPOSES, NONCE_BYTES, PURPOSES
from gateway.events.ids import uuid7

ADDRESS_BYTES = 20
HASH_BYTES = 32


class ProofChallenge(models.Model):
    """A text that a wallet was asked to sign, once and soon."""

    nonce = models.BinaryField(primary_key=True, max_length=NONCE_BYTES)
    shop_id = models.UUIDField()
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    purpose = models.TextField()
    about = models.TextField(help_text="what it says it is about")
    domain = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="travel_challenge_for"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="travel_challenge_expires")]

    def __str__(self) -> str:
        return f"challenge for {self.purpose} of shop {self.shop_id}"


class WalletProof(models.Model):
    """That a wallet was its owner's on a day, with what shows it: anybody can check it again."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    purpose = models.TextField()
    about = models.TextField()
    kind = models.TextField()
    chain_id = models.BigIntegerField(
        null=True, help_text="whose contract said so; null: a key, which holds on every chain"
    )
    message = models.TextField(help_text="the very text that was signed")
    message_hash = models.BinaryField(max_length=HASH_BYTES, unique=True)
    signature = models.BinaryField(help_text="as it was given, an ERC-6492 wrap included")
    proved_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=KEPT_PURPOSES, kind__in=SIGNATURE_KINDS),
                name="travel_proof_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="eip191", chain_id__isnull=True)
                | (~Q(kind="eip191") & Q(chain_id__isnull=False)),
                name="travel_contract_of_a_chain",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "address", "valid_until"], name="travel_proof_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} proof of 0x{bytes(self.address).hex()} until {self.valid_until}"


class PayoutWallet(models.Model):
    """What a shop says of an address that it is paid to: its own wallet, or an account with a
    provider. What it says last is current."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    kind = models.TextField()
    counterparty_name = models.TextField(default="")
    travel_address = models.TextField(default="", help_text="where its provider is asked")
    told_by = models.TextField()
    told_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "address"],
                condition=Q(is_current=True),
                name="travel_wallet_one_current",
            ),
            models.CheckConstraint(
                condition=Q(kind="self_hosted", counterparty_name="", travel_address="")
                | (Q(kind="provider") & ~Q(counterparty_name="") & ~Q(travel_address="")),
                name="travel_wallet_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} of shop {self.shop_id}: {self.kind}"
