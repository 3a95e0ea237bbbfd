"""Cash registers: the key of one and the till that it acts at; the sales that it asked for."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.accounts.models import ApiKey
from merchants.ecr.results import NUMBER
from merchants.tills.models import Till


class Register(models.Model):
    """An existing POS, known by its API key, and the till that it acts at."""

    key = models.OneToOneField(ApiKey, on_delete=models.PROTECT, primary_key=True, related_name="+")
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="registers")
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()

    key_id: UUID
    till_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop_id", "till"), name="register_of_till"),)

    def __str__(self) -> str:
        return f"cash register at till {self.till_id}"


class EcrSale(models.Model):
    """A transaction of a cash register, by the register's own number: asked for again with it,
    there is one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    number = models.TextField(help_text="the register's")
    invoice_id = models.UUIDField(unique=True)
    currency = models.TextField(help_text="ISO 4217")
    units = UnitsField(help_text="minor units asked for")
    made_by = models.UUIDField(help_text="the API key")
    made_at = models.DateTimeField()

    till_id: UUID

    class Meta:
        indexes = (models.Index(fields=("till", "-id"), name="ecr_sale_of_till"),)
        constraints = (
            models.UniqueConstraint(fields=("till", "number"), name="ecr_sale_number_once"),
            models.CheckConstraint(condition=Q(units__gt=0), name="ecr_sale_of_money"),
            models.CheckConstraint(
                condition=Q(number__regex=f"^{NUMBER}$"), name="ecr_sale_number_shape"
            ),
        )

    def __str__(self) -> str:
        return f"transaction {self.number} of till {self.till_id}"
