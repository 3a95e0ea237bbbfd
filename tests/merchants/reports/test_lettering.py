"""Words on paper: every script we have letters for, right-to-left read right, nothing lost."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from merchants.reports import lettering
from merchants.reports.arabic import joined
from merchants.reports.bidi import begins_rtl, visual
from merchants.reports.lettering import MISSING, line_drawn, line_of, width_of, wrapped


def fonts(text: str) -> list[str]:
    return [run.font for run in line_of(text)]


def shown(text: str) -> str:
    return "".join(run.text for run in line_of(text))


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("Café Amélie, 12.50 €", lettering.LATIN),
        ("阿梅莉咖啡馆 A1", lettering.CHINESE),
        ("Кафе Элен", lettering.OTHER),
        ("Καφενείο", lettering.OTHER),
        ("Łódź", lettering.OTHER),
        ("ラーメン東京", lettering.JAPANESE),
        ("한국식당", lettering.KOREAN),
        ("ร้านกาแฟ", lettering.THAI),
        ("בית", lettering.OTHER),
        ("مقهى", lettering.OTHER),
        ("☕", lettering.OTHER),
    ],
)
def test_each_script_is_set_in_a_font_that_has_it(text: str, font: str) -> None:
    assert set(fonts(text)) == {font}
    assert MISSING not in shown(text)


@pytest.mark.parametrize("text", ["🍕", "नमस्ते", "\U00012000"])
def test_a_letter_that_no_font_has_is_a_box(text: str) -> None:
    assert shown(f"a {text}").startswith("a " + MISSING)


def test_what_only_says_how_others_look_is_no_box() -> None:
    """A heart's colour, a joiner, a mark of direction."""
    assert shown("❤\ufe0f\u200d\u200f") == "❤"


def test_bold_letters_are_had_where_there_are_any() -> None:
    assert line_of("Total", is_bold=True)[0].font == lettering.LATIN_BOLD
    assert line_of("Итого", is_bold=True)[0].font == lettering.OTHER


# --- right to left -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("abc", "abc"),
        ("בגד", "דגב"),
        ("a בג 12 b", "a 12 גב b"),
        ("בית 12.50 €", "€ 12.50 תיב"),
        ("בית (Café)", "(Café) תיב"),
        ("Bar (בית)", "Bar (תיב)"),
        ("בית [קפה]", "[הפק] תיב"),
    ],
)
def test_right_to_left_reads_right(told: str, seen: str) -> None:
    assert visual(told, is_rtl=begins_rtl(told)) == seen


def test_a_mark_stays_behind_its_letter() -> None:
    assert visual("בּג", is_rtl=True) == "גבּ"


def test_arabic_letters_join() -> None:
    assert joined("سلام") == "\ufeb3\ufefc\ufee1"  # seen, lam with alef, meem
    assert joined("دار") == "\ufea9\ufe8d\ufead"  # letters that join to none behind them
    assert joined("پیچ") == "\ufb58\ufbff\ufb7b"  # Persian
    assert joined("بَب") == "\ufe91\u064e\ufe90"  # through a vowel's mark
    assert joined("abc") == "abc"


@given(
    st.text(st.sampled_from("abאבגسلم123٤ .,-+%€()[]{}/\u05b0\u064e"), max_size=24), st.booleans()
)
def test_no_letter_is_lost_or_made_on_the_way(text: str, is_rtl: bool) -> None:
    mirrored = str.maketrans("([{", ")]}")
    seen = visual(text, is_rtl=is_rtl)
    assert sorted(seen.translate(mirrored)) == sorted(text.translate(mirrored))


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_any_text_can_be_set_and_measured(text: str) -> None:
    assert width_of(text, size=10) >= 0
    canvas = Canvas(io.BytesIO(), invariant=1)
    line_drawn(canvas, text, left=10, low=10, size=10)
    canvas.save()


@pytest.mark.parametrize(
    "text", ["кафе Элен на углу", "مقهى القاهرة الجديدة", "ラーメン屋東京駅前店"]
)
def test_a_long_name_breaks_into_lines_that_fit(text: str) -> None:
    lines = wrapped(text, size=20, width=90)
    assert len(lines) > 1
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, size=20) <= 90 for line in lines)


def test_what_was_set_can_be_read_and_is_the_same_bytes() -> None:
    def made() -> bytes:
        told = io.BytesIO()
        canvas = Canvas(told, invariant=1)
        for at, text in enumerate(("Кафе Элен", "Καφενείο", "ร้านกาแฟ", "ラーメン", "식당")):
            line_drawn(canvas, text, left=50, low=700 - 20 * at, size=12)
        canvas.save()
        return told.getvalue()

    pdf = made()
    assert pdf == made()
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for words in ("Кафе Элен", "Καφενείο", "ร้านกาแฟ", "ラーメン", "식당"):
        assert words in text
    assert len(pdf) < 100_000, "only what is used is embedded"
