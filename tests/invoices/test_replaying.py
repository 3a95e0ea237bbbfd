"""What was promised can be drawn again, to the unit."""

from datetime import timedelta
from io import StringIO

import msgspec
import pytest
from django.core.management import call_command
from django.utils import timezone

from gateway.invoices.changing import invoice_requote
from gateway.invoices.replaying import invoice_replay, used_snapshots_keep
from gateway.market.errors import ReplayRefused
from gateway.market.kept_snapshots import kept_snapshot, kept_snapshots_prune
from gateway.market.models import KeptSnapshot
from gateway.market.replay import replayed
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.shops.services import shop_set_strategic_share

pytestmark = pytest.mark.django_db


def test_a_stored_quote_is_drawn_again_with_the_same_numbers(world):
    shop_set_strategic_share(shop_id=world.shop_id, share_ppm=250_000)
    invoice = world.issue(4_200)
    stored = invoice.promises.latest.quotes
    assert any(0 < quote.parts.lock_premium_ppm < 900 for quote in stored)
    assert {replay.refusal for replay in invoice_replay(invoice=invoice)} == {"snapshot_not_kept"}
    assert used_snapshots_keep(now=timezone.now()) == 1
    assert used_snapshots_keep(now=timezone.now()) == 0
    later = msgspec.structs.replace(current_snapshot(), version=current_snapshot().version + 1)
    publish_snapshot(later)
    forget_snapshot()
    replays = invoice_replay(invoice=invoice)
    assert [replay.stored for replay in replays] == list(stored)
    assert all(replay.is_same for replay in replays)
    out = StringIO()
    call_command("replay_quotes", str(invoice.id), stdout=out)
    assert out.getvalue().count("same") == len(stored)


def test_a_quote_is_not_replayed_from_another_snapshot_or_by_another_model(world):
    quote = world.issue().promises.latest.quotes[0]
    snapshot = current_snapshot()
    other = msgspec.structs.replace(snapshot, version=snapshot.version + 1)
    with pytest.raises(ReplayRefused):
        replayed(quote, snapshot=other)
    with pytest.raises(ReplayRefused):
        replayed(msgspec.structs.replace(quote, model=1), snapshot=snapshot)


def test_new_quotes_of_an_old_invoice_are_kept_too(world):
    invoice = world.issue()
    again = msgspec.structs.replace(current_snapshot(), version=current_snapshot().version + 1)
    publish_snapshot(again)
    forget_snapshot()
    current_snapshot()
    invoice = invoice_requote(invoice_id=invoice.id, now=world.now)
    assert used_snapshots_keep(now=timezone.now()) == 2
    assert all(replay.is_same for replay in invoice_replay(invoice=invoice))


def test_kept_snapshots_are_small_and_leave_after_a_month(world):
    world.issue()
    used_snapshots_keep(now=timezone.now())
    row = KeptSnapshot.objects.get()
    assert kept_snapshot(version=row.version) == current_snapshot()
    assert len(bytes(row.content)) < 5_000
    assert kept_snapshots_prune(now=row.kept_at + timedelta(days=29)) == 0
    assert kept_snapshots_prune(now=row.kept_at + timedelta(days=31)) == 1
