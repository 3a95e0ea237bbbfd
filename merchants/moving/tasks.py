"""What beat has moves do."""

from celery import shared_task
from django.utils import timezone

from merchants.moving import buyers, carrying, moves


@shared_task
def carry_moves() -> int:
    return carrying.moves_carry(now=timezone.now())


@shared_task
def sweep_moves() -> int:
    carrying.choices_lapse(now=timezone.now())
    return moves.moves_sweep()


@shared_task
def forget_past_buyers() -> int:
    return buyers.emails_forget_old(now=timezone.now())
