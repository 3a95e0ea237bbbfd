"""A paper as the rows that stand on it, the same for the page, the mail and the printer. Pure.

Words and the ways money and moments are written come with the reader's language, as an argument.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from merchants.receipts.papers import Paper, Share, Sold, Tender

Place = Literal["head", "about", "sold", "totals", "taxes", "tenders", "notes", "foot"]
HASH_ENDS: Final = (10, 6)
"""Characters of a transaction's hash that are shown at its beginning and at its end."""
PPM_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Words:
    """How a language says it.

    Attributes:
        labels: by the keys of ``wording.labels``.
        money: minor units of the paper's currency, for people.
        token: a plain decimal and a token's symbol, for people.
        rate: a token's symbol and what one of it was worth in the paper's currency.
        moment: an RFC 3339 moment by the shop's clock.
    """

    labels: Mapping[str, str]
    money: Callable[[int], str]
    token: Callable[[str, str], str]
    rate: Callable[[str, str], str]
    moment: Callable[[str], str]

    def __getitem__(self, key: str) -> str:
        return self.labels[key]


@dataclass(frozen=True, slots=True)
class Row:
    """Words at the left, and at the right what they come to.

    Attributes:
        under: it says more of the row above it.
    """

    left: str
    right: str = ""
    strong: bool = False
    under: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    place: Place
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A credit note that goes with a receipt: its number, when, and how much went back."""

    number: str
    at: str
    units: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper laid out.

    Attributes:
        marks: "Copy", "Test": what a reader must see first.
        link: its public page, for the code at its end.
    """

    title: str
    marks: tuple[str, ...]
    sections: tuple[Section, ...]
    link: str
    link_words: str


def sheet_of(
    paper: Paper,
    *,
    number: str,
    words: Words,
    link: str,
    cashier: str = "",
    is_copy: bool = False,
    stands: bool = True,
    notes: Sequence[Note] = (),
    later: str = "",
) -> Sheet:
    """Lay a paper out.

    Args:
        cashier: what the person is called today.
        is_copy: somebody had one before.
        stands: whether the payment is there still; a chain may have taken it back.
        notes: what went back so far.
        later: the number of the receipt that the sale got when it was paid again.
    """
    is_note = paper.kind == "credit_note"
    marks = [words["copy"]] if is_copy else []
    if paper.mode == "test":
        marks.append(words["test"])
    if not stands:
        marks.append(words["taken_back"])
    sections = [
        Section("head", _head(paper, words)),
        Section("about", _about(paper, number=number, cashier=cashier, words=words)),
        Section("sold", tuple(row for one in paper.sold for row in _sold(one, words))),
        Section("totals", _totals(paper, words)),
        Section("taxes", _taxes(paper.shares, words)),
        Section("tenders", tuple(row for one in paper.tenders for row in _tender(one, words))),
        Section("notes", _notes(notes, later, words)),
        Section("foot", _foot(paper, words)),
    ]
    return Sheet(
        title=words["credit_note" if is_note else "receipt"],
        marks=tuple(marks),
        sections=tuple(section for section in sections if section.rows),
        link=link,
        link_words=words["scan"],
    )


def short_hash(text: str) -> str:
    """``0x1234abcd…9f00aa``: enough to find a transaction among a chain's."""
    begin, end = HASH_ENDS
    return text if len(text) <= begin + end + 1 else f"{text[:begin]}…{text[-end:]}"


def quantity_text(thousandths: int) -> str:
    """``2`` or ``0.35``."""
    whole, rest = divmod(thousandths, 1_000)
    return f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)


def percent_text(ppm: int) -> str:
    """``8.875`` of 88 750 parts of a million."""
    whole, rest = divmod(ppm, PPM_PERCENT)
    return f"{whole}.{rest:04}".rstrip("0") if rest else str(whole)


def _head(paper: Paper, words: Words) -> tuple[Row, ...]:
    head = paper.head
    rows = [Row(head.name, strong=True)]
    if head.legal_name and head.legal_name != head.name:
        rows.append(Row(head.legal_name))
    rows += [Row(line) for line in head.address]
    if head.tax_number:
        rows.append(Row(f"{words['tax_number']} {head.tax_number}"))
    return tuple(rows)


