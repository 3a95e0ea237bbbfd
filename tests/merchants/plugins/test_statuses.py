"""The protocol's two words for an invoice's standing, and the rows that each word names."""

import itertools
from collections.abc import Iterator

import pytest
from django.db.models import Q

from gateway.invoices.models import STATUSES as OURS
from gateway.invoices.models import Invoice
from merchants.plugins.selectors import OF_STATUS
from merchants.plugins.statuses import STATUSES, Shown, markable, shown
from tests.invoices.conftest import World


@pytest.mark.parametrize(
    ("status", "exceptions", "release", "expected"),
    [
        ("waiting", (), "wait", ("New", "None")),
        ("partial", ("underpaid",), "wait", ("New", "PaidPartial")),
        ("processing", (), "wait", ("Processing", "None")),
        ("processing", ("overpaid",), "yes", ("Processing", "PaidOver")),
        ("paid", (), "yes", ("Settled", "None")),
        ("paid", ("overpaid",), "yes", ("Settled", "PaidOver")),
        ("paid", ("marked",), "wait", ("Settled", "Marked")),
        ("paid", ("late",), "yes", ("Expired", "PaidLate")),
        ("expired", (), "no", ("Expired", "None")),
        ("expired", ("underpaid",), "no", ("Expired", "PaidPartial")),
        ("cancelled", (), "no", ("Invalid", "Marked")),
        ("invalid", (), "no", ("Invalid", "None")),
        ("invalid", ("overpaid",), "no", ("Invalid", "PaidOver")),
        ("invalid", ("marked",), "no", ("Invalid", "Marked")),
        ("partial", ("reverted",), "no", ("Processing", "None")),
        ("expired", ("reverted", "underpaid"), "no", ("Processing", "None")),
        ("invalid", ("reverted",), "no", ("Invalid", "None")),
    ],
)
def test_each_standing_of_ours_has_its_two_words(
    status: str, exceptions: tuple[str, ...], release: str, expected: tuple[str, str]
) -> None:
    said = shown(status=status, exceptions=exceptions, release_goods=release)
    assert (said.status, said.additional) == expected


def test_settled_is_never_said_before_the_shop_lets_the_goods_go() -> None:
    for release in ("wait", "no"):
        assert shown(status="paid", exceptions=(), release_goods=release).status == "Processing"


@pytest.mark.parametrize(
    ("now", "marks", "expected"),
    [
        (Shown("New", "None"), ("settled", "invalid"), ["Settled", "Invalid"]),
        (Shown("Expired", "None"), ("settled", "invalid"), ["Settled", "Invalid"]),
        (Shown("Settled", "Marked"), ("settled", "invalid"), ["Invalid"]),
        (Shown("Invalid", "Marked"), ("settled", "invalid"), ["Settled"]),
        (Shown("Settled", "None"), (), []),
        (Shown("Expired", "PaidLate"), ("settled",), ["Settled"]),
    ],
)
def test_what_can_be_marked_is_what_is_not_said_already(
    now: Shown, marks: tuple[str, ...], expected: list[str]
) -> None:
    assert markable(now, open_marks=marks) == expected


def _rows() -> Iterator[tuple[str, tuple[str, ...], str]]:
    noted = ("overpaid", "underpaid", "late", "marked", "reverted")
    some = [(), *[(one,) for one in noted], *itertools.combinations(noted, 2)]
    yield from itertools.product(OURS, some, ("yes", "wait", "no"))


@pytest.mark.django_db
def test_a_list_by_status_finds_exactly_what_is_called_so(world: World) -> None:
    """For every standing there could be, the query and the word agree."""
    sample = world.issue()
    made = []
    for status, exceptions, release in _rows():
        row = Invoice.objects.get(id=sample.id)
        row.pk = None
        row.id = Invoice._meta.get_field("id").get_default()
        row.status, row.exceptions, row.release_goods = status, list(exceptions), release
        made.append(row)
    Invoice.objects.bulk_create(made)
    for word in STATUSES:
        found = set(Invoice.objects.filter(OF_STATUS[word]).values_list("id", flat=True))
        meant = {
            row.id
            for row in Invoice.objects.all()
            if shown(
                status=row.status, exceptions=row.exceptions, release_goods=row.release_goods
            ).status
            == word
        }
        assert found == meant, word
    any_word = Q()
    for of_word in OF_STATUS.values():
        any_word |= of_word
    assert Invoice.objects.filter(any_word).count() == Invoice.objects.count()
