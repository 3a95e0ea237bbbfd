"""A sheet as the bytes that a receipt printer takes: ESC/POS, by ``python-escpos``.

Its ``Dummy`` printer gives bytes and opens nothing. The code is drawn by the printer itself
(GS ( k), six dots a module: at 203 dots an inch that is 0.75 mm, which a camera reads from an arm's
length. Chinese text is GB 18030 between FS & and FS ., as printers sold in China take it; others
are set to code page 858, Latin letters with the euro, and print a question mark for what it lacks.
"""

from typing import Final

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from merchants.receipts.layout import Sheet
from merchants.receipts.plain_text import Charset, centred, marked, section_lines, wrapped

QR_DOTS: Final = 6
CODE_PAGE: Final = "CP858"
CHINESE_ON: Final = b"\x1c&"
CHINESE_OFF: Final = b"\x1c."
_PLAIN: Final = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{MINUS SIGN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "~",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{ALMOST EQUAL TO}": "~",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)
"""What code pages lack, in signs that each has."""


def escpos_of(sheet: Sheet, *, columns: int, charset: Charset = "latin") -> bytes:
    """The whole sheet, its code, and the cut.

    Args:
        columns: characters of the printer's usual font on a line: 48 or 42 on 80 mm paper, 32 on
            58 mm.
    """
    printer = Dummy()
    printer.hw("INIT")
    if charset == "latin":
        printer.charcode(CODE_PAGE)
    _text(printer, marked(sheet, width=columns), charset=charset, bold=True)
    for section in sheet.sections:
        _text(printer, [""], charset=charset)
        for row in section.rows:
            lines = section_lines(type(section)(section.place, (row,)), width=columns)
            _text(printer, lines, charset=charset, bold=row.strong)
    _text(printer, ["", *_under_code(sheet, columns)], charset=charset)
    printer.set(align="center")
    printer.qr(sheet.link, ec=QR_ECLEVEL_M, size=QR_DOTS, native=True)
    printer.set(align="left")
    printer.cut()
    return bytes(printer.output)


def _under_code(sheet: Sheet, columns: int) -> list[str]:
    return [centred(line, width=columns) for line in wrapped(sheet.link_words, width=columns)]


def _text(printer: Dummy, lines: list[str], *, charset: Charset, bold: bool = False) -> None:
    printer.set(bold=bold)
    for line in map(_harmless, lines):
        if charset == "gb18030":
            printer._raw(CHINESE_ON + line.encode("gb18030", "replace") + CHINESE_OFF + b"\n")
        else:
            printer.text(line.translate(_PLAIN) + "\n")


def _harmless(line: str) -> str:
    """Without what a printer would take as a command: an order's name may come from anybody, and
    no name opens a drawer."""
    return "".join(each if each.isprintable() else " " for each in line)
