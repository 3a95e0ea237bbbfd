"""An export file brought over: kept once, exactly, sealed while it waits, gone at its end."""

import json
import threading
from datetime import timedelta
from itertools import islice

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from gateway.compliance.sealed.keys import key_for
from gateway.compliance.sealed.models import SealingKey
from gateway.invoices.models import Invoice
from gateway.ledger.models import Entry
from merchants.audit.models import Record
from merchants.moving import carrying, moves
from merchants.moving.buyers import about, emails_forget, emails_forget_old, emails_of
from merchants.moving.errors import ExportTooLarge, ExportUnreadable, MoveElsewhere, MoveUnderWay
from merchants.moving.export_files import MOST_WHOLE
from merchants.moving.models import Move, PastInvoice, Piece, UnreadRow
from merchants.moving.moves import move_again, move_from_file, move_stop, moves_sweep
from tests.as_web import as_web
from tests.faults.in_process import passing
from tests.merchants.moving.samples import BITCART_CSV, LEGACY_CSV, btcpay_invoice

pytestmark = pytest.mark.django_db


def begun(shop, upload: bytes = LEGACY_CSV, **changes) -> Move:
    told = {"zone": "UTC", "with_emails": False, "by": "user:ann", "now": timezone.now()}
    return move_from_file(shop_id=shop.id, upload=upload, **{**told, **changes})


def test_past_payments_are_kept_apart_from_ours(bring, shop) -> None:
    move = bring(LEGACY_CSV)
    assert (move.state, move.source, move.added, move.unread) == ("done", "btcpay", 2, 0)
    kept = PastInvoice.objects.get(old_id="InvA")
    assert (kept.shop_id, kept.units, kept.decimals, kept.currency) == (shop.id, 1250, 2, "EUR")
    assert kept.transactions == ["aa11", "bb22"]
    assert not Invoice.objects.exists()
    assert not Entry.objects.exists()


def test_the_same_file_twice_doubles_nothing(bring) -> None:
    bring(LEGACY_CSV)
    again = bring(LEGACY_CSV)
    assert (again.state, again.added, again.known, again.unread) == ("done", 0, 2, 0)
    assert PastInvoice.objects.count() == 2


def test_what_is_different_now_is_listed_and_changes_nothing(bring) -> None:
    bring(LEGACY_CSV)
    again = bring(LEGACY_CSV.replace(b",12.50,", b",99.00,"))
    assert (again.added, again.known, again.unread) == (0, 1, 1)
    row = UnreadRow.objects.get()
    assert (row.line, row.reason, row.old_id) == (2, "differs", "InvA")
    assert PastInvoice.objects.get(old_id="InvA").units == 1250


def test_rows_that_cant_be_read_are_listed_with_their_line(bring) -> None:
    rows = [btcpay_invoice(1), btcpay_invoice(2, amount="x"), btcpay_invoice(3)]
    move = bring(json.dumps(rows).encode())
    assert (move.state, move.added, move.unread) == ("done", 2, 1)
    row = UnreadRow.objects.get()
    assert (row.line, row.old_id, row.reason) == (2, "inv2", "bad_amount")


def test_a_file_that_breaks_off_keeps_what_it_brought_and_says_so(bring) -> None:
    rows = [btcpay_invoice(number) for number in range(1, 261)]
    move = bring(json.dumps(rows).encode()[:-20])
    assert (move.state, move.error, move.added) == ("failed", "export_unreadable", 259)
    assert move.ended_at is not None


def test_a_file_tells_how_far_it_is(shop, work, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "TURN_SECONDS", 0)
    monkeypatch.setattr(moves, "READ_BYTES", 1_000)
    rows = [btcpay_invoice(number) for number in range(1, 801)]
    move = begun(shop, json.dumps(rows).encode())
    carrying.moves_carry(now=timezone.now())
    move.refresh_from_db()
    assert move.rows_read >= 200
    assert 700 < move.rows_total < 900
    assert work(move).added == 800


