"""A file of prices is used as it is, or refused with the line that is wrong."""

from datetime import UTC, datetime

import pytest

from gateway.market.backtest.errors import PriceFileRefused
from gateway.market.backtest.price_files import Columns, read_prices

GOOD = [f"2022-01-01 00:0{minute}:00,{100 + minute}" for minute in range(8)]


@pytest.fixture
def written(tmp_path):
    def write(*rows, header="timestamp,close", ending="\n", encoding="utf-8"):
        file = tmp_path / "prices.csv"
        file.write_bytes(ending.join((header, *rows, "")).encode(encoding))
        return file

    return write


def test_minutes_are_read_as_they_stand(written):
    prices = read_prices(written(*GOOD))
    assert prices.dollars == tuple(float(100 + minute) for minute in range(8))
    assert prices.start_ms == 1_640_995_200_000
    assert prices.end_ms - prices.start_ms == 7 * 60_000
    assert prices.name == "prices.csv" and len(prices.sha256) == 64


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_other_columns_marks_and_line_ends_do_no_harm(written, ending):
    rows = [f"x,{row},y" for row in GOOD]
    file = written(*rows, header="a,when,usd,b", ending=ending, encoding="utf-8-sig")
    assert len(read_prices(file, columns=Columns("when", "usd")).dollars) == 8


@pytest.mark.parametrize(
    "times",
    [
        [1_640_995_200 + 60 * k for k in range(5)],
        [(1_640_995_200 + 60 * k) * 1_000 for k in range(5)],
        [f"2022-01-01T01:0{k}:00+01:00" for k in range(5)],
        [f"2022-01-01T00:0{k}:00Z" for k in range(5)],
    ],
)
def test_a_time_may_be_told_in_seconds_milliseconds_or_with_its_zone(written, times):
    prices = read_prices(written(*(f"{at},1" for at in times)))
    assert prices.start_ms == 1_640_995_200_000


def test_a_stretch_is_cut_out_and_gaps_outside_of_it_are_nobody_s_business(written):
    rows = [*GOOD[:6], "2022-01-01 09:00:00,5"]
    start = datetime(2022, 1, 1, 0, 1, tzinfo=UTC)
    end = datetime(2022, 1, 1, 0, 5, tzinfo=UTC)
    assert read_prices(written(*rows), start=start, end=end).dollars == (101, 102, 103, 104, 105)
    with pytest.raises(PriceFileRefused, match="5 are needed"):
        read_prices(written(*rows), start=datetime(2022, 1, 1, 0, 3, tzinfo=UTC), end=end)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2022-01-01 00:04:00,0", "line 6: the price 0 is not above zero"),
        ("2022-01-01 00:04:00,-3.5", "line 6: the price -3.5 is not above zero"),
        ("2022-01-01 00:04:00,NaN", "line 6: NaN is no price"),
        ("2022-01-01 00:04:00,inf", "line 6: inf is no price"),
        ("2022-01-01 00:04:00,1e999999999", "line 6: the price"),
        ("2022-01-01 00:04:00,1e-30", "line 6: the price"),
        ("2022-01-01 00:04:00,", "line 6: '' is no price"),
        ("2022-01-01 00:04:00,12 000", "line 6: '12 000' is no price"),
        ("2022-01-01 00:04:00", "line 6: 1 values where the header names 2"),
        ("2022-01-01 00:04:00,1,2", "line 6: 3 values where the header names 2"),
        ("", "line 6: an empty line"),
        ("yesterday,104", "line 6: 'yesterday' is no time"),
        ("-60,104", "line 6: -60 is a time before 1970"),
        ("1969-12-31 23:59:00,104", "line 6: 1969-12-31 23:59:00 is a time before 1970"),
        ("99999999999999999999999,104", "line 6: 99999999999999999999999 is too late a time"),
        ("2022-01-01 00:02:00,104", "line 6: 2022-01-01 00:02:00 is earlier than the row before"),
        ("2022-01-01 00:03:00,104", "line 6: 2022-01-01 00:03:00 is the same time as"),
        ("2022-01-01 00:06:00,104", "line 6: 3 minutes after 2022-01-01 00:03: rows are missing"),
        ("2022-01-01 00:03:30,104", "line 6: only 30 s after the row before"),
        ('2022-01-01 00:04:00,"104', "no CSV"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(written, row, said):
    with pytest.raises(PriceFileRefused) as refused:
        read_prices(written(*GOOD[:4], row, *GOOD[5:]))
    assert said in refused.value.message


def test_a_file_that_is_none_says_what_it_is(written, tmp_path):
    with pytest.raises(PriceFileRefused, match="There is no file"):
        read_prices(tmp_path / "nowhere.csv")
    with pytest.raises(PriceFileRefused, match="can't be read"):
        read_prices(tmp_path)
    with pytest.raises(PriceFileRefused, match="no column 'close'; it has 'timestamp', 'last'"):
        read_prices(written(*GOOD, header="timestamp,last"))
    with pytest.raises(PriceFileRefused, match="more than one column 'close'"):
        read_prices(written(header="timestamp,close,close"))
    with pytest.raises(PriceFileRefused, match="UTF-8"):
        read_prices(written("ü,1", encoding="latin-1"))
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(PriceFileRefused, match="is empty"):
        read_prices(empty)
    with pytest.raises(PriceFileRefused, match="0 minutes"):
        read_prices(written())
