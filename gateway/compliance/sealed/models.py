"""Keys under which things are sealed, one for each that is erased by itself."""

from django.db import models
from django.db.models import Q


class SealingKey(models.Model):
    """The data key of everything that is sealed for one, wrapped. Deleting the row erases it all;
    the database refuses that while a legal hold stands on the same one."""

    about = models.TextField(
        primary_key=True, help_text="subject:<id>, case:<id>, report:<id> …: whom it is erased with"
    )
    kek_id = models.TextField(help_text="of the key-encryption key that wraps it")
    box = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__contains=":"), name="compliance_sealing_key_of_one"
            )
        ]
        indexes = [models.Index(fields=["kek_id"], name="compliance_sealing_key_kek")]

    def __str__(self) -> str:
        return f"key of {self.about} under {self.kek_id}"
