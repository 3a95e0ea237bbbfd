"""A printer that prints, and every way in which one doesn't: over real connections."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gateway.outside.printers import PrinterRefused
from merchants.receipts.errors import (
    KeyInvalid,
    PrinterInvalid,
    PrinterNameTaken,
    PrinterUnknown,
)
from merchants.receipts.headings import heading_put
from merchants.receipts.models import Document, Printer, PrintJob
from merchants.receipts.printing import (
    RETRIES,
    NewPrinter,
    print_ask,
    printer_add,
    printer_drop,
    prints_carry,
)
from merchants.receipts.selectors import printers_at
from tests.merchants.receipts.conftest import Counter, FakePrinter, added

pytestmark = pytest.mark.django_db


def ask(document: Document, printer: Printer | None, key: str = "") -> PrintJob:
    return print_ask(
        document=document,
        printer=printer,
        key=key or str(uuid4()),
        by="user:ann",
        now=timezone.now(),
    )


def carry(seconds: float = 0) -> int:
    return prints_carry(now=timezone.now() + timedelta(seconds=seconds))


def again(job: PrintJob) -> PrintJob:
    return PrintJob.objects.get(id=job.id)


def test_a_receipt_is_printed_and_the_printer_says_so(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    job = ask(counter.receipt(), printer)
    assert carry() == 1
    assert again(job).state == "printed"
    assert carry() == 0, "once"
    (data,) = _settled(paper_printer)
    assert b"TEST-R-000001" in data and b"COPY" not in data
    assert b"\x1d(k\x03\x001C\x06" in data


def test_a_tap_that_arrives_twice_prints_once(counter: Counter, printer: Printer) -> None:
    document = counter.receipt()
    assert ask(document, printer, "k").id == ask(document, printer, "k").id
    with pytest.raises(KeyInvalid):
        ask(counter.receipt(), printer, "k")
    with pytest.raises(KeyInvalid):
        ask(document, printer, "x" * 101)
    assert carry() == 1


def test_the_second_print_says_copy(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    document = counter.receipt()
    for _ in range(2):
        ask(document, printer)
        carry()
    first, second = _settled(paper_printer, count=2)
    assert b"COPY" not in first and b"COPY" in second


def test_paper_is_in_the_language_that_the_shop_wants(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    heading_put(
        shop_id=counter.world.shop_id,
        given={"language": "zh-hans"},
        by=uuid4(),
        now=timezone.now(),
    )
    Printer.objects.update(charset="gb18030")
    ask(counter.receipt(), printer)
    carry()
    assert "收据".encode("gb18030") in _settled(paper_printer)[0]


def test_one_that_says_nothing_was_sent_to(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.is_silent()
    job = ask(counter.receipt(), printer)
    carry()
    assert again(job).state == "sent"


def test_one_that_is_off_is_tried_again_and_then_said_to_be(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.close()
    job = ask(counter.receipt(), printer)
    waited = 0.0
    for retry in RETRIES:
        assert carry(waited) == 1
        assert (again(job).state, again(job).error) == ("waiting", "printer_off")
        assert carry(waited) == 0, "not at once"
        waited += retry.total_seconds() + 1
    carry(waited)
    assert again(job).state == "failed"
    ask(counter.receipt(), printer)
    document = job.document
    assert not ask(document, printer).is_copy, "none is on paper"


def test_one_without_paper_prints_once_there_is_some(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.paper = b"\x72"
    job = ask(counter.receipt(), printer)
    carry()
    assert (again(job).state, again(job).error) == ("waiting", "printer_no_paper")
    paper_printer.paper = b"\x12"
    carry(5)
    assert again(job).state == "printed"


def test_one_with_an_open_cover_is_not_sent_to(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.state = b"\x1a"
    job = ask(counter.receipt(), printer)
    carry()
    assert again(job).error == "printer_offline"
    assert all(b"TEST-R" not in data for data in paper_printer.taken)


def test_one_that_breaks_off_is_not_sent_to_again_by_itself(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.stops_in_the_middle()
    job = ask(counter.receipt(), printer)
    carry()
    assert (again(job).state, again(job).error) == ("failed", "printer_broke_off")
    assert carry(600) == 0
    assert ask(job.document, printer).is_copy, "some of it may be on paper"


def test_one_that_closes_its_side_prints(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    paper_printer.half_closes()
    job = ask(counter.receipt(), printer)
    carry()
    assert again(job).state == "sent"
    assert b"TEST-R-000001" in _settled(paper_printer)[0]


def test_one_that_hangs_holds_up_no_sale_and_no_other_printer(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    other = FakePrinter()
    hanging = added(counter.world, other.port, "Kitchen")
    other.hangs()
    document = counter.receipt()
    jobs = [ask(document, hanging), ask(document, printer)]
    begun = time.monotonic()
    carry()
    took = time.monotonic() - begun
    other.close()
    assert again(jobs[1]).state == "printed"
    assert again(jobs[0]).state in ("sent", "failed")
    assert took < 12, "both have an end"


def test_a_printer_gets_one_at_a_time_in_the_order_of_the_taps(
    counter: Counter, printer: Printer, paper_printer: FakePrinter
) -> None:
    documents = [counter.receipt(), counter.receipt()]
    for document in documents:
        ask(document, printer)
    assert carry() == 1
    assert carry() == 1
    first, second = _settled(paper_printer, count=2)
    assert b"TEST-R-000001" in first and b"TEST-R-000002" in second


def test_what_a_dead_worker_was_sending_is_left_to_a_person(
    counter: Counter, printer: Printer
) -> None:
    job = ask(counter.receipt(), printer)
    lease = timezone.now() + timedelta(seconds=45)
    PrintJob.objects.update(state="sending", attempts=1, due_at=lease)
    assert carry() == 0, "its lease runs"
    carry(60)
    assert (again(job).state, again(job).error) == ("failed", "printer_unclear")


def test_a_printer_that_was_taken_off_prints_nothing(counter: Counter, printer: Printer) -> None:
    job = ask(counter.receipt(), printer)
    printer_drop(shop_id=counter.world.shop_id, printer_id=printer.id, now=timezone.now())
    assert carry() == 0
    assert (again(job).state, again(job).error) == ("failed", "printer_removed")
    with pytest.raises(PrinterUnknown):
        printer_drop(shop_id=counter.world.shop_id, printer_id=printer.id, now=timezone.now())
    added(counter.world, 9_100)


def test_where_nobody_named_a_network_none_is_called(
    counter: Counter, printer: Printer, paper_printer: FakePrinter, settings: Any
) -> None:
    settings.PRINTER_NETWORKS = ""
    job = ask(counter.receipt(), printer)
    carry()
    assert (again(job).state, again(job).error) == ("failed", "printer_not_allowed")
    assert paper_printer.taken == []
    with pytest.raises(PrinterRefused):
        added(counter.world, 9_100, "Another")


def test_printers_are_added_as_they_are(counter: Counter, printer: Printer, till: Any) -> None:
    shop_id, now = counter.world.shop_id, timezone.now()
    for wanted, refused in (
        (NewPrinter("Counter", "127.0.0.1"), PrinterNameTaken),
        (NewPrinter(" ", "127.0.0.1"), PrinterInvalid),
        (NewPrinter("A", "127.0.0.1", columns=40), PrinterInvalid),
        (NewPrinter("A", "127.0.0.1", charset="utf"), PrinterInvalid),
        (NewPrinter("A", "localhost"), PrinterRefused),
        (NewPrinter("A", "192.168.1.2"), PrinterRefused),
        (NewPrinter("A", "127.0.0.1", port=22), PrinterRefused),
    ):
        with pytest.raises(refused):
            printer_add(shop_id=shop_id, wanted=wanted, by=uuid4(), now=now)
    own = printer_add(
        shop_id=shop_id,
        wanted=NewPrinter("Zinc", "127.0.0.1", till_id=till.id),
        by=uuid4(),
        now=now,
    )
    assert printers_at(shop_id=shop_id, till_id=till.id) == [own, printer]
    assert printers_at(shop_id=shop_id, till_id=None) == [printer]


def test_the_browser_prints_by_itself(counter: Counter) -> None:
    document = counter.receipt()
    assert ask(document, None).state == "sent"
    assert ask(document, None).is_copy
    assert carry() == 0


def _settled(paper_printer: FakePrinter, count: int = 1) -> list[bytes]:
    """What it took, once its connections have ended on its side too."""
    end = time.monotonic() + 5
    while len(paper_printer.taken) < count and time.monotonic() < end:
        time.sleep(0.01)
    return paper_printer.taken