def test_a_file_that_is_read_as_fewer_invoices_than_before_ends(shop, work, monkeypatch) -> None:
    """As after an upgrade in the middle of it, when rows are told apart otherwise."""
    pages = 0

    def limited(rows, most):
        nonlocal pages
        pages += 1
        assert pages < 10, "it never ends"
        return islice(rows, most)

    monkeypatch.setattr(carrying, "islice", limited)
    move = begun(shop)
    Move.objects.update(rows_read=5)
    assert work(move, turns=2).state == "done"


def test_what_is_no_export_or_too_large_is_refused_at_once(shop, monkeypatch) -> None:
    with pytest.raises(ExportUnreadable):
        begun(shop, b"\x89PNG")
    monkeypatch.setattr(moves, "MOST_BYTES", 10)
    with pytest.raises(ExportTooLarge):
        begun(shop)
    assert not Move.objects.exists()


def test_a_file_waits_sealed_and_is_gone_with_its_key_at_the_end(shop, work) -> None:
    move = begun(shop)
    about = f"move:{move.id}"
    boxes = b"".join(bytes(one.box) for one in Piece.objects.all())
    assert boxes
    assert b"ann@shop.example" not in boxes
    assert b"InvA" not in boxes
    assert SealingKey.objects.filter(about=about).exists()
    work(move)
    assert moves_sweep() == 1
    assert not Piece.objects.exists()
    assert not SealingKey.objects.filter(about=about).exists()
    assert moves_sweep() == 0


def test_a_large_file_is_kept_in_pieces_and_read_whole(shop, work, monkeypatch) -> None:
    monkeypatch.setattr(moves, "PIECE_BYTES", 1000)
    rows = [btcpay_invoice(number) for number in range(1, 231)]
    move = begun(shop, json.dumps(rows).encode())
    assert Piece.objects.count() > 50
    assert work(move).added == 230


