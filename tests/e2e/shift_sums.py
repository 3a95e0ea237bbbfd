"""What a shift comes to: by a test's own sums, by its report's page, and by the books."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from gateway.ledger.selectors import shop_statement
from gateway.market.quotes import Quote

WORDS = {"tokens": "Tokens", "card": "Card", "cash": "Cash"}
OVERPAY_BPS = 100
"""How much more than its quote a sale takes in: the shops' terms as they come."""

SHOWN_JS = """
() => {
  const text = (one) => one.textContent.trim().replace(/\\s+/g, ' ');
  const row = (one) => [text(one.querySelector('dt')), text(one.querySelector('dd').firstChild)];
  const rows = (list) => [...list.querySelectorAll(':scope > div')].map(row);
  const all = (list) => Object.fromEntries(rows(list));
  const of = (id) => document.querySelector(`section[aria-labelledby=${id}]`);
  const [sales, drawer] = [of('tenders-head'), of('drawer-head')];
  return {
    tenders: Object.fromEntries([...sales.querySelectorAll('.report-days > li')].map((one) => [
      text(one.querySelector('.strong')),
      { Net: text(one.querySelector('.number')), ...all(one.querySelector('dl')) },
    ])),
    facts: [...sales.querySelectorAll('dl.facts')].flatMap(rows),
    drawer: all(drawer.querySelector('dl.facts')),
    difference: drawer.querySelector('.note') ? text(drawer.querySelector('.note')) : '',
  };
}
"""


def euros(units: int) -> str:
    """Cents as a page writes them."""
    whole, cents = divmod(abs(units), 100)
    return f"{'−' if units < 0 else ''}€{whole:,}.{cents:02}"


def worth(amount_units: int, *, quote: Quote, token_units: int) -> int:
    """Cents that so much of a token is worth to a sale: in proportion to what was quoted, half up,
    and no more than the terms take in."""
    taken = min(token_units, quote.units * (10_000 + OVERPAY_BPS) // 10_000)
    return int(Fraction(amount_units * taken, quote.units) + Fraction(1, 2))


@dataclass
class TenderSums:
    payments: int = 0
    paid: int = 0
    refunds: int = 0
    refunded: int = 0
    tax: int = 0
    tip: int = 0

    @property
    def shown(self) -> dict[str, str]:
        """As the page has it: what is nothing is left out."""
        found = {
            "Net": euros(self.paid - self.refunded),
            "Payments": str(self.payments),
            "Paid": euros(self.paid),
        }
        if self.refunds:
            found[f"Refunds ({self.refunds})"] = f"−{euros(self.refunded)}"
        if self.tax:
            found["Tax in it"] = euros(self.tax)
        if self.tip:
            found["Tip in it"] = euros(self.tip)
        return found


@dataclass
class Sums:
    """What was done at a till, added up as it is done; cents."""

    floated: int
    tenders: dict[str, TenderSums] = field(
        default_factory=lambda: {name: TenderSums() for name in WORDS}
    )
    voids: int = 0
    voided: int = 0
    cash_in: int = 0
    cash_out: int = 0

    def paid(self, tender: str, units: int, *, tax: int = 0, tip: int = 0) -> None:
        sums = self.tenders[tender]
        sums.payments += 1
        sums.paid += units
        sums.tax += tax
        sums.tip += tip

    def refunded(self, tender: str, units: int) -> None:
        self.tenders[tender].refunds += 1
        self.tenders[tender].refunded += units

    def voided_one(self, units: int) -> None:
        self.voids += 1
        self.voided += units

    @property
    def expected(self) -> int:
        """What the drawer should hold."""
        cash = self.tenders["cash"]
        return self.floated + cash.paid - cash.refunded + self.cash_in - self.cash_out

    def check(self, page: Any, *, counted: int | None) -> None:
        """Every figure of the report that the page shows, field by field."""
        shown = page.evaluate(SHOWN_JS)
        assert shown["tenders"] == {
            WORDS[name]: sums.shown for name, sums in self.tenders.items() if sums.payments
        }
        facts = dict(shown["facts"])
        assert facts[f"Voided ({self.voids})"] == euros(self.voided)
        cash = self.tenders["cash"]
        drawer = {
            "Float": self.floated,
            "Cash sales": cash.paid,
            "Cash refunds": cash.refunded,
            "Cash in": self.cash_in,
            "Cash out": self.cash_out,
            "Should be in the drawer": self.expected,
        }
        if counted is not None:
            drawer["Counted"] = counted
            assert shown["difference"].endswith(euros(counted - self.expected))
        assert shown["drawer"] == {word: euros(units) for word, units in drawer.items()}


def booked(shop_id: UUID, *, after: set[UUID]) -> dict[str, int]:
    """Base units by which entries changed what a shop is owed, by asset; those in ``after`` stood
    before."""
    found: dict[str, int] = {}
    for entry in entries(shop_id):
        if entry.entry_id in after:
            continue
        for change in entry.changes:
            found[change.asset] = found.get(change.asset, 0) + change.available + change.reserved
    return {asset: units for asset, units in found.items() if units}


def entries(shop_id: UUID) -> Iterator[Any]:
    """All that changed what a shop is owed, newest first."""
    cursor = None
    while True:
        page = shop_statement(shop_id=shop_id, cursor=cursor)
        yield from page.items
        if not page.next_cursor:
            return
        cursor = page.next_cursor