def _about(paper: Paper, *, number: str, cashier: str, words: Words) -> tuple[Row, ...]:
    told = (
        ("number", number),
        ("of_receipt", paper.of),
        ("date", words.moment(paper.sold_at)),
        ("order", paper.order),
        ("cashier", cashier),
        ("till", paper.till),
        ("reason", paper.reason),
    )
    return tuple(Row(words[key], text) for key, text in told if text)


def _sold(sold: Sold, words: Words) -> list[Row]:
    rows = [Row(sold.name or words["amount"], words.money(sold.full_units))]
    if sold.quantity != 1_000:
        each = f"{quantity_text(sold.quantity)} × {words.money(sold.price_units)}"
        rows.append(Row(each, under=True))
    for extra in sold.extras:
        plus = "+" if extra.delta_units > 0 else ""
        price = f" {plus}{words.money(extra.delta_units)}" if extra.delta_units else ""
        rows.append(Row(f"{extra.name}{price}", under=True))
    if sold.off_units:
        rows.append(Row(words["discount"], words.money(-sold.off_units), under=True))
    return rows


_BACK: Final = {"taken_back": "lost", "marked_invalid": "called_invalid"}


def _totals(paper: Paper, words: Words) -> tuple[Row, ...]:
    if paper.kind == "credit_note":
        return (
            Row(
                words[_BACK.get(paper.cause, "given_back")],
                words.money(paper.total_units),
                strong=True,
            ),
        )
    rows = []
    line_off = sum(one.off_units for one in paper.sold)
    if paper.off_units > line_off:
        rows.append(Row(words["discount"], words.money(line_off - paper.off_units)))
    on_top = sum(share.tax_units for share in paper.shares if not share.included)
    if on_top:
        rows.append(Row(words["tax_on_top"], words.money(on_top)))
    if paper.tip_units:
        rows.append(Row(words["tip"], words.money(paper.tip_units)))
    rows.append(Row(words["total"], words.money(paper.total_units), strong=True))
    return tuple(rows)


def _taxes(shares: Sequence[Share], words: Words) -> tuple[Row, ...]:
    """One row for each rate that taxes something: its tax, and of how much."""
    rows = []
    for share in shares:
        if share.ppm is None and not share.tax_units:
            continue
        rate = words["tax"] if share.ppm is None else f"{words['tax']} {percent_text(share.ppm)} %"
        rows.append(Row(rate, words.money(share.tax_units)))
        if share.ppm is not None:
            rows.append(Row(words["net"], words.money(share.net_units), under=True))
    return tuple(rows)


def _tender(tender: Tender, words: Words) -> list[Row]:
    if tender.kind == "tokens":
        return _token(tender, words)
    rows = [Row(words[tender.kind], words.money(tender.units))]
    if tender.kind == "cash" and tender.given_units:
        if tender.rounding_units:
            rows.append(Row(words["rounding"], words.money(tender.rounding_units), under=True))
        rows.append(Row(words["given"], words.money(tender.given_units), under=True))
        rows.append(Row(words["change"], words.money(tender.change_units), under=True))
    return rows


def _token(tender: Tender, words: Words) -> list[Row]:
    rows = [Row(words.token(tender.token_amount, tender.token), words.money(tender.units))]
    if tender.rate:
        rows.append(Row(words.rate(tender.token, tender.rate), under=True))
    if tender.chain:
        rows.append(Row(words["network"], tender.chain, under=True))
    if tender.transaction:
        rows.append(Row(words["transaction"], short_hash(tender.transaction), under=True))
    return rows


def _notes(notes: Sequence[Note], later: str, words: Words) -> tuple[Row, ...]:
    rows = [
        Row(f"{words['credit_note']} {note.number}", words.money(-note.units)) for note in notes
    ]
    if later:
        rows.append(Row(words["paid_again"], later))
    return tuple(rows)


def _foot(paper: Paper, words: Words) -> tuple[Row, ...]:
    lines = [line for line in paper.head.footer.splitlines() if line.strip()]
    return (*(Row(line.strip()) for line in lines), Row(words["no_tax_invoice"]))