def test_emails_are_kept_only_where_the_shop_asks_and_sealed(bring) -> None:
    recent = timezone.now().strftime("%m/%d/%Y")
    upload = LEGACY_CSV.replace(b"01/31/2024", recent.encode())
    bring(upload)
    assert not PastInvoice.objects.exclude(email_box=None).exists()
    PastInvoice.objects.all().delete()
    bring(upload, with_emails=True)
    kept = PastInvoice.objects.get(old_id="InvA")
    assert emails_of([kept]) == {kept.id: "ann@shop.example"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT moving_pastinvoice::text FROM moving_pastinvoice")
        assert "ann@" not in "".join(row[0] for row in cursor.fetchall())


def test_emails_are_forgotten_at_a_word_and_their_key_goes(bring, shop) -> None:
    recent = timezone.now().strftime("%m/%d/%Y")
    bring(LEGACY_CSV.replace(b"01/31/2024", recent.encode()), with_emails=True)
    now = timezone.now()
    assert emails_forget_old(now=now) == 0
    assert emails_forget(shop_id=shop.id, by="user:ann", now=now) == 1
    assert not PastInvoice.objects.exclude(email_box=None).exists()
    assert emails_forget_old(now=now) == 1
    assert not SealingKey.objects.filter(about__startswith="past_buyers:").exists()
    assert Record.objects.get(act="past_buyers.forgotten").detail == {"emails": 1}


def test_emails_of_old_years_are_forgotten_and_too_old_ones_never_kept(bring) -> None:
    now = timezone.now()
    old = now.replace(year=now.year - 5)
    upload = LEGACY_CSV.replace(b"01/31/2024", f"{now:%m/%d/%Y}".encode())
    upload = upload.replace(b"InvB", b"InvB").replace(b"02/01/2024", f"{old:%m/%d/%Y}".encode())
    upload = upload.replace(b"expired,,,", b"expired,,eve@shop.example,")
    bring(upload, with_emails=True)
    assert PastInvoice.objects.get(old_id="InvB").email_box is None
    assert emails_forget_old(now=now.replace(year=now.year + 4, day=1)) == 1
    kept = PastInvoice.objects.get(old_id="InvA")
    assert kept.email_box is None
    assert emails_of([kept]) == {}


def test_one_move_at_a_time_and_a_stopped_one_keeps_what_came(shop, work) -> None:
    move = begun(shop)
    with pytest.raises(MoveUnderWay):
        begun(shop, BITCART_CSV)
    stopped = move_stop(shop_id=shop.id, move_id=move.id, now=timezone.now())
    assert stopped.state == "stopped"
    assert work(move).added == 0
    with pytest.raises(MoveElsewhere):
        move_again(shop_id=shop.id, move_id=move.id, key="k", now=timezone.now())
    assert work(begun(shop, BITCART_CSV)).source == "bitcart"


def test_a_move_is_written_down(shop) -> None:
    move = begun(shop)
    record = Record.objects.get(act="move.begun")
    assert (record.subject, record.detail) == (f"move:{move.id}", {"from": "btcpay", "way": "file"})


def test_the_database_keeps_no_key_of_what_ended_and_no_sale_twice(bring, shop) -> None:
    bring(LEGACY_CSV)
    kept = PastInvoice.objects.first()
    with pytest.raises(IntegrityError, match="past_invoice_once"), transaction.atomic():
        PastInvoice.objects.create(
            id=shop.id,
            shop_id=shop.id,
            move_id=kept.move_id,
            source="btcpay",
            old_id=kept.old_id,
            units=1,
            decimals=0,
            currency="EUR",
            status="paid",
            at=kept.at,
            kept_at=kept.at,
        )
    with pytest.raises(IntegrityError, match="move_ended_keeps_no_key"), transaction.atomic():
        Move.objects.update(key_sealed=b"1")


def test_another_shop_sees_nothing_of_it(bring, shop) -> None:
    bring(LEGACY_CSV)
    with as_web(Move.objects.get().id):
        assert not Move.objects.exists()
        assert not PastInvoice.objects.exists()
    with as_web(shop.id):
        assert PastInvoice.objects.count() == 2


def test_rows_by_id_are_rows_by_time(bring) -> None:
    bring(json.dumps([btcpay_invoice(number) for number in (3, 1, 2)]).encode())
    assert [one.old_id for one in PastInvoice.objects.order_by("-id")] == ["inv1", "inv2", "inv3"]
    assert PastInvoice.objects.get(old_id="inv1").at - timedelta(minutes=1) == (
        PastInvoice.objects.get(old_id="inv2").at
    )


def test_a_file_of_rubbish_ends_at_a_limit(bring, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "MOST_UNREAD", 100)
    move = bring(json.dumps([btcpay_invoice(1), *[0] * 1000]).encode())
    assert (move.state, move.error, move.added) == ("failed", "too_many_unread", 1)
    assert move.rows_read < 500


def test_one_object_of_more_than_can_be_read_whole_is_too_large(shop) -> None:
    body = json.dumps({"result": [btcpay_invoice(1), "x" * MOST_WHOLE]}).encode()
    with pytest.raises(ExportTooLarge):
        begun(shop, body)


def recent_invoices(count: int) -> bytes:
    now = int(timezone.now().timestamp())
    rows = [btcpay_invoice(number, createdTime=now - number) for number in range(1, count + 1)]
    return json.dumps(rows).encode()


def test_emails_that_are_forgotten_while_a_move_runs_stay_forgotten(
    shop, work, monkeypatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH", 3)
    monkeypatch.setattr(carrying, "TURN_SECONDS", -1.0)
    move = begun(shop, recent_invoices(7), with_emails=True)
    carrying.moves_carry(now=timezone.now())
    # A turn works as long again as finding its place took: one page of the three, or two.
    assert emails_forget(shop_id=shop.id, by="user:ann", now=timezone.now()) in {3, 6}
    assert work(move).added == 7
    assert not PastInvoice.objects.exclude(email_box=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_being_used_is_not_thrown_away(shop, work) -> None:
    now = timezone.now()
    key_for(about(shop.id, now), now=now)
    move = begun(shop, recent_invoices(2), with_emails=True)
    told: list[BaseException | int] = []

    def throw_away() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            told.append(emails_forget_old(now=now))
        except OperationalError as error:
            told.append(error)
        finally:
            connection.close()

    def sealing(point: str) -> None:
        if point == "move.keeping":
            thread = threading.Thread(target=throw_away)
            thread.start()
            thread.join()

    with passing(sealing):
        work(move)
    assert [type(one) for one in told] == [OperationalError]
    kept = list(PastInvoice.objects.all())
    assert len(emails_of(kept)) == 2
